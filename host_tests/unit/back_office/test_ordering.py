"""Orders and admission, pure: any text in any field, any card in any state."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tools.back_office import forms, life, ordering
from tools.provision import order as files

GOOD = {
    "client": "Ann",
    "place": "",
    "cards": "04A1 04A2",
    "ca": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "activation": "first_card",
    "order.serial": "",
    "back_end.identity": "ST-1",
    "back_end.url": "wss://csms.example.org/ocpp",
    "back_end.security_profile": "2",
    "network.wifi_ssid": "home",
    "network.wifi_password": "a passphrase",
    "installation.max_current_a": "32",
    "installation.load_limit_a": "25",
    "installation.phases": "3",
    "installation.phase_rotation": "RST",
    "installation.earthing": "TT",
    "installation.time_zone": "Europe/Brussels",
    "charging.mode": "card",
    "charging.tariff_text": "",
}
_HELD = {"FreeCharging": "false", "OfflinePolicy": "RefuseAll"}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(GOOD)), st.text(max_size=60))
@example("client", "\"\n[charging]\nmode = 'free'\n")
@example("charging.tariff_text", '"\\u0000"""')
@example("back_end.url", "ws://user:secret@host/")
@example("installation.phases", "٣")
@example("network.wifi_ssid", "\ud800")
def test_any_text_in_a_field_is_refused_there_or_comes_out_as_it_was(tmp_path_factory, name, text):
    folder = Path(tempfile.mkdtemp(dir=tmp_path_factory.getbasetemp()))
    try:
        order = ordering.read({**GOOD, name: text})
    except forms.Wrong as wrong:
        others = {"installation.load_limit_a", "cards", "activation", "ca"}
        assert set(wrong.errors) <= {name, *others}, (name, wrong.errors)
        return
    (folder / ordering.CA_FILE).write_text(order["ca"])
    read = files.parse(ordering.text_of(order), folder)
    assert {key: read.settings[key] for key in _HELD} == _HELD
    place = files.BY_PLACE.get(name)
    if place is not None and place.setting and name in order["values"]:
        assert read.settings[place.setting] == place.text(order["values"][name])
    assert len(ordering.key_of(order) or bytes(20)) == 20


def test_credentials_are_made_for_each_order_anew():
    one, other = (ordering.read(GOOD)["values"] for _ in range(2))
    for name in ("back_end.password", "technician.code"):
        assert one[name] != other[name]
    assert ordering.key_of(ordering.read({**GOOD, "back_end.security_profile": "0"})) is None


@pytest.mark.parametrize("mode", ["card", "free"])
@pytest.mark.parametrize("state", life.STATES)
def test_station_is_open_in_the_active_state_only(state, mode):
    given = {**GOOD, "charging.mode": mode, "activation": "office"}
    order = {**ordering.read(given), "account": 1}
    wanted = ordering.wanted({"ordered": json.dumps(order), "state": state})
    if state == life.ACTIVE:
        free = {"card": "false", "free": "true"}[mode]
        assert (wanted["FreeCharging"], wanted["OfflinePolicy"]) == (free, "Keys")
    else:
        assert {name: wanted[name] for name in _HELD} == _HELD
    assert not set(wanted) & {"CentralSystemUrl", "Identity", "AuthorizationKey", "WifiPassword"}
    past_approval = state in ("approved", "misfit", "configured", "active", "suspended")
    assert (wanted.get("SupplyLimit") == "25") == past_approval


@pytest.mark.parametrize("state", life.STATES)
@pytest.mark.parametrize("activation", ["first_card", "office"])
@pytest.mark.parametrize("card", ["test", "own", "other", "stray", "blocked"])
def test_who_is_served_in_each_state(office, state, activation, card):
    office.db.run("INSERT INTO account (id, name) VALUES (1, 'Ann'), (2, 'Bo')")
    rows = (("test", "test", None), ("own", "driver", 1), ("other", "driver", 2))
    for tag, kind, account in rows:
        office.db.run("INSERT INTO issued_card VALUES (?, ?, '', ?)", tag, kind, account)
    order = {**ordering.read({**GOOD, "activation": activation}), "account": 1}
    number = office.installations.order("test", order)
    office.db.run("UPDATE installation SET state = ? WHERE id = ?", state, number)
    known = {"status": "Blocked" if card == "blocked" else "Accepted", "parent_id_tag": "P"}
    told = office.csms.rules.judge("ST-1", card, known)
    activates = (state, activation, card) == (life.CONFIGURED, "first_card", "own")
    served = card != "blocked" and (card == "test" or state == life.ACTIVE or activates)
    assert told["status"] == ("Accepted" if served else "Blocked")
    assert ("parent_id_tag" in told) == (served or card == "blocked")
    after = office.installations.get(number)["state"]
    assert after == (life.ACTIVE if activates else state)
    assert office.csms.rules.judge("ANOTHER", card, known) == known
