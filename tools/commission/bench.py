"""The emulated bench: a station of the harness, its vehicle, and our back end beside it."""

from pathlib import Path

from host_tests.harness.stage import CARD_TAG, Stage
from tools.commission.back_end import OfCsms
from tools.commission.emulated import Emulated, OnStage
from tools.commission.pace import OfStage
from tools.commission.station import Station
from tools.commission.trial import Trial


class StageLine:
    """The service line of a station on a stage; one without power does not answer."""

    def __init__(self, stage):
        self._stage = stage

    def ask(self, request: dict) -> dict:
        """As tools/service/line.Line; facts come without the way over the console."""
        if not self._stage.on:
            raise OSError("the station has no power")
        if request["ask"] == "facts":
            return {"ok": True, "facts": self._stage.facts()}
        try:
            return self._stage.console(request)
        except AssertionError as error:
            raise OSError(str(error).partition("\n")[0]) from None


def make_stage(target: str, folder: Path, **options) -> Stage:
    """A station as it comes from the box, its card known to the back end."""
    stage = Stage(target, folder, **options)
    if stage.csms is not None:
        stage.csms.add_card(CARD_TAG)
    return stage


def make_trial(stage, connector: int = 1, wrong_by_s: int = 0, say=lambda text: None) -> Trial:
    """Everything emulated."""
    device = Emulated(OnStage(stage, connector), CARD_TAG)
    station = Station(StageLine(stage))
    back_end = OfCsms(stage.csms)
    return Trial(station, device, back_end, OfStage(stage, wrong_by_s), connector, say)
