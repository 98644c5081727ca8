"""The sim's page in a browser: a visitor plays, two look on, twenty stations, hostile texts."""

import json
import time

import pytest

from host_tests.harness.browser import expect
from host_tests.unit.tools.sim_desk import PATIENCE_S, street_of


@pytest.fixture
def desk(browser):
    """Makes a street and opens pages of it; (street, open)."""
    opened = []

    def open_desk(*arguments):
        context = street_of(*arguments)
        street, page = context.__enter__()
        opened.append(context)

        def visit(path="", **words):
            return browser.open(page.url + path, meanwhile=street.turn, **words)

        return street, visit

    yield open_desk
    browser.close_pages()
    for context in opened:
        context.__exit__(None, None, None)


def watt_hours(page):
    """What the plot says was charged while it is shown."""
    return int(page.locator("#energy").text_content().strip("+ Wh"))


def until(condition):
    """The street goes on whenever a page is asked."""
    until_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until_s, "it did not come true"


_KEEP_TOASTS = """() => {
  window.toasted = [];
  const note = (changes) => changes.forEach((change) =>
    change.addedNodes.forEach((toast) => toasted.push(toast.textContent)));
  new MutationObserver(note).observe(document.querySelector("#toasts"), { childList: true });
}"""


def test_visitor_plays_a_session(desk):
    """Issue 5: a visitor understands a charging session by playing for a minute."""
    _, visit = desk("--speed", "5")
    page = visit()
    expect(page.locator("#welcome li")).to_have_count(3)
    expect(page.locator("#hint")).to_have_text("Plug a vehicle in.")
    expect(page.locator("#letter")).to_have_text("A1")
    steady = page.locator("#wave").get_attribute("d")
    page.shoot("sim-first-visit", full=False)
    page.locator("#begin").click()
    expect(page.locator("#welcome")).to_be_hidden()
    page.keyboard.press("p")
    expect(page.locator("#hint")).to_have_text("The vehicle waits. Show a card.")
    expect(page.locator("#letter")).to_have_text("B1")
    page.locator("#do-card").click()
    expect(page.locator("#power")).to_contain_text("11.04 kW")
    expect(page.locator("#letter")).to_have_text("C2")
    expect(page.locator("#contactor")).to_have_text("closed")
    expect(page.locator("#pilot-words")).to_contain_text("53.3 % of 1 ms · offers 32 A")
    wave = page.locator("#wave").get_attribute("d")
    assert wave != steady and wave.count("V") == 4
    expect(page.locator("li[data-action=StartTransaction] .way.out")).to_be_visible()
    before_wh = watt_hours(page)
    page.locator("#amps").press("End")
    expect(page.locator("#power")).to_contain_text("22.08 kW")
    # Of a full minute it may be less by one, for a sample or two.
    until(lambda: watt_hours(page) > before_wh)
    page.shoot("sim-charging", full=False)
    _break_and_mend(page)
    page.locator("#do-plug").click()
    expect(page.locator("#hint")).to_have_text("Plug a vehicle in.")
    page.locator("#filter").fill("stoptrans")
    opened = page.locator("#frames li:visible details").last
    opened.click()
    expect(opened.locator("pre")).to_contain_text('"reason": "EVDisconnected"')
    expect(page.locator("#frames li:visible")).to_have_count(2)


def _break_and_mend(page):
    page.locator("[data-fault=residual_current]").click()
    expect(page.locator("#status")).to_have_text("Faulted")
    expect(page.locator("#contactor")).to_have_text("open")
    expect(page.locator("#hint")).to_contain_text("Mend: residual current.")
    page.evaluate("scrollTo(0, 0)")
    page.shoot("sim-fault")
    page.locator("[data-fault=residual_current]").click()
    expect(page.locator("#hint")).to_contain_text("All is mended. The station waits 5 min")
    page.locator("#speed").select_option("300")
    expect(page.locator("#status")).not_to_have_text("Faulted")


def test_two_browsers_see_the_same_and_a_phone_has_room_for_it(desk):
    _, visit = desk("--speed", "10")
    one = visit(color_scheme="dark")
    two = visit(phone=True)
    one.locator("#do-plug").click()
    for page in (one, two):
        expect(page.locator("#letter")).to_have_text("B1")
    two.locator("#do-card").click()
    for page in (one, two):
        expect(page.locator("#status")).to_have_text("Charging")
        expect(page.locator("#power")).to_contain_text("11.04 kW")
    assert two.evaluate("document.documentElement.scrollWidth") <= 390
    two.locator("#do-supply").click()
    for page in (one, two):
        expect(page.locator("#hint")).to_contain_text("The station has no power.")
    one.shoot("sim-dark", full=False)
    two.shoot("sim-phone")
    one.locator("#do-supply").click()
    expect(two.locator("#status")).to_have_text("Finishing")
    expect(two.locator("#frames li[data-action=StopTransaction]")).not_to_have_count(0)


def test_texts_of_hostile_people_are_only_texts(desk):
    """HTML in an idTag, in a name, in what the back end sends."""
    street, visit = desk("--speed", "10", "--identity", "<b>PL</b>")
    page = visit()
    tag = "<img src=x id=pwned>"
    assert len(tag) == 20
    expect(page.locator("#who")).to_have_text("<b>PL</b>")
    page.locator("#do-plug").click()
    expect(page.locator("#status")).to_have_text("Preparing")
    street.submit(json.dumps({"do": "present_card", "id_tag": tag}))
    expect(page.locator("#frames")).to_contain_text("idTag=" + tag)
    page.locator("#frames .caller summary").click()
    page.locator(".caller select").select_option("RemoteStopTransaction")
    page.locator(".caller textarea").fill('{"transactionId": "<script>pwned()</script>"}')
    page.evaluate(_KEEP_TOASTS)
    page.locator(".caller button").click()
    expect(page.locator(".caller output")).to_contain_text("TypeConstraintViolation")
    # A toast goes by itself, however late somebody looks.
    assert "TypeConstraintViolation" in "".join(page.evaluate("toasted"))
    page.locator("#frames li[data-action=RemoteStopTransaction] details").last.click()
    expect(page.locator("#frames pre").first).to_contain_text("<script>pwned()</script>")
    assert page.locator("#pwned").count() == 0


def test_twenty_stations_at_a_glance_and_each_alone(desk):
    """Issue 5: --stations 20."""
    _, visit = desk("--stations", "20", "--speed", "5")
    page = visit()
    expect(page.locator(".tile")).to_have_count(20)
    expect(page.locator("#sums")).to_contain_text("20 of 20 on line")
    page.get_by_role("button", name="Plug in everywhere").click()
    expect(page.locator("#sums")).to_contain_text("20 vehicles")
    page.get_by_role("button", name="Show the card").click()
    expect(page.locator("#sums")).to_contain_text("20 charging")
    expect(page.locator("#sums")).to_contain_text("220.8 kW")
    page.shoot("sim-street", full=False)
    page.locator(".tile").nth(6).click()
    expect(page.locator("#who")).to_have_text("PL-0007")
    expect(page.locator("#power")).to_contain_text("11.04 kW")
    page.locator("#do-plug").click()
    expect(page.locator("#letter")).to_have_text("A1")
    page.keyboard.press("Escape")
    expect(page.locator("#sums")).to_contain_text("19 vehicles")
