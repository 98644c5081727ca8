"""What a portal needs of the world, on a board that can have one: as in ports.py.

No method blocks or raises for a fault of the world: a fault is a value.
"""


class AccessPoint:
    """A Wi-Fi network of the station's own, for the technician's phone.

    ``address`` is how a browser there writes the station's page: "192.168.4.1", or with a port.
    ``networks`` are the names of other networks in reach, strongest first, or None: not known
    (yet). A board that can hold up a step by opening is opened when no energy flows.
    """

    address = ""
    networks = None

    def open(self, name: str, password: str) -> bool:
        """Open it, with WPA2; False where the radio would not."""
        raise NotImplementedError

    def poll(self, now_ms: int) -> None:
        """Answer those who ask for names (DNS), a bounded number. Called in every step."""

    def look_around(self) -> None:
        """Begin to look for other networks; ``networks`` tells."""

    def listen(self) -> "Listener":
        """Who waits for browsers there; None where that can't be done."""
        raise NotImplementedError

    def close(self) -> None:
        """Close it."""
        raise NotImplementedError


class Listener:
    """Takes requests of browsers, a bounded number and size at a time.

    ``admit(request)``, set by who uses it, is called with the head of a request
    (wire/http_request.Request) and gives 0, or the HTTP status that it is refused with before its
    body is read.
    """

    admit = None

    def poll(self, now_ms: int) -> "Visit":
        """Move bytes, a bounded number; a visit whose request is whole, once, or None.
        Called in every step."""
        return None

    def close(self) -> None:
        """Drop every visitor, and listen no more."""


class Visit:
    """One request that waits for its answer; ``request`` is a wire/http_request.Request."""

    request = None

    def answer(self, status: int, kind: str, body, more: str = "") -> None:
        """Answer with an HTTP status; ``kind`` is the body's media type, ``body`` bytes or a
        generator of pieces of bytes (asked for as they leave), ``more`` header lines."""
        raise NotImplementedError

    @property
    def waits(self) -> bool:
        """The answer is still wanted: the peer did not go, nor wait too long."""
        raise NotImplementedError
