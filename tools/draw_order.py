"""Write docs/order.md, the order file for people, from the table of fields that is read by.

Run it without arguments to write the page, with ``--check`` to learn (exit status 1) whether it
is stale.
"""

import sys
from pathlib import Path

from tools import draw_states
from tools.draw_settings import values
from tools.paths import ROOT
from tools.provision import order, schema
from tools.provision.fields import FIELDS, FILES, OTHERS, TABLES

NAME = "order"
REMEDY = "run `python -m tools.draw_order`"
PAGE = Path("docs/order.md")
_HEAD = """\
# The order file

What was ordered of a charge point, as a file (TOML): who it is at the back end, what the
installation allows, who may charge. `pilotlight provision` sets a station by it, over its serial
line or through its own page. Made of the table in `tools/provision/fields.py` by
`python -m tools.draw_order`; `make check` fails when it is stale.

```sh
mkdir -p build
.venv/bin/pilotlight provision --example > build/order.toml
.venv/bin/pilotlight provision build/order.toml --check
```

The second line writes an order to begin with; the third says whether every field of it is good,
without a station. With one:

```console
$ .venv/bin/pilotlight provision order.toml --port /dev/ttyUSB0 --check
$ .venv/bin/pilotlight provision order.toml --port /dev/ttyUSB0
$ .venv/bin/pilotlight provision order.toml --url http://192.168.4.1 --password -
```

- Every field is checked before anything is set, on this computer and by the station. What is
  wrong is told with the line of the file and with what was expected; nothing is changed then.
- All of it is set, or nothing, whatever happens to the power. If the station or this computer
  loses it on the way, run the same command again: the station is as it was, or as ordered.
- A field that is left out leaves what the station has. Files (`ca.pem`) lie beside the order.
- While a vehicle charges nothing is set, and the command says so.
- An order that names a unit's serial number is refused by every other unit.
- Secrets go into the station and never come out: shown is `***`.

**The technician's code.** Once there is one, `load_limit_a`, `max_current_a`, `earthing` and the
lock of the load limit change with it only (`--code -` asks for it, so that no list of processes
shows it), whoever asks: serial line, page, or the next order. The back end can't change them at
all. Three wrong codes are free; then each costs 1, 2, 4 ... 64 seconds, and from the tenth on an
hour, two, four, up to a day. No restart shortens it. A code that was forgotten goes with the
station's store (`make flash` writes it anew).

**The earthing system.** TN and TT: the station believes what watches the earth (where the board
has it), and reports a lost one. "Passed" says that the protective conductor is connected, never
how good the earth is: that is measured at the inspection. IT: with no neutral on earth such a
monitor tells "connected" of a lost earth, or "lost" of a good one; so it is not asked, and the
station and its commissioning report say "not monitored".

**Two limits.** `max_current_a` is what the circuit carries: only a technician changes it, and
nothing ever exceeds it. `load_limit_a` is what the station may draw of it now: the back end may
lower and raise it as long as no technician locked it (a code does; `[settings] SupplyLimitLock =
false` leaves it to the back end all the same).
"""


def fresh() -> str:
    """The page as it should be."""
    rows = {row[0]: row for row in schema.fresh().rows()}
    parts = [_HEAD]
    for table in TABLES[:-1]:
        body = [_fields(each, rows) for each in FIELDS if each.place.startswith(table + ".")]
        head = ["field", "values", "must be there", "meaning", "setting"]
        parts.append(f"## [{table}]\n\n{draw_states.table(head, body)}\n")
    parts.append(
        f"## [{OTHERS}]\n\nAny other setting of [the settings](settings.md), by its name, that is "
        "not the hardware's to say:\n\n```toml\n[settings]\nMeterValueSampleInterval = 60\n```\n"
    )
    example = order.example().splitlines()
    hidden = ['password = "' if line.startswith("password =") else line for line in example]
    shown = "\n".join(line + '..."' if line == 'password = "' else line for line in hidden)
    parts.append(f"## An example\n\n```toml\n{shown}\n```\n")
    return "\n".join(parts)


def _fields(each, rows):
    kinds = {int: "a whole number", bool: "true, false", str: "a text"}
    shown = values(rows[each.setting]) if each.setting in rows else kinds[each.kind]
    special = {
        "charging.mode": "card, free",
        "installation.time_zone": "such as Europe/Brussels",
        "installation.phase_rotation": "RST, RTS, SRT, STR, TRS, TSR, NotApplicable, Unknown",
        "order.format": "1",
        "technician.code": f"{schema.CODE_LEAST} to {schema.CODE_MOST} characters, or none",
    }
    shown = "the name of a file" if each.setting in FILES else special.get(each.place, shown)
    setting = f"`{each.setting}`" if each.setting in rows else ""
    must = "yes" if each.required else ""
    return [f"`{each.place.partition('.')[2]}`", shown, must, each.meaning, setting]


def find(root: Path) -> list:
    """As a check of tools/checks: what is wrong with the page."""
    return draw_states.stale(root, PAGE, fresh, "the fields of an order have")


def _write() -> None:
    (ROOT / PAGE).write_text(fresh(), encoding="utf-8")


def main() -> int:
    return draw_states.command(sys.modules[__name__], _write)


if __name__ == "__main__":
    sys.exit(main())
