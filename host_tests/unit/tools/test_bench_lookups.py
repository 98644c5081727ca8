"""The bench's table of looks at the local list."""

from tools.bench import lookups


def test_look_costs_one_file_of_one_block_at_any_length():
    """Issue 4: shown at 10, 1,000 and 10,000 idTags."""
    rows = {row[0]: row[1:] for row in lookups.measure().rows}
    assert list(rows) == ["10", "1000", "10000"]
    for reads, _, most, _, _ in rows.values():
        assert reads <= 4 and most <= 4096
    assert rows["10000"][4] <= 600
