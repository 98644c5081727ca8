"""The page itself, in a browser on a phone: what a technician sees and does."""

import json
import re

import pytest

from chargepoint.core.faults import FAULTS
from host_tests.harness.browser import expect
from tools import make_portal

NASTY = "<img src=x onerror=\"document.title='taken'\">'; DROP TABLE x;-- \U0001f50c"


def phone_of(browser, stage):
    """The page on a phone in the station's network."""
    return browser.open(stage.portal.url, phone=True, meanwhile=stage.portal.live)


def log_in(page, stage):
    page.get_by_label("Password").fill(stage.portal.password)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#online")).to_be_visible()


def go_to(page, tab):
    page.get_by_role("button", name=tab, exact=True).click()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_technician_sets_a_station_up_with_a_phone(stage, browser):
    """From the label's password to a closed access point, with a mistake on each way."""
    phone = phone_of(browser, stage)
    arrive(phone, stage)
    order_what_is_wrong(phone, stage)
    order_what_is_right(phone, stage)
    press(phone, "Restart now")
    expect(phone.locator("main")).to_contain_text("The station starts anew")
    stage.until(lambda: stage.restarts == 1, 60)
    stage.advance(5)
    log_in(phone, stage)
    hand_over(phone)
    stage.advance(5)
    assert stage.facts()["portal"] is False


def arrive(phone, stage):
    """Log in, at the second try."""
    phone.shoot("portal-login")
    phone.get_by_label("Password").fill("password123")
    press(phone, "Log in")
    expect(phone.get_by_role("alert")).to_contain_text("it is on the unit's label; wait 1 s")
    stage.advance(1.5)
    log_in(phone, stage)
    expect(phone.locator("#online")).to_have_text("Online")
    expect(phone.locator("#who")).to_contain_text("PLT-")
    phone.shoot("portal-status")


def order_what_is_wrong(phone, stage):
    """A message beside the field, and nothing is changed."""
    go_to(phone, "Settings")
    phone.get_by_label("Supply limit (A)").fill("99")
    phone.get_by_label("Wi-Fi network").fill(NASTY[:32])
    phone.get_by_label("Card number for free charging").fill(NASTY[-20:])
    press(phone, "Apply")
    expect(phone.locator("#said")).to_contain_text("Nothing was changed.")
    beside = phone.locator("div:has(> label > #SupplyLimit) > .x")
    expect(beside).to_have_text("'99', expected a whole number, 6 to 80")
    expect(phone.locator(".x")).to_have_count(1)
    phone.shoot("portal-error", full=False)
    assert setting(stage, "FreeChargingIdTag") == "FREE"


def order_what_is_right(phone, stage):
    """Tried, then applied; what was typed stays text."""
    phone.get_by_label("Supply limit (A)").fill("20")
    press(phone, "Check")
    expect(phone.locator("#said")).to_have_text("All of it can be applied.")
    assert setting(stage, "SupplyLimit") == "32"
    press(phone, "Apply")
    expect(phone.locator("#said")).to_contain_text("Counts after a restart: WifiSsid")
    phone.shoot("portal-applied", full=False)
    assert setting(stage, "SupplyLimit") == "20"
    assert setting(stage, "FreeChargingIdTag") == NASTY[-20:]
    expect(phone.get_by_label("Wi-Fi network")).to_have_value(NASTY[:32])
    assert phone.title() == "Charge point"


def hand_over(phone):
    """The self-tests, then the end of it."""
    go_to(phone, "Finish")
    press(phone, "Run the self-tests")
    expect(phone.get_by_text("residual current")).to_be_visible()
    phone.shoot("portal-finish")
    phone.on("dialog", lambda dialog: dialog.accept())
    press(phone, "All is done")
    expect(phone.locator("main")).to_contain_text("The access point is closed.")
    phone.shoot("portal-done")


def test_status_tells_what_is_wrong_in_words(here, browser):
    phone = phone_of(browser, here)
    log_in(phone, here)
    here.vehicle.plug_in(amps=16)
    here.world.fault("earth_lost")
    expect(phone.locator("main")).to_contain_text("The protective earth is missing")
    expect(phone.locator("main")).to_contain_text("Vehicle plugged in")
    here.network.up = False
    expect(phone.locator("#online")).to_have_text("Offline")
    expect(phone.locator("main")).to_contain_text("No one answers at that address (refused)")
    phone.shoot("portal-faults")


def test_two_phones_at_once_each_see_their_own(browser, here):
    """The second one's order stands, and the first one is told what is there now."""
    phone, other = phone_of(browser, here), phone_of(browser, here)
    for page in (phone, other):
        log_in(page, here)
        go_to(page, "Settings")
        expect(page.get_by_label("Supply limit (A)")).to_have_value("32")
    for page, amps in ((phone, "10"), (other, "25")):
        page.get_by_label("Supply limit (A)").fill(amps)
        press(page, "Apply")
        expect(page.locator("#said")).to_contain_text("Applied")
        assert setting(here, "SupplyLimit") == amps
    expect(phone.get_by_label("Supply limit (A)")).to_have_value("10")
    log_in(phone_of(browser, here), here)
    press(phone, "Check")
    expect(phone.locator("main")).to_contain_text("The session is over: log in again")


def test_page_is_the_one_of_its_source():
    """What lies in the image was made of tools/portal/page.html as it is."""
    module = make_portal.TARGET.read_text(encoding="utf-8")
    assert not make_portal.is_stale(make_portal.SOURCE.read_text(encoding="utf-8"), module)


def test_page_has_words_for_every_fault_and_for_no_other():
    source = make_portal.SOURCE.read_text(encoding="utf-8")
    (table,) = re.findall(r"const FAULTS = \{(.*?)\n\};", source, re.S)
    assert re.findall(r"^  (\w+):", table, re.M) == [row[0] for row in FAULTS]


def test_page_makes_no_markup_of_texts():
    """Whatever anyone typed into any field: there is no way from a text to markup."""
    source = make_portal.SOURCE.read_text(encoding="utf-8")
    ways = ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function(")
    assert [way for way in ways if way in source] == []
    with pytest.raises(ValueError, match="at most"):
        make_portal.make(source.replace("// One request", json.dumps(list(range(9000))) + "//"))


def setting(stage, name):
    """What the station has, by its console."""
    return stage.console({"ask": "settings", "names": [name]})["settings"][0]["value"]
