"""`pilotlight backup` and `pilotlight restore`: all records of a board's store, to and fro.

The station is interrupted meanwhile, its contactor open, and starts again afterwards. A restored
store takes the old one's place as a whole (firmware: drivers/store_restore): a cable that is
pulled out before leaves everything as it was.
"""

import inspect
import json
import re

from rich.progress import Progress

from tools.device import archive, serial_board, trouble

UNIT = "unit"
# The mark that the installation was accepted (firmware: service.py), a fact in two places.
_MARK = ["commissioned.a", "commissioned.b"]
# The name of the installation and its numbers (firmware: core/numbers), a fact in two places.
_NUMBERS = ("journal.a", "journal.b")
_INSTALLATION = re.compile(rb'"id": ?"([0-9a-f]+)"')
# What a station is told, and not what it did: settings, credentials, an order under way.
_SETTINGS = re.compile(r"(set_.*|tls_.*|factory|board|calibration|(code|access|redo)\.[ab])$")
_LIST = """\
import os
def walk(folder, name):
    for entry in os.ilistdir(folder + name):
        path = name + "/" + entry[0]
        if entry[1] & 0x4000:
            if path != "/restore":
                walk(folder, path)
        else:
            print(path[1:])
walk({store!r}, "")
"""
_READ = """\
from binascii import hexlify
with open({path!r}, "rb") as file:
    while True:
        data = file.read(256)
        if not data:
            break
        print(hexlify(data).decode())
"""
_CLEAR = """\
import os
folder = {folder!r}
try:
    os.mkdir(folder)
except OSError:
    pass
try:
    os.remove(folder + "/plan")
except OSError:
    pass
for name in os.listdir(folder):
    os.remove(folder + "/" + name)
"""
_DIGEST = """\
import hashlib
from binascii import hexlify
digest = hashlib.sha256()
with open({path!r}, "rb") as file:
    while True:
        data = file.read(256)
        if not data:
            break
        digest.update(data)
print(hexlify(digest.digest()).decode())
"""
_PIECE = 192


def backup(port: str, to: str, progress: Progress) -> int:
    """Write the store of the board at ``port`` into the file ``to``: how many records."""
    board = serial_board.opened(port)
    try:
        store = serial_board.store_of(board)
        records = _read_all(board, store, progress)
        archive.write(to, records, {"store": store, "serial": _serial(records)})
        return len(records)
    except serial_board.Unreachable as error:
        raise trouble.Trouble(str(error), "run the same command again") from error
    finally:
        board.close(restart=True)


def restore(port: str, source: str, with_unit: bool, progress: Progress) -> int:
    """Put a backup in place of the store of the board at ``port``: how many records.

    The record ``unit`` is what the label on the box says, so the board keeps its own unless
    ``with_unit``; and a backup from before it was commissioned does not open its access point
    again. HAZARD: a journal that is put back tells sessions twice and numbers new ones like old
    ones. So a board that is still the installation of the backup gets its settings back only.
    Raises Trouble; ValueError for a file that is no whole backup.
    """
    records, _ = archive.read(source)
    board = serial_board.opened(port)
    try:
        store = serial_board.store_of(board)
        there = _names(board, store)
        kept = kept_of(records, there, with_unit, _installations(_numbers_of(board, store, there)))
        _lay(board, store, records, kept, progress)
        board.run(_finishing(store))
        return len(records)
    except serial_board.Unreachable as error:
        raise trouble.Trouble(
            f"{error}; the board has its old store, or the whole new one",
            "run the same command again",
        ) from error
    finally:
        board.close(restart=True)


def kept_of(records: dict, there: list, with_unit: bool, installations: set = frozenset()) -> list:
    """The names, of those that are ``there``, that stay; they are taken out of ``records``.

    ``installations``: what the board's own journal says that it is of.
    """
    kept = [] if with_unit else [UNIT]
    if not any(name in records for name in _MARK):
        kept += _MARK
    if installations & _installations(records):
        told = {UNIT, *_MARK}
        kept += [name for name in there if name not in told and not _SETTINGS.match(name)]
        for name in [name for name in records if name not in told and not _SETTINGS.match(name)]:
            del records[name]
    kept = [name for name in kept if name in there]
    for name in kept:
        records.pop(name, None)
    return kept


def _numbers_of(board, store, there) -> dict:
    return {name: _read(board, store, name) for name in _NUMBERS if name in there}


def _installations(records: dict) -> set:
    """The names of the installations whose journal is in ``records``."""
    found = (_INSTALLATION.search(records.get(name, b"")) for name in _NUMBERS)
    return {each.group(1) for each in found if each}


def read_record(board, store: str, name: str) -> bytes:
    """One record; None where there is none."""
    if name not in _names(board, store):
        return None
    return _read(board, store, name)


def _read(board, store, name) -> bytes:
    return bytes.fromhex(board.run(_READ.format(path=f"{store}/{name}")).replace("\n", ""))


def _names(board, store):
    return board.run(_LIST.format(store=store)).split("\n")[:-1]


def _read_all(board, store, progress) -> dict:
    names = _names(board, store)
    task = progress.add_task("reading", total=len(names))
    records = {}
    for name in names:
        records[name] = _read(board, store, name)
        progress.advance(task)
    return records


def _serial(records):
    try:
        return json.loads(records[UNIT])["serial"]
    except (KeyError, ValueError, TypeError):
        return None


def _lay(board, store, records, kept, progress):
    """Everything beside the store; the plan, with which it counts, last."""
    folder = f"{store}/restore"
    board.run(_CLEAR.format(folder=folder))
    task = progress.add_task("writing", total=sum(map(len, records.values())) + 1)
    for number, data in enumerate(records.values()):
        write_file(board, f"{folder}/{number}", data)
        progress.advance(task, len(data))
    plan = json.dumps({"names": list(records), "kept": kept}).encode()
    write_file(board, f"{folder}/plan.part", plan)
    board.run(f"import os\nos.rename({folder + '/plan.part'!r}, {folder + '/plan'!r})")
    progress.advance(task)


def write_file(board, path: str, data: bytes) -> None:
    """Write a file and read it back. Raises Trouble when it differs."""
    board.run(f"file = open({path!r}, 'wb')\nfrom binascii import unhexlify")
    for at in range(0, len(data), _PIECE):
        board.run(f"file.write(unhexlify({data[at : at + _PIECE].hex()!r}))")
    board.run("file.close()")
    if board.run(_DIGEST.format(path=path)).strip() != archive.digest(data):
        raise trouble.Trouble(
            f"{path} reads back otherwise", "a shorter cable; the flash may be worn"
        )


def _finishing(store) -> str:
    """The firmware's own way, carried out at once, whatever application is on the board."""
    from host_tests.harness import paths

    paths.use_firmware()
    from chargepoint.drivers import store_restore

    return f"{inspect.getsource(store_restore)}\nfinish({store!r})\n"
