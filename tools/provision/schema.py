"""The firmware's own checks of settings, for orders that are not yet at a station."""

from host_tests.harness import paths

paths.use_firmware()

from chargepoint import orders  # noqa: E402
from chargepoint.core import unit  # noqa: E402
from chargepoint.core.settings import Settings  # noqa: E402
from chargepoint.core.settings_own import TABLE  # noqa: E402
from chargepoint.ocpp.v16.settings import CORE, PROFILES, SECURITY  # noqa: E402

TABLES = (TABLE, CORE, PROFILES, SECURITY)
CODE_LEAST, CODE_MOST = unit.CODE_LEAST, unit.CODE_MOST


def fresh() -> Settings:
    """The settings of a station that nothing was set in."""
    return Settings(TABLES, lambda name: None, lambda name, data: None)


def errors_of(settings: dict, files: dict) -> dict:
    """{name: what is wrong}, as a station that nothing was set in would tell."""
    examining = orders.examining(fresh(), settings, files, lambda name: False)
    while True:
        try:
            next(examining)
        except StopIteration as end:
            return end.value


def spelled(name: str) -> str | None:
    """A setting's name as the tables spell it, None for one that there is not."""
    try:
        return fresh().row(name)[0]
    except KeyError:
        return None


def secrets() -> set:
    """The names of settings whose values are never shown."""
    return {row[0] for row in fresh().rows() if row[5] == "W"}


def means_the_same(name: str, one: str, other: str) -> bool:
    """Two texts of the setting ``name`` stand for one value: "TRUE" and "true", "007" and "7"."""
    if one == other:
        return True
    try:
        return fresh().examine(name, one)[1] == fresh().examine(name, other)[1]
    except (KeyError, ValueError):
        return False
