"""board.json: what a board is, what it may draw, what it is made of, what it watches."""

from tools.boards.chips import CHIPS

GUARDS = ("none", "interlock", "ulp", "front end")
MONITORED = (
    "pilot",
    "contactor",
    "residual current",
    "protective earth",
    "temperature",
    "over-current",
    "mains voltage",
    "cable rating",
    "cable lock",
)
_COMMON = {"mcu": str, "product": str, "connectors": int, "guard": str}
# A real board; the emulated ones have no pads, and no limits but their world's.
_REAL = {
    "flash_mb": int,
    "psram": bool,
    "limits": dict,
    "parts": dict,
    "pulls": dict,
    "straps": dict,
    "monitored": dict,
    "rcd": str,
}
# What the installation must have in front where the board itself sees no direct current: a type A
# alone is blinded by it (IEC 61851-1 §8.5, standards.md §1.5).
_SEES_DC = ("type B", "6 mA DC")
_OPTIONAL = {"revisions": dict}
_LIMITS = {"max_a": int, "phases": int, "ventilated": bool, "simplified": bool, "socket": bool}
_WORDS = {str: "text", int: "a whole number", bool: "true or false", dict: "an object"}
_EMULATED = ("host", "cortex-m3")
# What a revision of a board may have of its own: the rest is the board's.
_REVISION = {"pins": str, "mcu": str, "straps": dict, "pulls": dict}
# IEC 61851-1 annex A: what a duty can say.
LEAST_A, MOST_A = 6, 80


def is_real(described: dict) -> bool:
    return described.get("mcu") not in _EMULATED


def findings(described: dict) -> list:
    """What is wrong with the content of board.json, before anyone looks at parts and pins."""
    expected = _COMMON | _REAL if is_real(described) else _COMMON
    found = _shape(described, expected, "", _OPTIONAL if is_real(described) else {})
    if found:
        return found
    found = _word(described, "mcu", (*CHIPS, *_EMULATED))
    found += _word(described, "guard", GUARDS)
    if described["connectors"] < 1:
        found.append(f"connectors: {described['connectors']}, expected 1 or more")
    return found + _of_a_real_board(described) if is_real(described) else found


def revisions(described: dict) -> dict:
    """{name of the revision: (name of its file of pins, the description with what it changes)}.

    A board without revisions has one, called "".
    """
    common = {name: value for name, value in described.items() if name != "revisions"}
    found = {}
    for name, own in described.get("revisions", {}).items():
        changes = {key: value for key, value in own.items() if key != "pins"}
        found[name] = (own["pins"], common | changes)
    return found or {"": ("pins.py", common)}


def _word(described, name, words):
    value = described[name]
    return [] if value in words else [f"{name}: {value!r}, expected one of {', '.join(words)}"]


def _of_a_real_board(described: dict) -> list:
    found = _shape(described["limits"], _LIMITS, "limits.") or _limits(described["limits"])
    if described["connectors"] > 1:
        found.append("connectors: the assembly of these boards builds one, expected 1")
    found += _pulls(described)
    found += _monitored(described["monitored"]) + _rcd(described)
    for name, own in described.get("revisions", {}).items():
        found += _revision(f"revisions.{name}", own)
    return found


def _pulls(described: dict) -> list:
    return [
        f"pulls.{name}: {pull!r}, expected up or down"
        for name, pull in described["pulls"].items()
        if pull not in ("up", "down")
    ]


def _rcd(described: dict) -> list:
    """The residual-current device outside of the charge point, which its board declares."""
    told = described["rcd"]
    if "residual" in described["parts"] or any(word in told for word in _SEES_DC):
        return [] if told else ["rcd: empty, expected what the installation must have in front"]
    words = " or ".join(repr(word) for word in _SEES_DC)
    return [f"rcd: {told!r}: no part sees a direct residual current, expected {words} in front"]


def _revision(place: str, own) -> list:
    if type(own) is not dict:
        return [f"{place}: {own!r}, expected an object"]
    if "pins" not in own:
        return [f"{place}.pins: missing; name the file of its pins"]
    found = _shape(own, {}, f"{place}.", _REVISION)
    return found or (_word(own, "mcu", CHIPS) if "mcu" in own else [])


def _monitored(watched: dict) -> list:
    found = [
        f"monitored.{name}: missing; say what watches it, or null" for name in MONITORED
        if name not in watched
    ]  # fmt: skip
    for name, how in watched.items():
        if name not in MONITORED:
            found.append(f"monitored.{name}: unknown; expected {', '.join(MONITORED)}")
        elif how is not None and not (isinstance(how, str) and how):
            found.append(f"monitored.{name}: {how!r}, expected what watches it, or null")
    return found


def _shape(content: dict, expected: dict, before: str, optional: dict | None = None) -> list:
    known = expected | (optional or {})
    found = [f"{before}{name}: missing" for name in expected if name not in content]
    for name, value in content.items():
        kind = known.get(name)
        if kind is None:
            found.append(f"{before}{name}: unknown; expected {', '.join(known)}")
        elif type(value) is not kind:
            found.append(f"{before}{name}: {value!r}, expected {_WORDS[kind]}")
    return found


def _limits(limits: dict) -> list:
    found = []
    if not LEAST_A <= limits["max_a"] <= MOST_A:
        found.append(f"limits.max_a: {limits['max_a']}, expected {LEAST_A} to {MOST_A}")
    if limits["phases"] not in (1, 3):
        found.append(f"limits.phases: {limits['phases']}, expected 1 or 3")
    return found
