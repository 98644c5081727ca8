"""Where the journal keeps its events in the store: one file each, named by its seq."""

FOLDER = "j"


def name_of(seq: int) -> str:
    """The store's name of event ``seq``."""
    return "%s/%d" % (FOLDER, seq)


def seq_of(name: str) -> int:
    """The seq of file ``name`` in the folder, or None when that is no name of ours."""
    return int(name) if name.isdigit() and (name == "0" or name[0] != "0") else None


def nearest(store, seq: int, step: int, outermost: int) -> int:
    """The seq next to ``seq`` that is in ``store``, above (``step`` 1) or below (-1), or None.

    ``outermost`` is the first that counts on the other side. Rubbish may lie far from everything
    else, so the numbers between are not tried one by one.
    """
    found = None
    for name in store.names(FOLDER):
        other = seq_of(name)
        if other is None or (other - seq) * step <= 0 or (other - outermost) * step < 0:
            continue
        if found is None or (found - other) * step > 0:
            found = other
    return found
