"""board.json: what a board is, what it may draw, what it is made of, what it watches."""

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
}
_LIMITS = {"max_a": int, "phases": int, "ventilated": bool, "simplified": bool}
_WORDS = {str: "text", int: "a whole number", bool: "true or false", dict: "an object"}
_EMULATED = ("host", "cortex-m3")
_MCUS = ("esp32", *_EMULATED)
# IEC 61851-1 annex A: what a duty can say.
LEAST_A, MOST_A = 6, 80


def is_real(described: dict) -> bool:
    return described.get("mcu") not in _EMULATED


def findings(described: dict) -> list:
    """What is wrong with the content of board.json."""
    expected = _COMMON | _REAL if is_real(described) else _COMMON
    found = _shape(described, expected, "")
    if found:
        return found
    if described["mcu"] not in _MCUS:
        found.append(f"mcu: {described['mcu']!r}, expected one of {', '.join(_MCUS)}")
    if described["guard"] not in GUARDS:
        found.append(f"guard: {described['guard']!r}, expected one of {', '.join(GUARDS)}")
    if described["connectors"] < 1:
        found.append(f"connectors: {described['connectors']}, expected 1 or more")
    return found + _of_a_real_board(described) if is_real(described) else found


def _of_a_real_board(described: dict) -> list:
    found = _shape(described["limits"], _LIMITS, "limits.") or _limits(described["limits"])
    for name, pull in described["pulls"].items():
        if pull not in ("up", "down"):
            found.append(f"pulls.{name}: {pull!r}, expected up or down")
    watched = described["monitored"]
    found += [
        f"monitored.{name}: missing; say what watches it, or null" for name in MONITORED
        if name not in watched
    ]  # fmt: skip
    for name, how in watched.items():
        if name not in MONITORED:
            found.append(f"monitored.{name}: unknown; expected {', '.join(MONITORED)}")
        elif how is not None and not (isinstance(how, str) and how):
            found.append(f"monitored.{name}: {how!r}, expected what watches it, or null")
    return found


def _shape(content: dict, expected: dict, before: str) -> list:
    found = [f"{before}{name}: missing" for name in expected if name not in content]
    for name, value in content.items():
        kind = expected.get(name)
        if kind is None:
            found.append(f"{before}{name}: unknown; expected {', '.join(expected)}")
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
