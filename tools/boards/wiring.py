"""What a board's board.py builds, against what its board.json says."""

import ast
from pathlib import Path

_DRIVERS = "chargepoint.drivers."


def findings(program: ast.Module, described: dict, drivers: Path) -> list:
    """``program`` is board.py, ``drivers`` the folder of the firmware's drivers."""
    imported = {
        node.module.removeprefix(_DRIVERS)
        for node in ast.walk(program)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(_DRIVERS)
    }
    found = []
    for part, driver in described["parts"].items():
        if not (drivers / f"{driver}.py").exists():
            found.append(f"parts.{part}: there is no driver {driver!r} in {drivers.name}/")
        elif driver not in imported:
            found.append(f"parts.{part}: board.py does not use the driver {driver!r}")
    return found + _limits(electrics(program), described["limits"])


def electrics(program: ast.Module) -> dict:
    """The options of a connector, as board.py writes them down."""
    for node in program.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_ELECTRICS":
            return ast.literal_eval(node.value)
    return {}


def _limits(built: dict, limits: dict) -> list:
    expected = dict(limits, max_ma=limits["max_a"] * 1000)
    del expected["max_a"]
    return [
        f"limits: board.py has {name} {built.get(name)!r} in _ELECTRICS, board.json {value!r}"
        for name, value in expected.items()
        if built.get(name) != value
    ]
