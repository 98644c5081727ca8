"""Has each station set as its installation wants it, by OCPP, until it is.

What it should be follows from the order and the state (ordering.py), so nothing of a way half
done is kept: a link that breaks, a station or a back end that restarts, and it begins anew by
looking at what the station has. Each answer is checked, and at the end the station is asked what
it has.
"""

import asyncio

from tools.provision.order import OrderError

from . import life, ordering
from .asking import ask

_SETTLE_S = 3  # a station that just booted first says how its connectors are
_AGAIN_S = 30
_KEYS_AT_ONCE = 10
_BOOT_S = 240
_LOOK_S = 0.5


class Later(Exception):
    """The station can't be set now; it is tried again."""


class Fitting:
    """Works while a station is on line; wakes when one boots, says something, or is to change."""

    def __init__(self, office):
        self._office = office
        self._csms = office.csms
        self._installations = office.installations
        self._tasks = {}
        self._boots = {}
        self._open = set(self._installations.unsettled())
        self._not_before_s = {}
        office.watch.listeners.append(self._hear)
        office.installations.on_settle = self.wake

    def close(self) -> None:
        """Ask nothing any more."""
        self._open.clear()
        for task in self._tasks.values():
            task.cancel()

    def wake(self, identity: str) -> None:
        """Set this station, now if it is on line and else when it comes."""
        self._open.add(identity)
        self._not_before_s.pop(identity, None)
        self._start(identity, _SETTLE_S)

    def _hear(self, identity, action, payload) -> None:
        if action == "BootNotification":
            self._boots[identity] = self._boots.get(identity, 0) + 1
            installation = self._installations.of(identity)
            if installation is not None:
                self._installations.restart_due(installation["id"], False)
            if installation is not None and not life.serves_driver(installation["state"]):
                # It may have lost what keeps strangers out.
                self._installations.unsettle(installation["id"])
                self._open.add(identity)
        if identity in self._open:
            self._start(identity, _SETTLE_S)

    def _start(self, identity: str, wait_s: float) -> None:
        late = self._not_before_s.get(identity, 0) > self._csms.loop.time()
        if identity in self._tasks or late or not self._csms.online(identity):
            return
        task = self._csms.loop.create_task(self._live(identity, wait_s))
        self._tasks[identity] = task

    async def _live(self, identity: str, wait_s: float) -> None:
        try:
            await asyncio.sleep(wait_s)
            while self._is_open(identity):
                await self._fit(self._installations.of(identity))
            self._open.discard(identity)
        except Later:
            # What the station says next wakes it again, or the timer.
            self._not_before_s[identity] = self._csms.loop.time() + _AGAIN_S
            self._csms.loop.call_later(_AGAIN_S, self._again, identity)
        finally:
            del self._tasks[identity]

    def _again(self, identity: str) -> None:
        self._not_before_s.pop(identity, None)
        if identity in self._open:
            self._start(identity, 0)

    def _is_open(self, identity: str) -> bool:
        installation = self._installations.of(identity)
        return installation is not None and installation["settled"] is None

    async def _fit(self, installation) -> None:
        """One way through: what is wanted, what is there, what differs, and a last look."""
        state, identity = installation["state"], installation["identity"]
        try:
            wanted = ordering.wanted(installation)
        except OrderError as error:
            # It was ordered by an older back office: no station can be set so now.
            self._conclude(installation, {"order": str(error)})
            return
        if not life.serves_driver(state):
            await self._forget_cards(installation)
        found = await self._look(installation, wanted)
        troubles = await self._change(installation, wanted, found)
        if self._installations.get(installation["id"])["restart_due"]:
            await self._reboot(installation)
            found = await self._look(installation, wanted)
            troubles = {**troubles, **_differences(wanted, found)}
        elif _differences(wanted, found):
            found = await self._look(installation, wanted)
            troubles = {**_differences(wanted, found), **troubles}
        # A new state wants other settings: then it is done again.
        if self._installations.of(identity)["state"] == state:
            self._conclude(installation, troubles)

    def _conclude(self, installation, troubles: dict) -> None:
        number, trouble = installation["id"], "; ".join(troubles.values())
        with self._office.db.transaction():
            self._installations.settled(number, installation["state"], trouble)
            if installation["state"] == life.APPROVED:
                event = "unsettled" if troubles else "settled"
                self._installations.happen(number, event, "(back office)", trouble=trouble)
                # As configured it wants what it has; what is wrong stays to be read.
                following = life.MISFIT if troubles else life.CONFIGURED
                self._installations.settled(number, following, trouble)

    async def _look(self, installation, wanted: dict) -> dict:
        """name -> (text, may be written) of what the station has."""
        found, names = {}, list(wanted)
        for at in range(0, len(names), _KEYS_AT_ONCE):
            some = names[at : at + _KEYS_AT_ONCE]
            answer = await self._ask(installation, "GetConfiguration", {"key": some}, "")
            for row in (answer.payload or {}).get("configurationKey", []):
                found[row["key"]] = (row.get("value", ""), not row["readonly"])
        return found

    async def _change(self, installation, wanted, found) -> dict:
        """What could not be changed."""
        troubles = {}
        for name, why in _differences(wanted, found).items():
            if name not in found or not found[name][1]:
                troubles[name] = f"{why}; only a technician can change it"
                continue
            payload = {"key": name, "value": wanted[name]}
            answer = await self._ask(
                installation, "ChangeConfiguration", payload, f"{name} = {wanted[name]}"
            )
            if answer.status not in ("Accepted", "RebootRequired"):
                troubles[name] = f"{name} = {wanted[name]}: {answer.status}"
            if answer.status == "RebootRequired":
                # From now on the station shows the new value, and goes by the old one.
                self._installations.restart_due(installation["id"], True)
        return troubles

    async def _forget_cards(self, installation) -> None:
        await self._ask(installation, "ClearCache", {}, "")
        version = await self._ask(installation, "GetLocalListVersion", {}, "")
        number = (version.payload or {}).get("listVersion", -1)
        if number > 0:
            whole = {"listVersion": number + 1, "updateType": "Full", "localAuthorizationList": []}
            await self._ask(installation, "SendLocalList", whole, "an empty list")

    async def _reboot(self, installation) -> None:
        identity = installation["identity"]
        running = self._office.db.value(
            "SELECT 1 FROM session WHERE identity = ? AND start_time IS NOT NULL"
            " AND stop_time IS NULL",
            identity,
        )
        if running:
            self._note(installation, "Reset", "", "waits until no transaction runs", True)
            raise Later
        before = self._boots.get(identity, 0)
        await self._ask(installation, "Reset", {"type": "Soft"}, "soft")
        until_s = self._csms.loop.time() + _BOOT_S
        while self._boots.get(identity, 0) == before:
            if self._csms.loop.time() > until_s:
                raise Later
            await asyncio.sleep(_LOOK_S)
        await asyncio.sleep(_SETTLE_S)

    async def _ask(self, installation, action: str, payload: dict, what: str):
        answer = await ask(self._csms, installation["identity"], action, payload)
        good = answer.payload is not None and answer.status != "Rejected"
        if action != "GetConfiguration" or not good:
            self._note(installation, action, what, answer.status, good)
        if answer.lost:
            raise Later
        return answer

    def _note(self, installation, action, what, answer, good) -> None:
        self._installations.note_errand(installation["id"], action, what, answer, good)


def _differences(wanted: dict, found: dict) -> dict:
    """name -> what is wrong, for what is not as wanted."""
    wrong = {}
    for name, text in wanted.items():
        has = found.get(name)
        if has is None:
            wrong[name] = f"{name}: the station has no such setting, ordered {text}"
        elif _plain(has[0]) != _plain(text):
            wrong[name] = f"{name}: the station has {has[0]!r}, ordered {text!r}"
    return wrong


def _plain(text: str) -> str:
    return ",".join(part.strip() for part in text.split(",")).lower()
