"""An order file (TOML): read, checked by the firmware's own tables, or written.

``read(path)`` gives an Order or raises OrderError, which names every bad field with its line and
with what was expected. ``text_of(values)`` writes one.
"""

import difflib
import re
import secrets
import textwrap
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from tools.provision import schema
from tools.provision.fields import BY_PLACE, FIELDS, FILES, OTHERS, TABLES

FORMAT = 1
_LARGEST_BYTES = 65536


class OrderError(Exception):
    """``errors`` is a list of (line or None, "table.key" or "", what is wrong)."""

    def __init__(self, name: str, errors: list):
        self.name = name
        self.errors = errors
        super().__init__("\n".join(self.lines()))

    def lines(self) -> list:
        """One line for each error, as compilers tell them."""
        return [
            ":".join([self.name, *([str(line)] if line else [])])
            + ": "
            + (f"{place}: {why}" if place else why)
            for line, place, why in self.errors
        ]


@dataclass
class Order:
    """What is to be set: ``settings`` name -> text, ``files`` store name -> bytes; ``code`` None:
    the technician's code stays as it is. ``places`` tells where in the file each came from."""

    settings: dict
    files: dict
    code: str | None = None
    serial: str = ""
    reference: str = ""
    name: str = "order"
    places: dict = field(default_factory=dict)
    lines: dict = field(default_factory=dict)

    def request(self, ask: str, code: str | None = None) -> dict:
        """The ``check`` or ``apply`` for the service room; ``code``: the present one."""
        files = {name: data.decode("ascii") for name, data in self.files.items()}
        request = {"ask": ask, "settings": self.settings, "files": files}
        if self.code is not None:
            request["new_code"] = self.code
        if code is not None:
            request["code"] = code
        return request

    def wrong(self, errors: dict) -> OrderError:
        """What a station found wrong ({setting or file: why}), said of this file's fields."""
        told = []
        for name, why in errors.items():
            place = self.places.get(name, "")
            why = why.removeprefix(name + ": ") if place else why
            if name == "code":
                why += " (--code CODE, or --code - to be asked: the one that this station has now)"
            told.append((_line_of(self.lines, place), place, why))
        return OrderError(self.name, told)


def read(path: Path | str) -> Order:
    """The order in the file ``path``; the files that it names lie beside it."""
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise OrderError(str(path), [(None, "", f"can't be read: {error.strerror}")]) from None
    if len(data) > _LARGEST_BYTES:
        raise OrderError(str(path), [(None, "", f"{len(data)} bytes: this is no order file")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        why = "no text in UTF-8: expected an order file (`pilotlight provision --example`)"
        raise OrderError(str(path), [(None, "", why)]) from None
    return parse(text, path.parent, str(path))


def parse(text: str, folder: Path, name: str = "order") -> Order:
    """The order in ``text``; see ``read``."""
    try:
        given = tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"\(at line (\d+)", str(error))
        # At the end of the document: the last line that there is.
        line = int(found.group(1)) if found else text.count("\n") + 1
        raise OrderError(name, [(line, "", f"no TOML: {error}")]) from None
    reading = _Reading(given, folder)
    lines = _lines_in(text)
    if reading.errors:
        errors = [(_line_of(lines, place), place, why) for place, why in reading.errors]
        raise OrderError(name, sorted(errors, key=lambda error: error[0] or 0))
    reading.order.name, reading.order.lines = name, lines
    return reading.order


def text_of(values: dict) -> str:
    """An order file of ``values`` ("table.key" -> value), in the order of FIELDS.

    Raises OrderError when it would not be read.
    """
    lines = []
    for table in TABLES:
        fields = [each for each in FIELDS if each.place.startswith(table + ".")]
        entries = [(each.place.partition(".")[2], values.get(each.place)) for each in fields]
        if table == "order":
            entries[0] = ("format", FORMAT)
        if table == OTHERS:
            prefix = OTHERS + "."
            entries = [(p.removeprefix(prefix), v) for p, v in values.items() if prefix in p]
        told = [f"{key} = {_toml(value)}" for key, value in entries if value is not None]
        if told:
            lines += [f"[{table}]", *told, ""]
    return "\n".join(lines)


def example() -> str:
    """An order file to begin with: every field with its meaning; what may be left out is."""
    lines = ["# An order of a charge point; docs/order.md tells of each field."]
    for table in TABLES[:-1]:
        lines += ["", f"[{table}]"]
        for each in FIELDS:
            if each.place.startswith(table + "."):
                key, value = each.place.partition(".")[2], each.example
                if each.place == "back_end.password":
                    # No two orders shall have the same one because no one thought of it.
                    mark, value = "", secrets.token_hex(20)
                else:
                    mark = "" if each.required else "# "
                lines += [f"# {line}" for line in textwrap.wrap(each.meaning, 95)]
                lines.append(f"{mark}{key} = {_toml(value)}")
    lines += ["", f"# [{OTHERS}]", "# Any other setting of docs/settings.md, by its name:"]
    lines += ["# MeterValueSampleInterval = 60", ""]
    return "\n".join(lines)


class _Reading:
    def __init__(self, given, folder):
        self.errors = []
        self.order = Order({}, {})
        self._folder = folder
        for table in given:
            if table not in TABLES:
                self._unknown(table, table, TABLES)
            elif not isinstance(given[table], dict):
                self._wrong(table, f"expected a table [{table}]")
        tables = {name: given.get(name) for name in TABLES if isinstance(given.get(name), dict)}
        for table, entries in tables.items():
            for key, value in entries.items():
                self._take(table, key, value)
        self._judge(tables)

    def _take(self, table, key, value):
        place = f"{table}.{key}"
        if table == OTHERS:
            self._take_other(place, key, value)
        elif place not in BY_PLACE:
            known = [name.partition(".")[2] for name in BY_PLACE if name.startswith(table + ".")]
            self._unknown(place, key, known)
        else:
            self._take_field(BY_PLACE[place], value)

    def _take_field(self, known, value):
        try:
            text = known.text(value)
        except ValueError as error:
            self._wrong(known.place, str(error))
            return
        self.order.places[known.setting or known.place] = known.place
        if known.setting in FILES:
            self._take_file(known, text)
        elif known.setting:
            self.order.settings[known.setting] = text
        elif known.place == "technician.code":
            self.order.code = text or None
        elif known.place == "order.format":
            if value != FORMAT:
                self._wrong(known.place, f"{value}, expected {FORMAT}")
        else:
            setattr(self.order, known.place.partition(".")[2], text)  # reference, serial

    def _take_other(self, place, key, value):
        name = schema.spelled(key)
        if name is None:
            names = [row[0] for row in schema.fresh().rows()]
            self._unknown(place, key, names, "docs/settings.md has them all")
        elif name in self.order.settings:
            self._wrong(place, f"said already, by {self.order.places[name]}")
        elif type(value) not in (str, int, bool):
            self._wrong(place, f"{value!r}, expected a text, a whole number, true or false")
        else:
            self.order.places[name] = place
            text = str(value)
            self.order.settings[name] = text.lower() if isinstance(value, bool) else text

    def _take_file(self, known, name):
        if not name:
            return
        if Path(name).name != name:
            # Whoever writes an order shall not choose what is read of another's computer.
            self._wrong(known.place, f"{name!r}, expected the name of a file beside the order")
            return
        try:
            data = (Path(self._folder) / name).read_bytes()
            data.decode("ascii")
        except OSError as error:
            self._wrong(known.place, f"{name}: can't be read: {error.strerror}")
        except (UnicodeDecodeError, ValueError):
            self._wrong(known.place, f"{name}: expected a text in PEM")
        else:
            self.order.files[known.setting] = data

    def _judge(self, tables):
        """What only the whole tells."""
        for known in FIELDS:
            table, _, key = known.place.partition(".")
            if known.required and key not in tables.get(table, {}):
                why = f"missing (is the file whole?). {known.meaning}"
                self._wrong(known.place, why)
        order = self.order
        if order.code and not schema.CODE_LEAST <= len(order.code) <= schema.CODE_MOST:
            why = f"expected {schema.CODE_LEAST} to {schema.CODE_MOST} characters, or none"
            self._wrong("technician.code", why)
        told = {place for place, _ in self.errors}
        files = {name: data.decode("ascii") for name, data in order.files.items()}
        for name, why in schema.errors_of(order.settings, files).items():
            place = order.places.get(name) or _place_of(name)
            if place not in told:
                self._wrong(place, why.removeprefix(name + ": "))
        if not self.errors:
            self._judge_limits()

    def _judge_limits(self):
        limit_a = int(self.order.settings["SupplyLimit"])
        most_a = int(self.order.settings["MaxCurrent"])
        if limit_a > most_a:
            why = f"{limit_a}, expected at most max_current_a ({most_a})"
            self._wrong("installation.load_limit_a", why)

    def _unknown(self, place, key, known, otherwise=""):
        near = difflib.get_close_matches(key, known, 1, 0.6)
        otherwise = otherwise or "expected one of: " + ", ".join(known)
        hint = f"did you mean {near[0]}?" if near else otherwise
        self._wrong(place, f"unknown; {hint}")

    def _wrong(self, place, why):
        self.errors.append((place, why))


def _lines_in(text):
    """{"table.key" or "table": its line}: good enough for a message."""
    places = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if head := re.match(r"\s*\[([^\[\]]+)\]", line):
            table = head.group(1).strip()
            places.setdefault(table, number)
        elif key := re.match(r"\s*([\w.\"'-]+)\s*=", line):
            name = key.group(1).replace('"', "").replace("'", "")
            places.setdefault(f"{table}.{name}" if table else name, number)
    return places


def _line_of(lines, place):
    """The line of "table.key", else of its table, else None."""
    return lines.get(place) or lines.get(place.partition(".")[0])


def _place_of(setting):
    """The field that becomes ``setting``."""
    return next((each.place for each in FIELDS if each.setting == setting), setting)


def _toml(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = "".join(_escaped(character) for character in str(value))
    return f'"{escaped}"'


def _escaped(character):
    if character in '"\\':
        return "\\" + character
    if ord(character) < 32 or ord(character) == 127:
        return f"\\u{ord(character):04x}"
    return character
