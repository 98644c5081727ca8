"""Which card is served where: an installation that is not active serves test cards only.

OCPP has no word for "test cards only": a connector that is Inoperative refuses them too. So the
station stays operative, the back end answers Blocked for every other card, and the station is set
to ask for each (fitting.py: no free charging, nothing off line, empty list and cache).
"""

from . import life

BLOCKED = {"status": "Blocked"}
_BY_CARD = "(the driver's card)"


class Admission:
    """The OCPP server's ``rules.judge``. What was never ordered serves all cards."""

    def __init__(self, db, installations):
        self._db = db
        self._installations = installations

    def judge(self, identity: str, id_tag: str, info: dict) -> dict:
        """The idTagInfo for a card at a charge point; ``info`` is what is known of the card."""
        installation = self._installations.of(identity)
        if installation is None or info["status"] != "Accepted":
            return info
        card = self._db.one("SELECT * FROM issued_card WHERE id_tag = ?", id_tag)
        if card is not None and card["kind"] == "test":
            return info
        if self._activates(installation, card):
            detail = {"card": id_tag}
            self._installations.happen(installation["id"], "activate", _BY_CARD, **detail)
            return info
        return info if life.serves_driver(installation["state"]) else dict(BLOCKED)

    def _activates(self, installation, card) -> bool:
        ordered_so = installation["activation"] == "first_card"
        ready = installation["state"] == life.CONFIGURED
        own = card is not None and card["account"] is not None
        return ready and ordered_so and own and card["account"] == installation["account"]
