"""ocpp/access: which address, which credentials; security profiles 0 to 3 and two addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core.journal import Journal
from chargepoint.core.settings import Settings
from chargepoint.core.settings_own import TABLE as OWN
from chargepoint.core.timing import RETURN_MS
from chargepoint.ocpp.access import TRIES, Access
from chargepoint.ocpp.v16.settings import CORE, SECURITY
from host_tests.harness.store import MemoryStore
from host_tests.unit.ocpp.bench import FixedRandom

FILES = ("tls_ca", "tls_certificate", "tls_key")
OLD, NEW = "old-password-0123", "new-password-0123"


class Home:
    """A station's settings and store over its starts; ``files`` were laid by provisioning."""

    def __init__(self, files=FILES, **factory):
        self.store, self.files = MemoryStore(), files
        self.given = {"CentralSystemUrl": "ws://csms/ocpp", "Identity": "PL1", **factory}
        self.start()

    def start(self):
        self.journal = Journal(self.store, FixedRandom())
        self.journal.load()
        self.settings = Settings((OWN, CORE, SECURITY), self.journal.get, self.journal.put)
        self.settings.factory(self.given)
        self.access = Access(self.settings, self.journal, lambda name: name in self.files)
        return self

    def save(self):
        while self.journal.pending:
            self.journal.flush()
        return self

    def fail(self, times=1, status=0):
        for _ in range(times):
            self.access.failed(status)

    @property
    def url(self):
        return self.access.next()[0]

    @property
    def key(self):
        return self.access.next()[2]


@pytest.mark.parametrize(
    ("profile", "given", "url", "key", "certified"),
    [
        ("0", "ws://csms/ocpp", "ws://csms/ocpp/PL1", b"secret", False),
        ("0", "wss://csms/ocpp", "wss://csms/ocpp/PL1", b"secret", False),
        ("1", "ws://csms/ocpp", "ws://csms/ocpp/PL1", b"secret", False),
        ("2", "ws://csms:9000/ocpp?a=b", "wss://csms:9000/ocpp/PL1?a=b", b"secret", False),
        ("2", "wss://csms/ocpp", "wss://csms/ocpp/PL1", b"secret", False),
        ("3", "ws://csms/ocpp", "wss://csms/ocpp/PL1", None, True),
    ],
)
def test_profile_decides_on_tls_password_and_certificate(profile, given, url, key, certified):
    """OCPP 1.6 security, profiles 0 to 3."""
    home = Home(SecurityProfile=profile, CentralSystemUrl=given, AuthorizationKey="secret")
    assert home.access.next() == (url, "PL1", key, certified)
    assert home.access.is_plain() == url.startswith("ws://")


def test_no_key_is_no_basic_auth():
    assert Home().key is None


@pytest.mark.parametrize(
    ("present", "wanted", "files", "key", "why"),
    [
        ("0", "0", FILES, OLD, "only upwards"),
        ("2", "1", FILES, OLD, "only upwards"),
        ("3", "3", FILES, OLD, "only upwards"),
        ("0", "1", FILES, "", "no AuthorizationKey"),
        ("0", "2", FILES, "", "no AuthorizationKey"),
        ("1", "2", (), OLD, "no tls_ca"),
        ("1", "3", (), OLD, "no tls_ca"),
        ("1", "3", ("tls_ca", "tls_certificate"), OLD, "no tls_certificate"),
        ("1", "4", FILES, OLD, "0 to 3"),
        ("1", "", FILES, OLD, "0 to 3"),
        ("1", "two", FILES, OLD, "0 to 3"),
    ],
)
def test_profile_that_can_not_be_had_is_rejected_and_kept(present, wanted, files, key, why):
    """OCPP 1.6 security A05, OCTT TC_084: never downwards, never without credentials."""
    home = Home(files, SecurityProfile=present, AuthorizationKey=key)
    before = home.access.next()
    assert home.access.change_profile(wanted) == "Rejected"
    assert why in home.settings.why
    assert home.settings.get("SecurityProfile") == int(present)
    home.fail(TRIES)
    assert home.access.next() == before


@pytest.mark.parametrize(("present", "wanted"), [("0", "1"), ("1", "2"), ("0", "2"), ("2", "3")])
def test_profile_goes_up_and_stays_once_it_was_reached(present, wanted):
    """OCPP 1.6 security A05, OCTT TC_083."""
    home = Home(SecurityProfile=present, AuthorizationKey=OLD)
    assert home.access.change_profile(wanted) == "Accepted"
    home.access.start_over()
    assert home.access.is_plain() == (wanted == "1")
    home.access.opened()
    home.fail(TRIES * 3)
    assert home.save().start().settings.get("SecurityProfile") == int(wanted)
    home.fail(TRIES)
    assert home.access.is_plain() == (wanted == "1")


def test_profile_that_is_never_reached_falls_back_to_the_one_before():
    """OCPP 1.6 security A05: the station must not be lost."""
    home = Home(SecurityProfile="1", AuthorizationKey=OLD)
    home.access.change_profile("2")
    home.access.start_over()
    home.fail(TRIES - 1)
    assert not home.access.is_plain()
    home.fail()
    assert home.access.is_plain()
    home.access.opened()
    assert home.settings.get("SecurityProfile") == 1
    home.save().start()
    assert home.access.is_plain() and home.access._was is None


def test_outage_while_new_credentials_are_on_trial_locks_no_one_out():
    """Either may turn out to be the right one, however long no one is there."""
    home = Home(SecurityProfile="1", AuthorizationKey=OLD)
    assert home.access.change_key(NEW) == "Accepted"
    seen = []
    for _ in range(4 * TRIES):
        seen.append(home.key)
        home.fail()
    old, new = [OLD.encode()] * TRIES, [NEW.encode()] * TRIES
    assert seen == new + old + new + old


def test_wrong_new_key_is_found_out_at_the_first_401():
    """OCPP 1.6 security A01; OCTT TC_073 with a back end that did not keep the key."""
    home = Home(SecurityProfile="1", AuthorizationKey=OLD)
    home.access.change_key(NEW)
    home.fail(status=401)
    assert home.key == OLD.encode()
    home.access.opened()
    assert home.settings.get("AuthorizationKey") == OLD.encode()
    home.fail(5, status=401)
    assert home.key == OLD.encode()


@pytest.mark.parametrize("proven", [OLD, NEW])
def test_power_cut_on_trial_leaves_both_keys(proven):
    """Nothing lost: the back end may know only the new key, or still only the old one."""
    home = Home(SecurityProfile="1", AuthorizationKey=OLD)
    home.access.change_key(NEW)
    home.save().start()
    assert home.key == NEW.encode()
    if proven == OLD:
        home.fail(status=401)
    home.access.opened()
    home.save().start()
    assert home.key == proven.encode()
    home.fail(status=401)
    assert home.key == proven.encode()


def test_power_cut_at_any_write_of_a_change_leaves_the_key_that_was_answered_for():
    """The answer waits for the medium (remote.once_saved): before it only the old key is right."""
    for writes in range(4):
        home = Home(SecurityProfile="1", AuthorizationKey=OLD).save()
        home.access.change_key(NEW)
        for _ in range(writes):
            home.journal.flush()
        pending = home.journal.pending
        home.start()
        keys = {home.key}
        home.fail(status=401)
        keys.add(home.key)
        assert OLD.encode() in keys, writes
        assert pending or NEW.encode() in keys, writes


def test_second_change_on_trial_still_falls_back_to_what_was_proven():
    home = Home(SecurityProfile="1", AuthorizationKey=OLD)
    home.access.change_key("first-new-password")
    home.access.change_key(NEW)
    home.fail(status=401)
    assert home.key == OLD.encode()


@pytest.mark.parametrize("raw", [b"\xff\x00" * 10, b"\x80" * 16, b"plain text key!!", b"k"])
def test_raw_key_survives_the_way_back(raw):
    """OCPP 1.6 security A00: the key is bytes, set in hex."""
    hexed = raw.hex() if len(raw) >= 16 else raw.decode()
    home = Home(SecurityProfile="1", AuthorizationKey=hexed)
    home.access.change_key(NEW)
    home.save().start()
    home.fail(status=403)
    home.access.opened()
    assert home.save().start().settings.get("AuthorizationKey") == raw


@pytest.mark.parametrize(
    ("profile", "status"), [("0", "Accepted"), ("1", "Rejected"), ("2", "Rejected")]
)
def test_key_can_not_be_taken_from_a_profile_that_needs_one(profile, status):
    home = Home(SecurityProfile=profile, AuthorizationKey=OLD)
    assert home.access.change_key("") == status


@pytest.mark.parametrize("spoiled", [b"", b"x", b"9 00", b"1", b"1 0", b"1 zz", b"\xff"])
def test_damaged_fact_is_no_trial(spoiled):
    home = Home(SecurityProfile="1", AuthorizationKey=OLD)
    home.journal.put("access", spoiled)
    home.save().start()
    home.fail(status=401)
    assert home.key in (OLD.encode(), None)


EVENTS = st.lists(
    st.sampled_from(["outage", "500", "power cut", "change", "profile"]), max_size=12
)


@given(EVENTS, st.booleans(), st.booleans())
def test_no_life_on_trial_locks_the_station_out(events, kept, second):
    """Whatever happens between a change and the next connection, the station gets in: with the
    key that the back end kept, by the profile that it speaks, in at most a dozen dials."""
    more = {"CentralSystemUrl2": "ws://spare/ocpp"} if second else {}
    home = Home(SecurityProfile="1", AuthorizationKey=OLD, **more).save()
    knows, secure = OLD.encode(), False
    for event in events:
        if event in ("outage", "500"):
            home.fail(status=500 if event == "500" else 0)
        elif event == "power cut":
            home.start()
        elif home.access._was is None:
            # The back end can only ask over a connection, which is proven then; one change at a
            # time, and its answer waits for the medium.
            change = home.access.change_key if event == "change" else home.access.change_profile
            changed = change(NEW if event == "change" else "2") == "Accepted"
            home.save()
            if changed and kept:
                knows = NEW.encode() if event == "change" else knows
                secure = secure or event == "profile"
            home.access.start_over()
    for _ in range(4 * TRIES):
        url, _, key, _ = home.access.next()
        if key != knows:
            home.fail(status=401)
        elif url.startswith("wss://") != secure:
            home.fail()
        else:
            break
    else:
        raise AssertionError(f"locked out: {home.access.next()}, back end knows {knows}")
    home.access.opened()
    home.save().start()
    assert home.key == knows and home.access.is_plain() != secure


# -- two addresses --------------------------------------------------------------------------------


def test_second_address_is_tried_after_three_failures_and_the_first_again_after_three_more():
    home = Home(CentralSystemUrl2="ws://spare/ocpp")
    seen = []
    for _ in range(3 * TRIES):
        seen.append(home.url)
        home.fail()
    first, second = ["ws://csms/ocpp/PL1"] * TRIES, ["ws://spare/ocpp/PL1"] * TRIES
    assert seen == first + second + first


def test_without_a_second_address_the_first_is_tried_for_ever():
    home = Home()
    home.fail(10 * TRIES)
    assert home.url == "ws://csms/ocpp/PL1"


def test_connection_that_lasted_starts_the_count_anew():
    home = Home(CentralSystemUrl2="ws://spare/ocpp")
    home.fail(TRIES - 1)
    home.access.opened()
    home.access.lasted()
    home.fail(TRIES - 1)
    assert home.url == "ws://csms/ocpp/PL1"


def test_second_address_is_left_after_an_hour_for_one_try():
    home = Home(CentralSystemUrl2="ws://spare/ocpp")
    home.fail(TRIES)
    home.access.opened()
    assert not home.access.may_return(0, RETURN_MS - 1)
    assert home.access.may_return(0, RETURN_MS)
    home.access.turn_back()
    assert home.url == "ws://csms/ocpp/PL1" and not home.access.may_return(0, RETURN_MS)
    home.fail()
    assert home.url == "ws://spare/ocpp/PL1"


def test_new_address_counts_from_the_first_on():
    home = Home(CentralSystemUrl2="ws://spare/ocpp")
    home.fail(TRIES)
    home.settings.change("CentralSystemUrl", "ws://new/ocpp")
    home.access.start_over()
    assert home.url == "ws://new/ocpp/PL1"


def test_no_address_is_none_whatever_the_second_is():
    home = Home(CentralSystemUrl="", CentralSystemUrl2="ws://spare/ocpp")
    assert home.url == ""
