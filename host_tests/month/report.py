"""What came of a month: figures, and whatever is not as it must be."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from host_tests.month.month import CARDS, LIMIT_MA, PRICES, ZONE, Month


@dataclass
class Report:
    """``troubles`` is empty where all is well."""

    figures: dict
    troubles: list = field(default_factory=list)

    def text(self) -> str:
        """A line for each figure."""
        return "\n".join(f"{name:<32} {value}" for name, value in self.figures.items())


def of(month: Month) -> Report:
    """Look at everything."""
    statements = month.office.statements
    made = [statements.of(tag, which) for tag in CARDS for which in statements.months(tag)]
    billed_wh = sum(each.wh for each in made)
    sessions = month.csms.sessions()
    found = Report(
        {
            "stations, days": f"{len(month.fleet.stages)}, {month.days:g}",
            "visits, sessions": f"{len(month.visits)}, {len(sessions)}",
            "troubles": len(month.troubles),
            "world's meters, billed (Wh)": f"{month.world_wh}, {billed_wh}",
            "statements, total (cents)": f"{len(made)}, {sum(each.cents for each in made)}",
            "most on L1, L2, L3 (mA)": f"{month.most_ma} of {LIMIT_MA}",
            "stations that had to wait": len(month.waited),
            "steps, looks": f"{month.fleet.steps}, {month.looks}",
            "profiles sent": _count(month, "SetChargingProfile"),
            "processor (s)": round(month.took_s, 1),
        }
    )
    found.troubles += _troubles(month, made, billed_wh)
    return found


def _count(month, action):
    return month.office.db.value(
        "SELECT COUNT(*) FROM frame WHERE direction = 'sent' AND raw LIKE ?", f'[2,%"{action}"%'
    )


def _troubles(month, made, billed_wh):
    if billed_wh != month.world_wh:
        yield f"billed {billed_wh} Wh, the world counted {month.world_wh} Wh"
    if max(month.most_ma) > LIMIT_MA:
        yield f"the site drew {month.most_ma} of {LIMIT_MA} mA"
    for tag in CARDS:
        mine_wh = sum(each.wh for each in made if each.id_tag == tag)
        if mine_wh != month.ledger_wh(tag):
            yield f"{tag}: billed {mine_wh} Wh, the world's ledger has {month.ledger_wh(tag)} Wh"
    for each in made:
        yield from _foreign(month, each)
        yield from (f"{each.id_tag}: {note}" for note in each.notes)
    for stage in month.fleet.stages:
        yield from month.csms.violations(stage.identity)
        if [line for line in stage.log if "Traceback" in line[2]]:
            yield f"{stage.identity} crashed"


def _foreign(month, made):
    """Lines of sessions that are not this card's, or end in another month."""
    for line in made.lines:
        row = month.office.db.one("SELECT * FROM session WHERE row = ?", line.session)
        if row["id_tag"] != made.id_tag:
            yield f"statement of {made.id_tag} has session {line.session} of {row['id_tag']}"
        ends = datetime.fromisoformat(row["stop_time"]).astimezone(ZoneInfo(ZONE))
        if f"{ends:%Y-%m}" != made.month:
            yield f"session {line.session}, which ended {ends}, is billed in {made.month}"
        day = datetime.fromtimestamp(line.begin_ms / 1000, ZoneInfo(ZONE)).date().isoformat()
        price = max(step for step in PRICES if step[0] <= day)[1]
        exact = Decimal(line.wh) * price / 1_000_000
        if line.cents != int(exact.quantize(Decimal(1), ROUND_HALF_UP)):
            yield f"session {line.session}: {line.cents} cents, expected {exact:.4f}"
