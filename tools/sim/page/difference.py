"""What changed between two states of one shape: small messages for a page that looks on."""

SAME = object()


def between(old, new):
    """What ``merge`` needs to make ``new`` of ``old``; SAME when there is nothing to tell.

    Objects are compared name by name; whatever else differs is told as a whole. A name that is
    gone makes the object be told anew, under ``=``.
    """
    if not isinstance(old, dict) or not isinstance(new, dict):
        # By its text, for to Python a 0 is equal to a False, deep inside a list, too.
        return SAME if repr(old) == repr(new) else _whole(new)
    if old.keys() - new.keys():
        return _whole(new)
    changed = {name: between(old.get(name, SAME), new[name]) for name in new}
    changed = {name: value for name, value in changed.items() if value is not SAME}
    return changed or SAME


def merge(old, change):
    """The state that ``change`` was made for; the page's script does the same."""
    if not isinstance(change, dict):
        return change
    if "=" in change:
        return change["="]
    before = old if isinstance(old, dict) else {}
    return {**before, **{name: merge(before.get(name), part) for name, part in change.items()}}


def _whole(new):
    return {"=": new} if isinstance(new, dict) else new
