"""`pilotlight provision` beside a station that is led from here."""

import threading

from host_tests.provisioning import turns
from tools import pilotlight
from tools.provision import order

SECRET = "correct-horse-battery"
CODE = "hutzli-77"


def order_for(stage, folder, **more):
    """An order file for the back end of ``stage``."""
    values = {
        "back_end.identity": "BE-0007",
        "back_end.url": f"ws://127.0.0.1:{stage.network.port}/ocpp",
        "back_end.security_profile": 1,
        "back_end.password": SECRET,
        "installation.max_current_a": 20,
        "installation.load_limit_a": 13,
        "installation.phases": 3,
        "installation.earthing": "TT",
        "installation.time_zone": "Europe/Brussels",
        "charging.mode": "card",
        "charging.tariff_text": "30 ct/kWh <b>'; DROP TABLE",
        "technician.code": CODE,
        **more,
    }
    path = folder / "order.toml"
    path.write_text(order.text_of(values), encoding="utf-8")
    stage.csms.add_charge_point("BE-0007", SECRET)
    return str(path)


class Command:
    """The command line in a thread; the station goes on while it is waited for (turns.py)."""

    def __init__(self, *words):
        self.status = None
        self._thread = threading.Thread(target=self._run, args=(words,), daemon=True)
        self._thread.start()

    def _run(self, words):
        self.status = pilotlight.main(["provision", *words])

    @property
    def runs(self):
        return self._thread.is_alive()

    def wait(self, stage):
        """Its exit status, once it ended."""
        turns.lead(stage, self._thread)
        return self.status


def is_as_ordered(stage):
    """The station comes to its back end as ordered, and offers what was ordered."""
    stage.until(lambda: stage.csms.statuses("BE-0007", 1), 60, "BE-0007 at its back end")
    assert stage.facts()["registration"] == "accepted"
    stage.vehicle.plug_in(amps=32)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 60, "energy")
    stage.advance(6)
    assert stage.facts()["connectors"][0]["offered_ma"] == 13000
