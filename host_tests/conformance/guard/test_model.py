"""The guard's program beside its state machine in a few lines: the same after every window."""

from hypothesis import given, settings
from hypothesis import strategies as st

from host_tests.conformance.guard.rig import (
    BEAT,
    DIODE,
    FROM_RESIDUAL,
    HIGH,
    LOW,
    REQUEST,
    RESIDUAL,
    counts,
    program_for,
)
from host_tests.conformance.guard.trials import Windows

_HIGH, _LOW = counts(6), counts(-12)
_TOLD = "relay second latched cause trips bad beat_age beat_stale beat_seen".split()


class Model:
    """The states of guard.S's head, window by window; ``mail`` is what the station wrote."""

    def __init__(self, rig):
        self.mail = {
            name: rig.told(name)
            for name in "request request_second beat beat_limit bad_limit".split()
        } | {name: rig.told(name) for name in "high_most high_least low_most".split()}
        self.told = {name: rig.told(name) for name in _TOLD}
        self.residual = False

    def window(self) -> None:
        told, mail = self.told, self.mail
        self._listen()
        if mail["request"] != REQUEST:
            told |= {"relay": 0, "second": 0, "bad": 0}
            if mail["request"] == 0:
                told["latched"] = 0
        elif not told["latched"]:
            if told["beat_stale"]:
                self._trip(BEAT)
            elif self.residual:
                self._trip(FROM_RESIDUAL)
            else:
                self._judge()

    def _listen(self):
        told, mail = self.told, self.mail
        if mail["beat"] != told["beat_seen"]:
            told |= {"beat_seen": mail["beat"], "beat_age": 0, "beat_stale": 0}
        elif told["beat_age"] < mail["beat_limit"]:
            told |= {"beat_age": told["beat_age"] + 1, "beat_stale": 0}
        else:
            told["beat_stale"] = 1

    def _judge(self):
        told, mail = self.told, self.mail
        wants_second = int(mail["request_second"] == REQUEST)
        cause = self._cause()
        if cause == 0:
            told |= {"bad": 0, "relay": 1, "second": wants_second}
            return
        told["bad"] += 1
        if told["bad"] >= mail["bad_limit"]:
            self._trip(cause)
        elif told["second"]:
            told["second"] = wants_second

    def _cause(self):
        mail = self.mail
        if mail["high_most"] < _HIGH:
            return HIGH
        if mail["high_least"] > _HIGH:
            return LOW
        return DIODE if mail["low_most"] < _LOW else 0

    def _trip(self, cause):
        self.told |= {
            "relay": 0, "second": 0, "bad": 0, "latched": 1, "cause": cause,
            "trips": self.told["trips"] + 1,
        }  # fmt: skip


def _of(*values):
    return st.sampled_from(values)


# What the station, or the world, does before the next window; mostly nothing.
_ACTS = st.one_of(
    st.none(),
    st.tuples(st.just("request"), _of(REQUEST, REQUEST, REQUEST, 0, 0, 1, 0xFFFF)),
    st.tuples(st.just("request_second"), _of(REQUEST, REQUEST, 0, REQUEST + 1)),
    st.tuples(st.just("high_most"), _of(counts(7.5), _HIGH, _HIGH - 1, 0)),
    st.tuples(st.just("high_least"), _of(counts(1.5), _HIGH, _HIGH + 1)),
    st.tuples(st.just("low_most"), _of(counts(-10), _LOW, _LOW - 1)),
    st.tuples(st.just("bad_limit"), _of(0, 1, 2, 3, 4)),
    st.tuples(st.just("beat_limit"), _of(0, 1, 3, 0xFFFF)),
    st.tuples(st.just("residual"), st.booleans()),
)
_BEATS = _of(True, True, True, False)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_ACTS, _BEATS), min_size=5, max_size=60))
def test_program_does_what_its_states_say(story):
    rig = Windows(program_for())
    rig.put("request", REQUEST)
    model = Model(rig)
    for act, beats in story:
        if act and act[0] == "residual":
            model.residual = act[1]
            rig.ulp.input(RESIDUAL, act[1])
        elif act:
            model.mail[act[0]] = act[1]
            rig.put(*act)
        rig.beating = beats
        rig.pass_by(1)
        model.mail["beat"] = rig.told("beat")
        model.window()
        assert {name: rig.told(name) for name in _TOLD} == model.told
        drives = (int(rig.closed), int(rig.second))
        assert drives == (model.told["relay"], model.told["second"])
