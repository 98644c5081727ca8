"""Which statements the one who asks may see, by the month of each."""

from .statements import Statement

_CARDS = (
    "SELECT issued_card.id_tag, account FROM issued_card LEFT JOIN account AS owner"
    " ON owner.id = account WHERE kind = 'driver'"
)


def statements_of(office, visit, month: str) -> list[Statement]:
    """Of all cards that ``visit`` may see in a month."""
    made = [
        _seen(office, visit, card, month)
        for card in office.db.all(f"{_CARDS} ORDER BY owner.name, id_tag")
    ]
    return [each for each in made if each is not None]


def statement_of(office, visit, id_tag: str, month: str) -> Statement | None:
    """Of one card; None where there is none, or it is not theirs to see."""
    for card in office.db.all(_CARDS):
        if card["id_tag"].casefold() == id_tag.casefold():
            return _seen(office, visit, card, month)
    return None


def _seen(office, visit, card, month):
    sight = office.memberships.sight(card["account"], visit)
    if not sight.of(month):
        return None
    made = office.statements.of(card["id_tag"], month, sight)
    # A card says not since when there is one: who left may not learn of those that came after.
    is_known = sight.now or made.issued_ms or made.lines or made.notes
    return made if is_known else None
