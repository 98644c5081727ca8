"""What was typed into a form: read field by field, and all that is wrong told at once."""

import re
from collections.abc import Callable


class Wrong(ValueError):
    """``errors`` has a text for each field that will not do; ``given`` what was typed."""

    def __init__(self, errors: dict, given: dict = None):
        super().__init__("; ".join(f"{field}: {why}" for field, why in errors.items()))
        self.errors = errors
        self.given = given or {}


def read(form, **fields: Callable[[str], object]) -> dict:
    """The values of ``fields``, each read by its reader; raises Wrong. Texts are stripped."""
    found, errors = {}, {}
    given = {name: _typed(form, name) for name in fields}
    for name, reader in fields.items():
        try:
            found[name] = reader(given[name])
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        raise Wrong(errors, given)
    return found


def _typed(form, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def text(low: int = 1, high: int = 100):
    """``low`` to ``high`` characters in one line."""

    def reader(typed: str) -> str:
        if not low <= len(typed) <= high:
            raise ValueError(f"expected {low} to {high} characters")
        if any(ord(letter) < 32 or 0xD800 <= ord(letter) < 0xE000 for letter in typed):
            raise ValueError("expected one line, without control characters")
        return typed

    return reader


def lines(high: int = 2000):
    """Any text of several lines, up to ``high`` characters."""

    def reader(typed: str) -> str:
        if len(typed) > high:
            raise ValueError(f"expected at most {high} characters")
        return typed.replace("\r\n", "\n")

    return reader


def whole(low: int, high: int):
    """A whole number."""

    def reader(typed: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,15}", typed) or not low <= int(typed) <= high:
            raise ValueError(f"expected a whole number, {low} to {high}")
        return int(typed)

    return reader


def choice(*items: str):
    """One of ``items``."""

    def reader(typed: str) -> str:
        if typed not in items:
            raise ValueError(f"expected one of {', '.join(items)}")
        return typed

    return reader


def optional(reader, empty=None):
    """Nothing (then ``empty``), or what ``reader`` takes."""
    return lambda typed: reader(typed) if typed else empty


def tick(typed: str) -> bool:
    """A box that is ticked or not."""
    return typed != ""


def day(typed: str) -> str:
    """A date as ``2026-01-05``."""
    from datetime import date

    try:
        found = date.fromisoformat(typed)
        if found.year < 1970:
            raise ValueError
    except ValueError:
        raise ValueError("expected a date such as 2026-01-05")
    return found.isoformat()
