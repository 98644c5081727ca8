"""A technician at the console: settings all together or not at all, the code, the unit's key."""

from host_tests.harness.stage import IDENTITY

CODE = "hutzli-77"
NASTY = (
    "<script>alert('x')</script>",
    "'; DROP TABLE settings; --",
    "Zoë & <b>Ünï\u20ac\U0001f50c</b>",
    "%s%d{0}\\n",
)


def ask(stage, name, **fields):
    return stage.console({"ask": name, **fields})


def apply(stage, settings, **fields):
    return ask(stage, "apply", settings=settings, **fields)


def value(stage, *names):
    answer = ask(stage, "settings", names=list(names))
    assert answer["ok"], answer
    return [row["value"] for row in answer["settings"]]


def restart(stage):
    assert ask(stage, "restart") == {"ok": True}
    stage.until(lambda: stage.restarts == 1, 30, "the restart")


def wrong(stage, code):
    """One wrong try, once one is allowed: what is told."""
    answer = apply(stage, {"SupplyLimit": "6"}, code=code)
    assert not answer["ok"] and list(answer["errors"]) == ["code"]
    return answer["errors"]["code"]


def test_order_over_the_console_brings_the_station_to_the_back_end_as_ordered(stage):
    """The new identity and limits count from the restart on, and the load limit is obeyed."""
    stage.csms.add_charge_point("BE-0007")
    order = {"Identity": "BE-0007", "SupplyLimit": "10", "MaxCurrent": "13", "Phases": "3"}
    answer = apply(stage, order)
    assert answer["ok"] and sorted(answer["reboot"]) == ["Identity", "MaxCurrent", "Phases"]
    restart(stage)
    stage.until(lambda: stage.csms.calls("BE-0007", "BootNotification"), 60, "BE-0007")
    stage.until(lambda: stage.csms.statuses("BE-0007", 1) == ["Available"], 60, "free")
    assert value(stage, "Identity", "SupplyLimit") == ["BE-0007", "10"]
    stage.vehicle.plug_in(amps=32)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 60, "energy")
    stage.advance(10)
    assert stage.facts()["connectors"][0]["offered_ma"] == 10000


def test_nothing_is_drawn_beyond_what_the_circuit_carries(make_stage):
    """MaxCurrent is the installer's; SupplyLimit, which the back end may raise, stays below it."""
    stage = make_stage(settings={"MaxCurrent": "13"}).ready()
    change = {"key": "SupplyLimit", "value": "32"}
    call = stage.csms.call(IDENTITY, "ChangeConfiguration", change)
    refused = {"key": "MaxCurrent", "value": "32"}
    other = stage.csms.call(IDENTITY, "ChangeConfiguration", refused)
    stage.until(lambda: other.done, 10, "answers")
    assert call.result == {"status": "Accepted"} and other.result == {"status": "Rejected"}
    stage.charge(10, amps=32)
    assert stage.facts()["connectors"][0]["offered_ma"] == 13000


def test_html_and_sql_in_a_text_are_kept_as_they_are(stage):
    """A text is a text: in each field that takes one it comes back unchanged."""
    for text in NASTY:
        short = text[:30]
        order = {"TariffText": text, "WifiSsid": short, "WifiPassword": short, "CpoName": text}
        assert apply(stage, order)["ok"]
        told = value(stage, "TariffText", "WifiSsid", "WifiPassword", "CpoName")
        assert told == [text, short, "***", text]


def test_requests_that_are_none_are_told_what_was_expected(stage):
    """Garbage, other types, deep nesting, far too long: an answer, or silence, never a crash."""
    requests = (
        {"ask": "nothing"},
        {"ask": 7},
        {"settings": {}},
        {"ask": "apply", "settings": []},
        {"ask": "apply", "settings": {"SupplyLimit": 16}},
        {"ask": "apply", "files": {"tls_ca": 7}},
        {"ask": "settings", "names": [{}]},
        {"ask": "settings", "at": -1},
        {"ask": "sign"},
        {"ask": "lock", "new": "abc"},
        {"ask": "apply", "settings": {"TariffText": "x" * 7000}},
        {"ask": "facts", "deep": [[[[[[[[[[[[1]]]]]]]]]]]]},
    )
    for request in requests:
        try:
            answer = stage.console(request, 5)
        except AssertionError:
            # Too deep to be read: neither is its number, so the answer is no one's.
            assert "deep" in request
            continue
        assert answer["ok"] is False and answer["errors"], request
    stage.wiring.console.send(b"\xff\x00@.{}\n+half a request\n{]}\n" + b"z" * 9000 + b"\n")
    stage.advance(2)
    assert ask(stage, "unit")["ok"]
    assert not any("Traceback" in text for _, _, text in stage.log)
    assert stage.restarts == 0


def test_wrong_code_ten_times_locks_it_for_an_hour_and_a_restart_is_no_way_round(stage):
    """Waits grow from the third wrong one on; after the tenth the right one waits an hour too."""
    assert ask(stage, "lock", new=CODE)["ok"]
    for tries in range(1, 11):
        assert wrong(stage, "guess").startswith(f"code: wrong, {tries} in a row")
        if tries in (4, 9):
            assert "expected no other within" in wrong(stage, CODE)
        for _ in range(1 << max(tries - 3, 0) if 3 <= tries < 10 else 0):
            # Nothing moves meanwhile.
            stage.step(stage.now_ms + 1000)
    assert "too many wrong ones: expected no other within 3" in wrong(stage, CODE)
    stage.power_cut()
    stage.advance(1)
    stage.start()
    stage.advance(5)
    assert "expected no other within 3" in wrong(stage, CODE)


def test_limit_changes_with_the_technicians_code_only_and_never_by_the_back_end(stage):
    """SupplyLimit, its lock, MaxCurrent and Earthing; what is no concern of the code is free."""
    assert apply(stage, {"SupplyLimit": "16"}, new_code=CODE)["ok"]
    for name, text in (
        ("SupplyLimit", "32"),
        ("SupplyLimitLock", "false"),
        ("MaxCurrent", "63"),
        ("Earthing", "IT"),
    ):
        answer = apply(stage, {name: text, "TariffText": "free"})
        assert list(answer["errors"]) == ["code"], name
        peer = stage.csms.call(IDENTITY, "ChangeConfiguration", {"key": name, "value": text})
        stage.until(lambda peer=peer: peer.done, 10, "an answer")
        assert peer.result == {"status": "Rejected"}, name
    assert value(stage, "SupplyLimit", "TariffText") == ["16", ""]
    # As it is, or not concerned: no code is asked for.
    assert apply(stage, {"SupplyLimit": "16", "TariffText": "30 ct"})["ok"]
    assert apply(stage, {"SupplyLimit": "20"}, code=CODE)["ok"]
    assert list(ask(stage, "unlock")["errors"]) == ["code"]
    assert ask(stage, "unlock", code=CODE)["ok"]
    assert not ask(stage, "unit")["code"]


def test_nothing_is_set_while_a_vehicle_charges_and_the_session_goes_on(stage):
    """apply and restart say why not; check may be asked."""
    stage.charge(10)
    order = {"SupplyLimit": "10", "Identity": "OTHER"}
    assert list(apply(stage, order)["errors"]) == ["transaction"]
    assert list(ask(stage, "restart")["errors"]) == ["restart"]
    assert ask(stage, "check", settings=order)["ok"]
    stage.advance(5)
    assert stage.contactor.closed and stage.status() == "Charging"
    assert value(stage, "SupplyLimit", "Identity") == ["32", IDENTITY]


def test_earth_is_not_claimed_to_be_watched_in_an_it_network(make_stage):
    """Earthing IT: the monitor can't tell, so it is neither believed nor told as healthy."""
    stage = make_stage(settings={"Earthing": "IT"})
    stage.world.fault("earth_lost")
    stage.ready()
    stage.charge(10)
    facts = stage.facts()["connectors"][0]
    assert stage.contactor.closed and facts["faults"] == []
    if "protective earth" in facts["parts"]["self_test"]:
        assert facts["parts"]["self_test"]["protective earth"] == "not monitored"
    assert "protective earth" in facts["not_monitored"]


def test_unit_tells_its_secret_only_until_it_is_commissioned(stage):
    """Label and report key come from the unit's record; the page's password is on the label."""
    unit = ask(stage, "unit")
    assert len(unit["password"]) == 12 and not set(unit["password"]) & set("0o1lI")
    assert unit["access_point"].endswith(unit["serial"]) and len(unit["secret"]) == 32
    (boot,) = stage.csms.calls(IDENTITY, "BootNotification")
    assert boot["chargePointSerialNumber"] == unit["serial"]
    signed = ask(stage, "sign", text="report")["signature"]
    assert ask(stage, "commissioned") == {"commissioned": True, "ok": True}
    stage.power_cut()
    stage.start()
    stage.advance(1)
    later = ask(stage, "unit")
    assert "secret" not in later and later["password"] == unit["password"]
    assert ask(stage, "sign", text="report")["signature"] == signed
    assert ask(stage, "sign", text="report ")["signature"] != signed


def test_self_test_is_run_when_it_is_asked_for(stage):
    """The residual-current monitor's is; a connector that charges is left alone."""
    tests = []
    stage.outlet.residual.drive_test = _counted(stage.outlet.residual.drive_test, tests)
    answer = ask(stage, "self_test")
    assert answer["ran"] == [[1, "residual current"]]
    assert answer["verdicts"][0]["residual current"] == "passed"
    assert tests


def _counted(drive, tests):
    def counted(on):
        if on:
            tests.append(on)
        return drive(on)

    return counted
