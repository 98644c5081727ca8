"""What the factory laid into the store."""

import pytest

from chargepoint.drivers.provisioning import provisioned
from host_tests.harness.store import MemoryStore


class Lines(list):
    def write(self, level, text):
        self.append((level, text))


@pytest.fixture
def store():
    return MemoryStore()


def test_provisioning_gives_the_object(store):
    store.write("factory", b'{"Identity": "PL-7"}')
    assert provisioned(store, "factory", Lines()) == {"Identity": "PL-7"}


def test_provisioning_that_was_never_laid_is_empty_and_no_error(store):
    log = Lines()
    assert provisioned(store, "factory", log) == {} and log == []


@pytest.mark.parametrize("saved", [b"", b"{", b"[1]", b"7", b"null", b"\xff\xfe{}", b'"factory"'])
def test_provisioning_that_is_damaged_is_left_out_and_told(store, saved):
    store.write("factory", saved)
    log = Lines()
    assert provisioned(store, "factory", log) == {}
    assert [level for level, text in log if "factory" in text] == ["error"]
