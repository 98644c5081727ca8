"""The sim with the station's own page, as a technician meets it."""

from host_tests.unit.tools.sim_desk import Guests, street_of
from tools.sim.tape import NOTE


def test_station_of_the_sim_has_its_own_page_and_its_label_is_told():
    with street_of("--own-page") as (street, _):
        (sim,) = street.sims
        told = []
        sim.tape.listeners.append(lambda at_ms, kind, text: told.append((kind, text)))
        sim.stage.power_cut()
        sim.start()
        portal = sim.stage.portal
        assert (NOTE, f"its own page: {portal.url} (password {portal.password})") in told
        while not (sim.facts and sim.facts["portal"]):
            street.turn()
        guests = Guests(street, portal.url)
        status, headers, text = guests.get()
        assert status == 200 and "Welcome, technician" in text
        guests.close()
