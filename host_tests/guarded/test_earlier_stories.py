"""Stories of the earlier scenarios, told again with the guard in place: nothing is lost by it."""

import pytest

from host_tests.scenarios import test_faults
from host_tests.scenarios.test_faults import (  # noqa: F401
    test_failed_self_test_gives_no_energy_until_it_passes,
    test_ventilation_as_a_setting_of_the_place_serves_state_d,
    test_ventilation_that_is_not_there_is_a_warning_and_gives_no_energy,
)
from host_tests.scenarios.test_restarts import (  # noqa: F401
    test_reset_is_carried_out_though_the_meter_is_silent_and_the_back_end_gone,
    test_reset_without_a_session_is_answered_and_done,
    test_welded_contactor_is_remembered_over_a_reset,
)
from host_tests.scenarios.test_safety import (  # noqa: F401
    test_contactor_opens_within_100_ms_when_the_plug_is_pulled_under_load,
    test_contactor_opens_within_100_ms_when_the_vehicle_leaves_c,
    test_contactor_that_does_not_close_is_reported,
    test_missing_diode_gets_no_energy,
    test_station_waits_for_mains_that_failed_and_goes_on,
)
from host_tests.scenarios.test_session import (  # noqa: F401
    test_session_is_recorded_when_the_driver_plugs_first,
    test_session_pauses_and_resumes_within_one_transaction,
    test_session_stops_when_the_vehicle_is_unplugged,
)


@pytest.mark.parametrize(
    "name",
    ["pilot_short", "diode", "pilot_invalid", "cable", "overcurrent", "temperature_unknown"],
)
def test_fault_opens_the_contactor_is_told_and_ends(stage, name):
    """Of the pilot, of what the guard samples beside it, and of what it does not see."""
    test_faults.test_fault_opens_the_contactor_is_told_and_ends(stage, name)
