"""The settings of the station: typed tables, checked on every change, kept in the store.

A table is one constant, which costs no heap, and of bytes: in MicroPython reaching into a text
takes the longer the further in it is. A line feed, then for each setting
``name|kind|default|low|high|access|reboot|meaning`` and a line feed. By kind:
- "bool": ``true`` or ``false``. "int": ``low`` to ``high``.
- "text": ``low`` to ``high`` characters. "key": as text; 32 to 40 hex digits stand for the bytes.
- "csl": a comma separated list of items of ``low`` (itself a list), at most ``high`` of them.
- "measurands": such a list of what metering.py knows. "choice": one item of ``low``.
- "rotation": ConnectorPhaseRotation. "url": a ws:// or wss:// address, or nothing.
- "hours": ``22-6``, from and to in hours of the day, or nothing.
``access`` is "RW", "R" or "W" for the back end. Names are compared without regard to case
(CiString, OCPP 1.6 §9). ``get`` gives bool, int, str, bytes (key) or a tuple (csl, measurands,
rotation, hours).
"""

from binascii import unhexlify

from chargepoint.core import metering

ACCEPTED = "Accepted"
REJECTED = "Rejected"
REBOOT_REQUIRED = "RebootRequired"
NOT_SUPPORTED = "NotSupported"

NAME, KIND, DEFAULT, LOW, HIGH, ACCESS, REBOOT, MEANING = range(8)

_ROTATIONS = ("RST", "RTS", "SRT", "STR", "TRS", "TSR", "NotApplicable", "Unknown")
# While this one is true, the back end changes neither it nor the other.
_LOCK = "SupplyLimitLock"
_LOCKED = ("SupplyLimitLock", "SupplyLimit")
# Before each stored text: an empty value is not an absent one.
_MARK = b"="


class Settings:
    """``store_get(name)`` gives bytes or None, ``store_put(name, bytes)`` keeps them.

    A stored value that no longer makes sense counts as absent; its name is in ``damaged``.
    ``why`` tells what was wrong with the last refused change. ``gives`` names the quantities that
    there are here (metering.py): a change to measurands of others is refused.
    """

    def __init__(self, tables: tuple, store_get, store_put):
        self.gives = metering.EVERYTHING
        self.damaged = []
        self.why = ""
        self._tables = tables
        self._put = store_put
        self._values = {}
        self._stored = set()
        for row in rows_of(tables):
            self._values[row[NAME]] = value_of(row, row[DEFAULT])
            self._load(row, store_get(_store_name(row)))

    def rows(self):
        """The rows of all settings, one after the other, as ``row`` gives one."""
        return rows_of(self._tables)

    def get(self, name: str):
        """The value of ``name``; raises KeyError for a name that there is not."""
        value = self._values.get(name)
        return value if value is not None else self._values[self.row(name)[NAME]]

    def row(self, name: str) -> tuple:
        """(name, kind, default, low, high, access, reboot, meaning); raises KeyError."""
        wanted = b"\n%s|" % self._usual(name).encode()
        for table in self._tables:
            at = table.find(wanted)
            if at >= 0:
                return _row_at(table, at + 1)
        raise KeyError("unknown setting %s" % name)

    def _usual(self, name):
        """``name`` as the tables spell it."""
        if name in self._values:
            return name
        lower = name.lower()
        for known in self._values:
            if known.lower() == lower:
                return known
        raise KeyError("unknown setting %s" % name)

    def change(self, name: str, text: str) -> str:
        """Set ``name`` from ``text`` and keep it: "Accepted", "RebootRequired", or why not."""
        try:
            row, value = self.examine(name, text)
        except KeyError:
            self.why = "unknown setting %s" % name
            return NOT_SUPPORTED
        except ValueError as error:
            self.why = str(error)
            return REJECTED
        if value != self._values[row[NAME]] or row[NAME] not in self._stored:
            self._values[row[NAME]] = value
            self._stored.add(row[NAME])
            self._put(_store_name(row), _MARK + text.encode())
        return REBOOT_REQUIRED if row[REBOOT] else ACCEPTED

    def examine(self, name: str, text: str) -> tuple:
        """(row, value) that ``text`` would be for ``name``; nothing is changed.

        Raises KeyError for an unknown name, ValueError that says what was expected.
        """
        row = self.row(name)
        value = value_of(row, text)
        if row[KIND] == "measurands":
            _check_known(row, value, self.gives)
        return row, value

    def change_by_peer(self, name: str, text: str) -> str:
        """As ``change``, for the back end, which may not write everything (OCPP 1.6 §5.3)."""
        try:
            row = self.row(name)
        except KeyError:
            self.why = "unknown setting %s" % name
            return NOT_SUPPORTED
        if row[ACCESS] == "R":
            self.why = "%s: read-only" % row[NAME]
            return REJECTED
        if row[NAME] in _LOCKED and self._values.get(_LOCK):
            self.why = "%s: locked by the technician" % row[NAME]
            return REJECTED
        return self.change(name, text)

    def factory(self, given: dict) -> None:
        """Values from provisioning, name -> text: they stand where nothing is stored.

        Raises ValueError that names the setting and what was expected; nothing is changed then.
        """
        checked = []
        for name, text in given.items():
            try:
                row = self.row(name)
            except KeyError:
                raise ValueError("unknown setting %s" % name)
            checked.append((row[NAME], value_of(row, text)))
        for name, value in checked:
            if name not in self._stored:
                self._values[name] = value

    def fix(self, name: str, text: str) -> None:
        """A value that the hardware dictates (such as NumberOfConnectors); it is not kept."""
        row = self.row(name)
        self._values[row[NAME]] = value_of(row, text)

    def text(self, name: str) -> str:
        """The value of ``name`` as OCPP shows it, None for one that may not be read."""
        return self.shown(self.row(name))

    def shown(self, row: tuple) -> str:
        """As ``text``, of the setting with this row."""
        value = self._values[row[NAME]]
        if row[ACCESS] == "W":
            return None
        if row[KIND] == "bool":
            return "true" if value else "false"
        if row[KIND] == "hours":
            return "%d-%d" % value if value else ""
        if type(value) is tuple:
            return ",".join(value)
        return str(value)

    def _load(self, row, saved):
        if saved is None:
            return
        try:
            if saved[:1] != _MARK:
                raise ValueError
            self._values[row[NAME]] = value_of(row, bytes(saved[1:]).decode())
            self._stored.add(row[NAME])
        except ValueError:
            self.damaged.append(row[NAME])


def rows_of(tables: tuple):
    """The rows of ``tables``, one after the other."""
    for table in tables:
        at = 1
        while at < len(table):
            yield _row_at(table, at)
            at = table.find(b"\n", at) + 1


def _row_at(table, at):
    row = table[at : table.find(b"\n", at)].decode().split("|")
    numbers = row[KIND] in ("int", "text", "key", "url", "csl", "measurands", "rotation")
    if numbers and row[LOW][-1:].isdigit():
        row[LOW] = int(row[LOW])
    if numbers:
        row[HIGH] = int(row[HIGH])
    row[REBOOT] = row[REBOOT] != ""
    return tuple(row)


def value_of(row: tuple, text: str):
    """``text`` as a value of ``row``; raises ValueError that says what was expected."""
    if type(text) is not str:
        raise ValueError("%s: expected text, not %s" % (row[NAME], type(text).__name__))
    return _KINDS[row[KIND]](row, text)


def _store_name(row):
    return "set_" + row[NAME].lower()


def _wrong(row, text, expected):
    shown = "***" if row[ACCESS] == "W" else text[:40]
    return ValueError("%s: %r, expected %s" % (row[NAME], shown, expected))


def _bool(row, text):
    lower = text.lower()
    if lower not in ("true", "false"):
        raise _wrong(row, text, "true or false")
    return lower == "true"


def _int(row, text):
    digits = text[1:] if text[:1] == "-" else text
    # isdigit also takes digits of other scripts, which int() reads on one interpreter only.
    plain = len(digits) <= 10 and _plain_number(digits)
    if not plain or not row[LOW] <= int(text) <= row[HIGH]:
        raise _wrong(row, text, "a whole number, %d to %d" % (row[LOW], row[HIGH]))
    return int(text)


def _text(row, text):
    if not row[LOW] <= len(text) <= row[HIGH]:
        raise _wrong(row, text, "%d to %d characters" % (row[LOW], row[HIGH]))
    try:
        coded = text.encode()
    except UnicodeError:
        coded = b"\0"  # CPython; on MicroPython a lone surrogate is seen below
    before = 0
    # Bytes: MicroPython keeps every character that stands alone for ever.
    for byte in coded:
        if byte < 32 or (before == 0xED and byte >= 0xA0):
            raise _wrong(row, text, "no control characters")
        before = byte
    return text


def _key(row, text):
    _text(row, text)
    if 32 <= len(text) <= 40 and len(text) % 2 == 0:
        try:
            # OCPP security §A00: the password is the bytes, set in hex.
            return unhexlify(text)
        except ValueError:
            pass
    return text.encode()


def _url(row, text):
    """One that can't be dialled must not be taken: no back end could mend it then."""
    _text(row, text)
    scheme, _, rest = text.partition("://")
    authority = rest.partition("/")[0]
    if not text:
        return text
    if "@" in authority:
        raise _wrong(row, "***", "an address without user and password")
    if scheme not in ("ws", "wss"):
        raise _wrong(row, text, "ws://... or wss://...")
    if [byte for byte in text.encode() if not 33 <= byte <= 126 or byte == 35]:
        raise _wrong(row, text, "what is not printable ASCII percent-encoded")
    if not _is_place(authority):
        raise _wrong(row, text, "an address with a host, and a port from 1 to 65535 if any")
    return text


def _is_place(authority):
    """``host``, ``host:port``, ``[IPv6]`` or ``[IPv6]:port``."""
    inside, bracket, rest = authority.rpartition("]")
    host, colon, port = rest.partition(":")
    if colon and not (len(port) < 6 and _plain_number(port) and 0 < int(port) < 65536):
        return False
    if bracket:
        return inside.startswith("[") and ":" in inside and not host
    return host != "" and "?" not in host and "[" not in host


def _items(text):
    return [item.strip() for item in text.split(",")] if text.strip() else []


def _csl(row, text):
    return _listed(row, text, row[LOW])


def _measurands(row, text):
    items = _once(row, text)
    _check_known(row, items, metering.EVERYTHING)
    return items


def _check_known(row, items, gives):
    for item in items:
        if not metering.knows(item, gives):
            raise _wrong(row, item, "a list of: " + metering.known(gives))


def _choice(row, text):
    for choice in row[LOW].split(","):
        if choice.lower() == text.lower():
            return choice
    raise _wrong(row, text, "one of: " + row[LOW])


def _hours(row, text):
    if not text:
        return ()
    begin, dash, end = text.partition("-")
    if not dash or not _plain_number(begin) or not _plain_number(end):
        raise _wrong(row, text, "two hours of the day such as 22-6, or nothing")
    if int(begin) > 23 or int(end) > 23:
        raise _wrong(row, text, "hours from 0 to 23")
    return int(begin), int(end)


def _listed(row, text, known):
    items = _once(row, text)
    allowed = known.split(",")
    for item in items:
        if item not in allowed:
            raise _wrong(row, item, "a list of: " + known)
    return items


def _once(row, text):
    items = _items(text)
    if len(items) > row[HIGH]:
        raise _wrong(row, text, "at most %d items" % row[HIGH])
    for at, item in enumerate(items):
        if item in items[:at]:
            raise _wrong(row, item, "each item once")
    return tuple(items)


def _rotation(row, text):
    """``0.RST,1.RTS`` (OCPP 1.6 §9.1.7)."""
    items = _items(text)
    if len(items) > row[HIGH]:
        raise _wrong(row, text, "at most %d items" % row[HIGH])
    for item in items:
        number, dot, rotation = item.partition(".")
        if not dot or len(number) > 2 or not _plain_number(number) or rotation not in _ROTATIONS:
            raise _wrong(row, item, "connector.rotation with one of: " + ",".join(_ROTATIONS))
    return tuple(items)


def _plain_number(text):
    return len(text) > 0 and not [byte for byte in text.encode() if not 48 <= byte <= 57]


_KINDS = {
    "bool": _bool,
    "int": _int,
    "text": _text,
    "key": _key,
    "url": _url,
    "csl": _csl,
    "measurands": _measurands,
    "choice": _choice,
    "hours": _hours,
    "rotation": _rotation,
}
