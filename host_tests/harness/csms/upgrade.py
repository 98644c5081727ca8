"""What the back end answers to the HTTP request that opens a WebSocket."""

import base64
import binascii
import hmac
from http import HTTPStatus
from urllib.parse import unquote

from .book import Book

SUBPROTOCOL = "ocpp1.6"


class Doorman:
    """Lets known charge points in.

    ``http_status`` refuses everyone with that status. ``subprotocol`` is what the answer names
    whatever was offered (the right one only if it was); None names none. ``told`` is the
    Authorization of the last request, "" for none; ``retry_after`` goes with a refusal.
    """

    def __init__(self, book: Book):
        self._book = book
        self.http_status = None
        self.subprotocol = SUBPROTOCOL
        self.accept_unknown = False
        self.told = ""
        self.retry_after = None

    def look(self, websocket, request):
        """The response that refuses ``request``, or None; as websockets' ``process_request``."""
        self.told = request.headers.get("Authorization", "")
        if self.http_status is not None:
            return self._refuse(websocket, HTTPStatus(self.http_status))
        identity = identity_of(request.path)
        if self.accept_unknown and identity and self._book.charge_point(identity) is None:
            self._book.add_charge_point(identity, None)
        known = self._book.charge_point(identity)
        if known is None:
            return self._refuse(websocket, HTTPStatus.NOT_FOUND)
        password = known["password"]
        if password is not None and not _is_basic(self.told, identity, password):
            return self._refuse(websocket, HTTPStatus.UNAUTHORIZED)
        return None

    def _refuse(self, websocket, status: HTTPStatus):
        response = websocket.respond(status, f"{status.phrase}\n")
        if status == HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = 'Basic realm="bench"'
        if self.retry_after is not None:
            response.headers["Retry-After"] = str(self.retry_after)
        if status // 100 == 3:
            response.headers["Location"] = "ws://127.0.0.1:1/elsewhere"
        return response

    def choose(self, websocket, offered):
        """The subprotocol; as websockets' ``select_subprotocol``."""
        if self.subprotocol == SUBPROTOCOL and SUBPROTOCOL not in offered:
            return None
        return self.subprotocol


def identity_of(path: str) -> str:
    """The last part of the path, percent-decoded (OCPP-J 3.1.1)."""
    return unquote(path.split("?")[0].rpartition("/")[2])


def _is_basic(header: str, identity: str, password: bytes) -> bool:
    """Passwords are bytes, not text: a security profile's key may hold any (Sec 2.1)."""
    scheme, _, coded = header.partition(" ")
    try:
        told = base64.b64decode(coded, validate=True)
    except binascii.Error:
        return False
    wanted = identity.encode() + b":" + password
    return scheme.lower() == "basic" and hmac.compare_digest(told, wanted)
