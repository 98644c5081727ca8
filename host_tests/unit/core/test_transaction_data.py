"""What a stop tells besides its register: begin, a choice of what lay between, signed texts."""

from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core.transaction_data import BEGIN, CLOCK, MOST, PERIODIC, TransactionData

UTC_S = 1_790_035_200
START = [["energy_wh", 0, 1000]]


class Facts:
    """A journal's facts; ``names`` in the order in which they were put."""

    def __init__(self):
        self.kept = {}
        self.names = []

    def put(self, name, data):
        assert type(data) is bytes
        self.kept[name] = data
        self.names.append(name)

    def get(self, name):
        return self.kept.get(name)


def readings_of(values):
    """[(kind, moment, [values])] of a stop's values."""
    found = []
    for quantity, phase, value in values:
        if quantity == "at":
            found.append((phase, value, []))
        else:
            found[-1][2].append([quantity, phase, value])
    return found


def sampled(data, count, kind=PERIODIC, width=1, first=1):
    for at in range(first, first + count):
        values = [["current_ma", phase % 4, 16000 + at] for phase in range(width)]
        data.add(kind, values, UTC_S + 60 * at, 60000 * at)


def test_begin_and_readings_come_back_in_order():
    data = TransactionData(Facts(), 1)
    data.begin(7, START, None, UTC_S, 0)
    sampled(data, 3)
    values, signed = data.take(7, 200_000)
    told = readings_of(values)
    assert [(kind, moment - UTC_S) for kind, moment, _ in told] == [
        (BEGIN, 0), (PERIODIC, 60), (PERIODIC, 120), (PERIODIC, 180)
    ]  # fmt: skip
    assert told[0][2] == START and signed is None


@given(st.integers(0, 700), st.integers(1, 14), st.booleans())
def test_readings_are_thinned_evenly_and_the_begin_never(count, width, cut):
    """OCPP 1.6 errata 3.91: begin and end stay, however long the transaction."""
    facts = Facts()
    data = TransactionData(facts, 1)
    data.begin(7, START, None, UTC_S, 0)
    sampled(data, count, width=width)
    if cut:
        data = TransactionData(facts, 1)
    told = readings_of(data.take(7, 60000 * count)[0])
    assert told[0] == (BEGIN, UTC_S, START)
    at = [(moment - UTC_S) // 60 for _, moment, _ in told[1:]]
    assert len(at) <= MOST and (at or count == 0)
    gaps = {after - before for before, after in zip([0, *at], at, strict=False)}
    assert len(gaps) <= 1 and (not at or count - at[-1] < at[0])


def test_clock_and_periodic_readings_are_thinned_each_by_itself():
    data = TransactionData(Facts(), 1)
    data.begin(7, START, None, UTC_S, 0)
    for at in range(1, 200):
        sampled(data, 1, PERIODIC, first=at)
        sampled(data, 1, CLOCK, first=at)
    kinds = [kind for kind, _, _ in readings_of(data.take(7, 0)[0])]
    assert kinds.count(PERIODIC) >= 2 and kinds.count(CLOCK) >= 2


def test_power_cut_takes_nothing_and_gives_nothing_to_the_next_transaction():
    facts = Facts()
    data = TransactionData(facts, 1)
    data.begin(7, START, "sig", UTC_S, 0)
    sampled(data, 2)
    assert TransactionData(facts, 1).take(8, None) == ([], None)
    values, signed = TransactionData(facts, 1).take(7, None)
    assert len(readings_of(values)) == 3 and signed == "sig"


def test_signed_text_comes_back_byte_for_byte():
    for text in ('OCMF|{"GI":"Zähler \\\\ €"}|{"SD":"30"}', "x" * 2500, ""):
        facts = Facts()
        TransactionData(facts, 1).begin(7, [], text, UTC_S, 0)
        values, signed = TransactionData(facts, 1).take(7, None)
        assert signed == text and values == [["at", BEGIN, UTC_S]]


def test_moment_without_a_clock_counts_back_from_the_stop():
    data = TransactionData(Facts(), 1)
    data.begin(7, START, None, None, 5_000)
    data.add(PERIODIC, START, None, 65_000)
    data.add(PERIODIC, START, UTC_S, 125_000)
    moments = [moment for _, moment, _ in readings_of(data.take(7, 135_000)[0])]
    assert moments == [-130, -70, UTC_S]


def test_nothing_wanted_writes_nothing():
    """A flash write for those alone who ask for transactionData."""
    facts = Facts()
    data = TransactionData(facts, 1)
    data.begin(7, [], None, UTC_S, 0)
    data.add(PERIODIC, [], UTC_S, 60_000)
    assert facts.names == [] and data.take(7, 100) == ([], None)


@given(st.binary(max_size=60))
def test_damaged_fact_is_no_reading(data):
    facts = Facts()
    facts.kept = {"readings_1": data, "signed_1": data}
    values, signed = TransactionData(facts, 1).take(2**40, None)
    assert (values, signed) == ([], None)
