"""UpdateFirmware beyond the certification's cases: servers, drivers, back ends that differ."""

import json

import pytest

from host_tests.harness.csms.certificates import Authority, server_context
from host_tests.harness.stage import IDENTITY
from host_tests.updates.teller import Teller

WHOLE = ["Downloading", "Downloaded", "Installing", "Installed"]
BAD = ["Downloading", "DownloadFailed"]


def test_update_by_ftp_is_installed(stage, tell):
    """RFC 959, 2428: passive, binary, to the host that was dialled."""
    tell.offer()
    assert tell.update(scheme="ftp") == {}
    tell.until("Installed")
    assert tell.firmware == WHOLE and tell.version == "0.6.0"
    assert tell.files.asked == ["RETR update.bin"]


def test_update_by_an_old_ftp_server_behind_a_nat_is_installed(stage, tell):
    """No EPSV, no SIZE, a foreign address in the answer to PASV, and a login."""
    tell.offer()
    tell.files.without = ("EPSV", "SIZE")
    tell.files.login = "cpo:se cret"
    tell.update(scheme="ftp", login="cpo:se%20cret@")
    tell.until("Installed")
    assert tell.firmware == WHOLE


def test_update_by_https_is_installed_where_the_root_vouches_for_it(make_stage, tmp_path):
    """The root certificate of the back end counts for files, too."""
    authority = Authority(tmp_path)
    stage = make_stage(files={"tls_ca": authority.ca_path.read_bytes()}).ready()
    tell = Teller(stage, server_context(authority))
    tell.offer()
    tell.update()
    tell.until("Installed")
    assert tell.firmware == WHOLE


def test_update_by_https_from_a_stranger_is_not_fetched(make_stage, tmp_path):
    """A server that the root certificate does not vouch for."""
    (tmp_path / "mine").mkdir()
    mine, other = Authority(tmp_path / "mine"), Authority(tmp_path)
    stage = make_stage(files={"tls_ca": mine.ca_path.read_bytes()}).ready()
    tell = Teller(stage, server_context(other))
    tell.offer()
    tell.update(retries=1)
    tell.until("DownloadFailed")
    assert tell.firmware == BAD and tell.files.asked == []


def test_update_by_https_waits_while_energy_flows(make_stage, tmp_path):
    """A TLS handshake takes seconds on a small processor, in which no one watches the pilot."""
    authority = Authority(tmp_path)
    stage = make_stage(files={"tls_ca": authority.ca_path.read_bytes()}).ready()
    tell = Teller(stage, server_context(authority))
    tell.offer()
    stage.charge(5)
    tell.update()
    stage.advance(90)
    assert tell.files.asked == [] and tell.firmware == WHOLE[:1] and stage.contactor.closed
    stage.vehicle.unplug()
    tell.until("Installed")
    assert tell.firmware == WHOLE


def test_update_by_https_waits_while_the_back_end_is_dialled(make_stage, tmp_path):
    """Two TLS handshakes in a step are longer than a guard waits for a sign of life."""
    authority = Authority(tmp_path)
    stage = make_stage(files={"tls_ca": authority.ca_path.read_bytes()}).ready()
    tell = Teller(stage, server_context(authority))
    tell.offer()
    tell.update(retrieveDate=tell.at(30))
    stage.advance(10)
    stage.network.freeze()
    stage.network.cut()
    stage.advance(25)
    assert tell.files.asked == []
    stage.until(lambda: tell.files.asked, 60, "a download once it gave up to dial")
    stage.network.thaw()
    tell.until("Installed")


def test_update_goes_on_after_a_reset(stage, tell):
    """OCPP 1.6 §5.14 in the middle of a download: it is begun anew."""
    tell.offer()
    tell.files.bytes_per_s = 5000
    tell.update()
    tell.until("Downloading")
    tell.call("Reset", {"type": "Soft"})
    stage.until(lambda: stage.restarts == 1, 30)
    tell.files.bytes_per_s = None
    tell.until("Installed")
    assert tell.version == "0.6.0" and tell.firmware[-3:] == WHOLE[1:]


def test_update_that_brings_the_station_down_is_given_up(stage, tell):
    """Five starts in the middle of it are enough."""
    tell.offer()
    tell.files.bytes_per_s = 1000
    tell.update()
    for _ in range(6):
        tell.until("Downloading")
        stage.power_cut()
        stage.advance(1)
        stage.start()
        stage.advance(6)
    tell.until("DownloadFailed", 30)
    stage.charge(5)


def test_update_that_moved_and_comes_in_chunks_is_installed(stage, tell):
    """RFC 9110 §15.4, RFC 9112 §7.1."""
    tell.files.files["/new/place.bin"] = tell.offer()
    tell.files.moved = {"/update.bin": "/new/place.bin"}
    tell.files.chunked = True
    tell.update()
    tell.until("Installed")
    assert tell.firmware == WHOLE
    assert tell.files.asked == ["GET /update.bin", "GET /new/place.bin"]


def test_update_that_breaks_off_is_tried_again(stage, tell):
    """OCPP 1.6 §6.19 retries, retryInterval: the second try brings it."""
    tell.offer()
    tell.files.cut_after = 3000
    tell.update(retries=2, retryInterval=30)
    stage.until(lambda: tell.files.asked, 30)
    stage.advance(10)
    tell.files.cut_after = None
    tell.until("Installed")
    assert tell.firmware == WHOLE and len(tell.files.asked) == 2


@pytest.mark.parametrize("scheme", ["http", "ftp"])
def test_update_that_always_breaks_off_is_not_fetched(stage, tell, scheme):
    """An image that ends early is none, by its length."""
    tell.offer()
    tell.files.cut_after = 5000
    tell.update(scheme=scheme, retries=1)
    tell.until("DownloadFailed")
    assert tell.firmware == BAD and stage.restarts == 0


def test_update_from_a_server_that_falls_silent_is_given_up(stage, tell):
    """Nothing moves for a minute; the station goes on all the while."""
    tell.offer()
    tell.files.silent = True
    tell.update(retries=1)
    stage.charge(5)
    tell.until("DownloadFailed", 90)
    assert stage.contactor.closed


def garbled(whole):
    return whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:]


BROKEN = {
    "no update": lambda whole: b"<html>Please log in</html>" * 100,
    "empty": lambda whole: b"",
    "a head only": lambda whole: whole[:112],
    "half a head": lambda whole: whole[:60],
    "cut short": lambda whole: whole[:-1],
    "longer": lambda whole: whole + b"x",
    "one bit": garbled,
    "a bit in the version": lambda whole: whole[:84] + b"9" + whole[85:],
    "a bit in the digest": lambda whole: whole[:20] + bytes([whole[20] ^ 8]) + whole[21:],
    "too large": lambda whole: whole[:12] + (1 << 24).to_bytes(4, "little") + whole[16:],
}


# By FTP what its own way of ending could let through.
BY_FTP = ("empty", "a head only", "cut short", "longer", "one bit")
BROKEN_BY = [("http", kind) for kind in BROKEN] + [("ftp", kind) for kind in BY_FTP]


@pytest.mark.parametrize("scheme, kind", BROKEN_BY)
def test_update_that_is_not_whole_is_not_started(stage, tell, kind, scheme):
    """Length and SHA-256, of what is in the slot: whatever is there, the station stays."""
    tell.files.files["/update.bin"] = BROKEN[kind](tell.offer())
    tell.update(scheme=scheme, retries=1)
    tell.until("DownloadFailed")
    stage.advance(5)
    assert tell.firmware == BAD and stage.restarts == 0


def test_update_for_another_board_is_not_installed(stage, tell):
    """It is whole, so it is Downloaded; another download would not help."""
    tell.offer(board="esp32_devkit")
    tell.update()
    tell.until("InstallationFailed")
    assert tell.firmware == ["Downloading", "Downloaded", "Installing", "InstallationFailed"]
    assert stage.restarts == 0 and stage.csms.statuses(IDENTITY, 1) == ["Available"]


def test_update_with_more_in_its_head_is_installed(stage, tell):
    """The place for a signature: a station that does not know of it passes it over."""
    tell.offer(more=b"signature:" + bytes(700))
    tell.update()
    tell.until("Installed")
    assert tell.version == "0.6.0"


def test_update_that_does_not_even_start_falls_back(stage, tell):
    """The boot loader takes the old image; OCPP 1.6 §7.25 InstallationFailed."""
    tell.offer("dead")
    tell.update()
    tell.until("InstallationFailed")
    assert tell.version == "0.5.0"
    tell.offer()
    tell.update()
    tell.until("Installed")
    assert tell.version == "0.6.0"


def test_update_waits_for_its_date(stage, tell):
    """OCPP 1.6 §6.19 retrieveDate."""
    tell.offer()
    tell.update(retrieveDate=tell.at(120))
    stage.advance(110)
    assert tell.firmware == [] and tell.files.asked == []
    tell.until("Installed", 60)


def test_update_that_waits_for_its_date_survives_a_power_cut(stage, tell):
    """The request is on the medium before it is answered."""
    tell.offer()
    tell.update(retrieveDate=tell.at(120))
    stage.power_cut()
    stage.advance(10)
    stage.start()
    stage.advance(60)
    assert tell.firmware == []
    tell.until("Installed", 120)
    assert tell.firmware == WHOLE


def test_update_waits_for_its_date_over_many_starts(stage, tell):
    """A start is no failure of an update that has not begun."""
    tell.offer()
    tell.update(retrieveDate=tell.at(200))
    for _ in range(8):
        stage.power_cut()
        stage.start()
        stage.advance(10)
    assert tell.firmware == []
    tell.until("Installed", 240)
    assert tell.firmware == WHOLE


def test_update_waits_for_the_end_of_a_transaction(stage, tell):
    """OCPP 1.6 §4.5: fetched while charging, installed after; no one else may begin."""
    tell.offer()
    stage.charge(5)
    tell.update()
    tell.until("Downloaded")
    stage.advance(120)
    assert tell.firmware == WHOLE[:2] and stage.contactor.closed
    stage.tap()
    tell.until("Installed")
    assert stage.finished_session()["meter_stop"] == stage.meter_wh
    assert "Unavailable" in stage.csms.statuses(IDENTITY, 1)


def test_opening_is_not_held_up_by_a_download(stage, tell):
    """IEC 61851-1: 100 ms after the vehicle leaves, whatever else goes on."""
    tell.offer()
    tell.files.bytes_per_s = 20_000
    stage.charge(5)
    tell.update()
    tell.until("Downloading")
    stage.advance(0.2)
    stage.vehicle.unplug()
    stage.until(lambda: not stage.contactor.closed, 2)
    assert 0 < stage.outlet.worst_open_delay_ms <= 100
    tell.files.bytes_per_s = None
    tell.until("Installed")


def test_update_takes_unsent_transactions_along(stage, tell):
    """MicroOcpp F: what a firmware could not deliver, the next one does."""
    tell.offer()
    stage.charge(20)
    tell.update()
    tell.until("Downloaded")
    stage.csms.stop()
    stage.vehicle.unplug()
    stage.until(lambda: stage.restarts == 1, 120)
    stage.csms.start()
    tell.until("Installed")
    session = stage.finished_session()
    assert session["meter_stop"] == stage.meter_wh and tell.version == "0.6.0"


def test_update_is_confirmed_without_a_back_end_after_a_while(stage, tell):
    """A site whose network is away: the new firmware charges, so it is kept."""
    tell.offer()
    stage.charge(5)
    tell.update()
    tell.until("Downloaded")
    stage.csms.stop()
    stage.vehicle.unplug()
    stage.until(lambda: stage.restarts == 1, 120)
    stage.advance(13 * 60)
    stage.power_cut()
    stage.start()
    stage.csms.start()
    tell.until("Installed", 200)
    assert tell.version == "0.6.0"


def test_update_on_trial_is_given_up_by_a_power_cut(stage, tell):
    """It has not shown yet that it runs well: the old image, and InstallationFailed."""
    tell.offer()
    stage.charge(5)
    tell.update()
    tell.until("Downloaded")
    stage.csms.stop()
    stage.vehicle.unplug()
    stage.until(lambda: stage.restarts == 1, 120)
    stage.advance(30)
    stage.power_cut()
    stage.start()
    stage.csms.start()
    tell.until("InstallationFailed", 200)
    assert tell.version == "0.5.0"


def test_second_update_takes_the_place_of_one_that_is_fetched(stage, tell):
    """OCPP 1.6 leaves it open: the newest request is what the back end wants."""
    tell.offer()
    tell.files.files["/other.bin"] = tell.offer()
    tell.files.bytes_per_s = 2000
    tell.update()
    tell.until("Downloading")
    stage.advance(1)
    tell.files.bytes_per_s = None
    assert tell.update("/other.bin") == {}
    tell.until("Installed")
    assert tell.firmware == ["Downloading", *WHOLE]
    assert tell.files.asked == ["GET /update.bin", "GET /other.bin"]


def test_same_update_again_changes_nothing(stage, tell):
    """A back end that asks again because the answer was late."""
    tell.offer()
    tell.files.bytes_per_s = 5000
    tell.update()
    tell.until("Downloading")
    assert tell.update() == {}
    tell.until("Installed")
    assert tell.firmware == WHOLE and len(tell.files.asked) == 1


def test_update_is_refused_while_another_is_installed(stage, tell):
    """Installing is a matter of seconds, and can't be taken back."""
    tell.offer()
    stage.csms.answer("FirmwareStatusNotification", times=2)
    stage.csms.answer("FirmwareStatusNotification", delay_s=4)
    tell.update()
    tell.until("Installing")
    assert tell.update("/other.bin") == "GenericError"
    tell.until("Installed")
    assert tell.firmware == WHOLE


WRONG = {
    "dummy://dummy": {},
    "sftp://host/file": {},
    "not an address": {},
    "http://": {},
    "http://host:port/": {},
    "ftp://host/a%0d%0aDELE%20b": {},
    "http://host/" + "x" * 600: {},
    "http://host/1": {"retries": -1},
    "http://host/2": {"retryInterval": -1},
}


@pytest.mark.parametrize("location", WRONG)
def test_wrong_request_is_refused_and_changes_nothing(stage, tell, location):
    """OCPP-J 1.6 §4.2.3; HA's probe "dummy://dummy"."""
    told = tell.update(location=location, **WRONG[location])
    assert told == "PropertyConstraintViolation"
    stage.advance(5)
    assert tell.firmware == []
    told = tell.call("GetDiagnostics", {"location": location, **WRONG[location]})
    assert told == "PropertyConstraintViolation"
    stage.advance(5)
    assert tell.uploads == []


def test_status_is_told_when_triggered(stage, tell):
    """OCPP 1.6 §5.17, §7.25: the answer first; Idle only when asked, and Idle when idle."""
    tell.offer()
    ask = {"requestedMessage": "FirmwareStatusNotification"}
    assert tell.call("TriggerMessage", ask) == {"status": "Accepted"}
    stage.advance(2)
    assert tell.firmware == ["Idle"]
    tell.files.bytes_per_s = 5000
    tell.update()
    tell.until("Downloading")
    tell.call("TriggerMessage", ask)
    stage.advance(0.5)
    assert tell.firmware == ["Idle", "Downloading", "Downloading"]
    tell.files.bytes_per_s = None
    tell.until("Installed")
    tell.call("TriggerMessage", ask)
    stage.advance(1)
    assert tell.firmware[-1] == "Idle"
    frames = [json.loads(raw) for _, _, raw in stage.csms.frames(IDENTITY)]
    asked = [frame[1] for frame in frames if frame[0] == 2 and frame[2] == "TriggerMessage"]
    told = [at for at, f in enumerate(frames) if f[0] == 2 and f[3] == {"status": "Idle"}]
    answered = [at for at, f in enumerate(frames) if f[0] == 3 and f[1] in asked]
    assert answered[0] < told[0] and answered[-1] < told[-1]


def test_status_that_was_not_answered_is_told_again(stage, tell):
    """What came of an update must not get lost with the link."""
    tell.offer("crashing")
    stage.csms.drop_on("FirmwareStatusNotification", times=2)
    tell.update()
    tell.until("InstallationFailed", 300)
    known = list(dict.fromkeys(tell.firmware))
    assert known == ["Downloading", "Downloaded", "Installing", "InstallationFailed"]


def test_lamp_shows_an_update_that_waits_for_its_restart(stage, tell):
    """A driver who comes now sees why no one is served; wire/lamp_patterns.py: white, slow."""
    tell.offer()
    stage.csms.answer("FirmwareStatusNotification", times=2)
    stage.csms.answer("FirmwareStatusNotification", delay_s=5)
    tell.update()
    tell.until("Installing")
    seen = set()
    for _ in range(30):
        stage.advance(0.1)
        seen.add(tuple(stage.world.state()["connectors"]["1"]["lamp"]))
    assert seen == {(0, 0, 0), (1, 1, 1)}
    tell.until("Installed")


def test_update_waits_for_one_connector_while_the_other_takes_no_one(make_stage):
    """OCPP 1.6 §4.5: idle connectors are Unavailable, and a start there is Rejected."""
    stage = make_stage(connectors=2).ready()
    tell = Teller(stage)
    tell.offer()
    stage.charge(5)
    tell.update()
    tell.until("Downloaded")
    stage.advance(2)
    assert stage.status(2) == "Unavailable" and stage.status(1) == "Charging"
    start = {"idTag": "04A1B2C3D4E580", "connectorId": 2}
    assert tell.call("RemoteStartTransaction", start) == {"status": "Rejected"}
    stage.vehicle.unplug()
    tell.until("Installed")
    stage.until(lambda: (stage.status(1), stage.status(2)) == ("Available", "Available"), 30)


def test_update_leaves_what_was_set_as_it_was(stage, tell):
    """Settings, availability and the local list are the new firmware's as well."""
    change = {"key": "MeterValueSampleInterval", "value": "17"}
    assert tell.call("ChangeConfiguration", change) == {"status": "Accepted"}
    shut = {"connectorId": 1, "type": "Inoperative"}
    assert tell.call("ChangeAvailability", shut) == {"status": "Accepted"}
    tell.offer()
    tell.update()
    tell.until("Installed")
    told = tell.call("GetConfiguration", {"key": ["MeterValueSampleInterval"]})
    assert told["configurationKey"][0]["value"] == "17"
    stage.until_status("Unavailable")


ENDS = ("Installed", "InstallationFailed", "DownloadFailed")


def cut_at(stage, cut_ms) -> list:
    """An update that is cut so long after its first status: "late" when it was over, its end."""
    tell = Teller(stage)
    tell.offer()
    tell.update()
    stage.until(lambda: tell.firmware, 10)
    end_ms = stage.now_ms + cut_ms
    while stage.now_ms < end_ms and tell.firmware[-1] != "Installed":
        stage.advance(0.02)
    late = ["late"] if tell.firmware[-1] == "Installed" else []
    stage.power_cut()
    stage.advance(2)
    stage.start()
    stage.until(lambda: tell.firmware[-1] in ENDS, 120, f"an end after {cut_ms} ms")
    stage.until(lambda: stage.facts()["registration"] == "accepted", 30, "accepted")
    stage.advance(3)
    assert tell.version == ("0.6.0" if tell.firmware[-1] == "Installed" else "0.5.0")
    stage.charge(2)
    stage.power_cut()
    return [*late, tell.firmware[-1]]


def test_update_survives_a_power_cut_at_any_moment(make_stage):
    """While it is fetched, proven, told, switched, tried: what runs is what was said.

    At every write: powercut/test_update_cuts.py; here with an image that is really started.
    """
    cut_ms, ends = 20, []
    while "late" not in ends:
        stage = make_stage(f"cut-{cut_ms}").ready()
        ends += cut_at(stage, cut_ms)
        cut_ms += 900 if stage.target.name == "unix" else 40
    assert "Installed" in ends and len(ends) > 5
