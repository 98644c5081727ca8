"""Mutations of the rules of orders and of the technician's code. The columns: see mutation.py."""

from host_tests.mutations.mutation import Mutation

TESTS = "unit/station/test_orders.py"

# fmt: off
MUTATIONS = (
    Mutation(
        "circuit_that_is_not_obeyed", "nothing is drawn beyond what the circuit carries",
        "supply.py", "return given_a if given_a < most_a else most_a", "return given_a", TESTS,
    ),
    Mutation(
        "limit_without_the_code", "what protects the installation changes with the code only",
        "service.py", "        if coded and station.journal.get(orders.CODE):\n",
        "        if False:\n", TESTS,
    ),
    Mutation(
        "order_in_a_session", "nothing is set while a vehicle charges",
        "orders.py", "    if station.busy():\n", "    if False:\n", TESTS,
    ),
    Mutation(
        "earth_believed_in_it", "earth is neither believed nor claimed in an IT network",
        "station.py", 'if settings.get("Earthing") == "IT":',
        'if settings.get("Earthing") == "TT":', TESTS,
    ),
)
