"""Which address the next connection goes to, and as whom: OCPP 1.6 security profiles 0 to 3.

- Profiles 0 and 1 take the address as it is; 2 and 3 make it wss. 0 to 2 show the key in Basic
  auth where there is one; 3 shows our certificate, and no key.
- A profile only goes up, and only when its credentials are there (OCPP 1.6 security A05).
- A key or profile that the back end changed is on trial until a connection opened with it. What
  was before is kept meanwhile (fact ``access``) and tried in turn: after 401 or 403 at once, else
  after TRIES failures in a row. What opens first stays. So neither a wrong key nor a power cut nor
  an outage in between can lock the station out.
- With two addresses the other one is tried after TRIES failures in a row. A connection to the
  second is left in a quiet moment after RETURN_MS, to try the first once.
"""

from binascii import hexlify, unhexlify

from micropython import const

from chargepoint.core import timing
from chargepoint.core.settings import REJECTED, value_of

TRIES = const(3)
# Names in the store, laid there at provisioning.
CA = "tls_ca"
CERTIFICATE = "tls_certificate"
KEY = "tls_key"

_FACT = "access"
_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"


class Access:
    """``facts`` has get and put (the journal), ``has(name)`` tells of a file in the store."""

    def __init__(self, settings, facts=None, has=None):
        self._settings = settings
        self._facts = facts
        self._has = has
        self._was = None  # (profile, key) before what is on trial
        self._with_was = False  # the next connection uses them
        self._second = False  # the next connection goes to the second address
        self._failures = 0
        if facts is not None:
            self._was = _read(facts.get(_FACT))

    def next(self) -> tuple:
        """``(url, user, password or None, with our certificate)`` of the next connection; url
        "" where no address is configured."""
        profile, key = self._was if self._with_was else self._present()
        url = self._settings.get("CentralSystemUrl")
        if url and self._second:
            url = self._settings.get("CentralSystemUrl2") or url
        if profile >= 2 and url.startswith("ws://"):
            url = "wss" + url[2:]
        identity = self._settings.get("Identity")
        password = None if profile == 3 or not key else key
        return url and url_of(url, identity), identity, password, profile == 3

    def is_plain(self) -> bool:
        """The next connection is without TLS."""
        return self.next()[0].startswith("ws://")

    # -- how it went ----------------------------------------------------------------------------

    def start_over(self) -> None:
        """What is configured counts again, from the first address on."""
        self._failures = 0
        self._second = self._with_was = False

    def settle(self) -> None:
        """Nothing is on trial any more: what is configured was ordered."""
        self._was, self._with_was = None, False

    def opened(self) -> None:
        """The connection is there: what it was opened with is proven."""
        if self._was is None:
            return
        if self._with_was:
            profile, key = self._was
            self._settings.change("SecurityProfile", str(profile))
            self._settings.change("AuthorizationKey", _text_of(key))
        self._was, self._with_was = None, False
        self._facts.put(_FACT, b"")

    def lasted(self) -> None:
        """The connection was a good one."""
        self._failures = 0

    def failed(self, http_status: int) -> None:
        """There was no connection, or not for long."""
        self._failures += 1
        refused = self._was is not None and http_status in (401, 403)
        if self._failures < TRIES and not refused:
            return
        self._failures = 0
        if self._was is not None:
            self._with_was = not self._with_was
        if not self._with_was and not refused:
            self._second = not self._second and self._settings.get("CentralSystemUrl2") != ""

    def may_return(self, since_ms: int, now_ms: int) -> bool:
        """The connection, open ``since_ms``, goes to the second address and has for long."""
        return self._second and now_ms - since_ms >= timing.RETURN_MS

    def turn_back(self) -> None:
        """Try the first address once."""
        self._second = False
        self._failures = TRIES - 1

    # -- changes by the back end ----------------------------------------------------------------

    def change_profile(self, text: str) -> str:
        """ChangeConfiguration of SecurityProfile: "Accepted" or "Rejected"."""
        profile, key = self._present()
        if text in ("0", "1", "2", "3"):
            lacks = self._lacks(int(text), profile, key)
            if lacks:
                self._settings.why = "SecurityProfile: " + lacks
                return REJECTED
        return self._change("SecurityProfile", text)

    def change_key(self, text: str) -> str:
        """ChangeConfiguration of AuthorizationKey: "Accepted" or "Rejected"."""
        if not text and self._settings.get("SecurityProfile") in (1, 2):
            self._settings.why = "AuthorizationKey: this security profile needs one"
            return REJECTED
        return self._change("AuthorizationKey", text)

    def _lacks(self, wanted, profile, key):
        if wanted <= profile:
            return "only upwards from %d" % profile
        if wanted < 3 and not key:
            return "no AuthorizationKey"
        if wanted > 1 and not self._has(CA):
            return "no " + CA
        if wanted == 3 and not (self._has(CERTIFICATE) and self._has(KEY)):
            return "no " + CERTIFICATE
        return None

    def _change(self, name, text):
        settings = self._settings
        try:
            changes = value_of(settings.row(name), text) != settings.get(name)
        except ValueError:
            changes = False
        if changes and self._was is None:
            # Never more than one step back: what was proven last. It is on the medium first.
            self._was = self._present()
            self._facts.put(_FACT, b"%d %s" % (self._was[0], hexlify(self._was[1])))
        return settings.change_by_peer(name, text)

    def _present(self):
        return self._settings.get("SecurityProfile"), self._settings.get("AuthorizationKey")


def url_of(base: str, identity: str) -> str:
    """``base`` + "/" + ``identity`` percent-encoded (OCPP-J 1.6 §3.1.1); a query stays behind."""
    path, mark, query = base.partition("?")
    if not path.endswith("/"):
        path += "/"
    for byte in identity.encode():
        path += chr(byte) if byte in _UNRESERVED else "%%%02X" % byte
    return path + mark + query


def _read(saved):
    profile, _, key = (saved or b"").partition(b" ")
    try:
        return (int(profile), unhexlify(key)) if profile in (b"0", b"1", b"2", b"3") else None
    except ValueError:
        return None


def _text_of(key):
    """A text that stands for ``key`` as a setting; hex digits do for 16 to 20 bytes."""
    try:
        return str(key, "utf-8")
    except UnicodeError:
        return hexlify(key).decode()
