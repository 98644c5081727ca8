"""tools/provision/provisioning beside a line that tells lies: success is what was read back."""

import pytest

from tools.provision.order import Order
from tools.provision.provisioning import Provisioning, Refused
from tools.service.line import Line, Trouble

ORDERED = {"Identity": "BE-7", "WifiPassword": "swordfish", "Earthing": "TT", "SupplyLimit": "013"}
GOOD = {"Identity": "BE-7", "WifiPassword": "***", "Earthing": "TT", "SupplyLimit": "13"}


class Station:
    """Answers as one whose settings are ``values``; its starts are those in ``boots``, in turn."""

    def __init__(self, values, code=True, boots=(1, 2)):
        self.values, self.code, self.boots = values, code, list(boots)
        self.asked = []

    def ask(self, request, timeout_s):
        self.asked.append(request["ask"])
        return getattr(self, "_" + request["ask"])(request)

    def _unit(self, request):
        return {"ok": True, "serial": "PL1", "code": self.code}

    def _facts(self, request):
        boot = self.boots.pop(0) if len(self.boots) > 1 else self.boots[0]
        if boot is None:
            raise Trouble("nothing was heard")
        return {"ok": True, "facts": {"journal": {"boot": boot}}}

    def _restart(self, request):
        return {"ok": True}

    def _settings(self, request):
        if self.values is None:
            return {"ok": False, "errors": {"names": "unknown setting"}}
        rows = [
            {"name": name, "value": self.values[name], "secret": name == "WifiPassword"}
            for name in request["names"]
        ]
        return {"ok": True, "settings": rows}


def work(station, order=None):
    order = order or Order(dict(ORDERED), {}, code="hutzli-77")
    return Provisioning(Line(station.ask), order, None, lambda text: None)


def test_what_means_the_same_is_as_ordered():
    work(Station(GOOD)).verify()


@pytest.mark.parametrize(
    ("name", "now"),
    [("Identity", "be-7"), ("WifiPassword", ""), ("Earthing", "TN"), ("SupplyLimit", "31")],
)
def test_what_differs_is_refused(name, now):
    """A name in other letters is another name; a secret that did not stay is not there."""
    with pytest.raises(Refused, match=name):
        work(Station({**GOOD, name: now})).verify()


def test_nothing_read_back_is_no_success():
    with pytest.raises(Refused, match="Identity can't be read"):
        work(Station(None)).verify()


def test_code_that_is_not_there_is_refused():
    with pytest.raises(Refused, match="no technician's code"):
        work(Station(GOOD, code=False)).verify()


def test_secret_that_is_taken_away_is_as_ordered_when_it_is_gone():
    order = Order({"WifiPassword": ""}, {})
    work(Station({"WifiPassword": ""}), order).verify()
    with pytest.raises(Refused, match="WifiPassword"):
        work(Station({"WifiPassword": "***"}), order).verify()


def test_restart_is_over_when_the_next_start_answers():
    """The one before still answers for a while, then no one does."""
    station = Station(GOOD, boots=(4, 4, 4, None, None, 5))
    work(station).restart()
    assert station.boots == [5]


@pytest.mark.parametrize("boots", [(4,), (4, None)])
def test_station_that_does_not_start_anew_is_told(boots):
    with pytest.raises(Trouble, match="did not in 60 s"):
        work(Station(GOOD, boots=boots)).restart()
