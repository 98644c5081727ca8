"""A restored store takes the place of the present one, also when the power is cut on the way.

`pilotlight restore` lays the files under ``restore/``, named 0, 1, ..., and last of all
``restore/plan`` (JSON: their names in the store, and those that stay as they are). From then on
the restored store counts: whoever comes first, that tool or the next start, carries the plan out.
"""

import json
import os

FOLDER = "restore"
PLAN = FOLDER + "/plan"


def finish(store: str) -> int:
    """Carry out the plan in the folder ``store``: how many files came, None without a plan.

    A plan that is none of ours is taken away: no start shall fail of it.
    """
    under = store + "/" if store else ""
    try:
        with open(under + PLAN) as file:
            plan = json.load(file)
        wanted, kept = plan["names"], plan["kept"]
        ours = type(wanted) is list and type(kept) is list
    except OSError:
        return None
    except (ValueError, KeyError, TypeError):
        ours = False
    if not ours:
        os.remove(under + PLAN)
        return None
    for name in _names(under, ""):
        if name not in wanted and name not in kept:
            os.remove(under + name)
    for number, name in enumerate(wanted):
        _move(under, "%s/%d" % (FOLDER, number), name)
    os.remove(under + PLAN)
    _remove_folder(under)
    return len(wanted)


def _names(under, folder):
    """Every file of the store but those of the restoring itself."""
    found = []
    for name in os.listdir((under + folder) or "."):
        path = folder + name
        if path == FOLDER:
            continue
        if os.stat(under + path)[0] & 0x4000:
            found += _names(under, path + "/")
        else:
            found.append(path)
    return found


def _move(under, spare, name):
    try:
        os.stat(under + spare)
    except OSError:
        return  # moved before the power was cut
    at = name.find("/")
    while at > 0:
        try:
            os.mkdir(under + name[:at])
        except OSError:
            pass  # there already
        at = name.find("/", at + 1)
    # littlefs and the host's file systems replace in one go.
    os.rename(under + spare, under + name)


def _remove_folder(under):
    for name in os.listdir(under + FOLDER):
        os.remove(under + FOLDER + "/" + name)
    os.rmdir(under + FOLDER)
