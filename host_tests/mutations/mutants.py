"""All mutations, in the order in which a step goes."""

from host_tests.mutations import (
    guard_driver,
    idtags,
    judge_and_step,
    orders,
    parts,
    pilot_and_session,
    supply,
)

MUTATIONS = (
    *judge_and_step.MUTATIONS,
    *pilot_and_session.MUTATIONS,
    *parts.MUTATIONS,
    *supply.MUTATIONS,
    *idtags.MUTATIONS,
    *orders.MUTATIONS,
    *guard_driver.MUTATIONS,
)


def look_up(name: str):
    """The mutation called ``name``; ValueError naming those that there are."""
    for mutation in MUTATIONS:
        if mutation.name == name:
            return mutation
    known = ", ".join(mutation.name for mutation in MUTATIONS)
    raise ValueError(f"no mutation is called {name!r}; there are {known}")
