"""Cards: what the back end knows of them, and whose they are."""

from . import forms
from .desk import FORM, OFFICE, office_of
from .door import go, who
from .pages import render
from .roles import ADMIN, allowed

STATUSES = ("Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx")
KINDS = ("driver", "test")


def add_routes(app) -> None:
    """The routes of this file."""
    app[OFFICE].add_page(app, "/cards", "Cards", cards)
    app.router.add_post("/cards", set_card)


def _all(office) -> dict:
    rows = office.db.all(
        "SELECT card.*, kind, label, issued_card.account, account.name AS account_name FROM card"
        " LEFT JOIN issued_card ON issued_card.id_tag = card.id_tag"
        " LEFT JOIN account ON account.id = issued_card.account ORDER BY card.id_tag"
    )
    accounts = office.db.all("SELECT id, name FROM account ORDER BY name")
    return {"cards": rows, "accounts": accounts, "statuses": STATUSES}


@allowed(ADMIN)
async def cards(request):
    return render(request, "cards.html", **_all(office_of(request)))


@allowed(ADMIN)
async def set_card(request):
    """A new card, or what is to be known of one from now on."""
    office = office_of(request)
    try:
        given = read_card(request[FORM])
        _check_owner(office, given)
    except forms.Wrong as wrong:
        shown = {"errors": wrong.errors, "given": wrong.given}
        return render(request, "cards.html", 422, **_all(office), **shown)
    issue(office, given)
    office.audit.note(who(request), "set a card", given["id_tag"], status=given["status"])
    return go(request, "/cards", f"Card {given['id_tag']} is {given['status']}.")


def _check_owner(office, given: dict) -> None:
    """A card's sessions and statements are its driver's: they go to nobody else with the card.

    Raises forms.Wrong.
    """
    shown = {name: value for name, value in given.items() if value is not None}
    names = {row["id"]: row["name"] for row in office.db.all("SELECT id, name FROM account")}
    if given["account"] not in (None, *names):
        raise forms.Wrong({"account": "there is no such account"}, shown)
    owner = office.db.value(
        "SELECT account FROM issued_card WHERE id_tag = :id_tag AND kind = 'driver' AND EXISTS"
        " (SELECT 1 FROM session WHERE session.id_tag = issued_card.id_tag COLLATE NOCASE)",
        id_tag=given["id_tag"],
    )
    if owner is None or (owner == given["account"] and given["kind"] == "driver"):
        return
    field = "kind" if owner == given["account"] else "account"
    why = f"it has sessions of {names[owner]} and stays with them; block it, and issue another"
    raise forms.Wrong({field: why}, shown)


def read_card(form) -> dict:
    """The form's fields; raises forms.Wrong."""
    return forms.read(
        form,
        id_tag=id_tag,
        status=forms.choice(*STATUSES),
        kind=forms.choice(*KINDS),
        label=forms.text(0, 60),
        parent=forms.optional(id_tag),
        expiry=forms.optional(forms.day),
        account=forms.optional(forms.whole(1, 2**31)),
    )


def issue(office, card: dict) -> None:
    """Make the card known to the OCPP server and to the office."""
    expiry = f"{card['expiry']}T00:00:00Z" if card["expiry"] else None
    known = office.db.value("SELECT 1 FROM account WHERE id = ?", card["account"])
    with office.db.transaction():
        office.csms.add_card(card["id_tag"], card["status"], card["parent"], expiry)
        office.db.run(
            "INSERT INTO issued_card (id_tag, kind, label, account)"
            " VALUES (:id_tag, :kind, :label, :account) ON CONFLICT (id_tag) DO UPDATE"
            " SET kind = excluded.kind, label = excluded.label, account = excluded.account",
            id_tag=card["id_tag"],
            kind=card["kind"],
            label=card["label"],
            account=card["account"] if known else None,
        )


def id_tag(typed: str) -> str:
    """An idTag that a station can send (OCPP 1.6 7.30: a CiString20)."""
    typed = forms.text(1, 20)(typed)
    if not all(32 < ord(letter) < 127 for letter in typed):
        raise ValueError("expected 1 to 20 letters, digits and signs, without blanks")
    return typed
