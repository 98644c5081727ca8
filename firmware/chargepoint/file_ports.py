"""What a station needs of the world for its files, where it has any: as in ports.py.

No method blocks or raises for a fault of the world: a fault is a value.
"""


class Transfer:
    """A file that is fetched from a server or sent to one in the background; one at a time.

    ``state`` is "idle", "busy", "done" (the whole file is here, or there) or "failed", for
    ``reason``: a short text such as "refused" or "http 404". ``size`` is the length that the
    server names of a file that is fetched, or None. ``rewound``: the server wants the file that is
    sent in another way, and it has to be given anew from its first byte (set it back then).
    """

    # A TLS handshake may begin now; a transfer that needs one waits for that.
    secure = True
    rewound = False
    state = "idle"
    reason = ""
    size = None

    def fetch(self, location: str, now_ms: int) -> None:
        """Begin to fetch ``location`` (http, https, ftp; ValueError for any other)."""
        raise NotImplementedError

    def send(self, location: str, name: str, size: int, now_ms: int) -> None:
        """Begin to send ``size`` bytes into the folder ``location`` as ``name``; ValueError."""
        raise NotImplementedError

    def check(self, location: str) -> None:
        """Raise ValueError, saying what was expected, for what is no such location."""
        raise NotImplementedError

    def poll(self, now_ms: int) -> None:
        """Move bytes, a bounded number. Called in every step while it is busy."""

    def take(self) -> bytes:
        """The next piece of a file that is fetched, at most 1024 bytes, or None."""
        return None

    def give(self, data: bytes) -> int:
        """How many bytes of ``data``, the next of a file that is sent, were taken."""
        return 0

    def stop(self) -> None:
        """Give up, or let go of what is over: idle."""


class Slots:
    """The two places for the firmware: one runs, the other may be written.

    What ``activate`` chose is started at the next reset, on trial: unless it calls ``confirm``
    before it ends, however it ends, the start after that is of the image before it.
    ``running`` and ``other`` are their names, ``on_trial`` is true until ``confirm``, and
    ``board`` is the name that an image for this board bears. Each method but ``read`` makes at
    most one flash operation, and none raises.
    """

    running = "a"
    other = "b"
    on_trial = False
    board = ""

    def begin(self, size: int) -> bool:
        """Begin to write an image of ``size`` bytes into the other slot; False: no room."""
        raise NotImplementedError

    def write(self, data: bytes) -> bool:
        """The next bytes, at most 1024; False when the medium refused."""
        raise NotImplementedError

    def finish(self) -> bool:
        """All was written: what is still held back goes to the medium."""
        raise NotImplementedError

    def read(self, at: int, count: int) -> bytes:
        """``count`` bytes (at most 1024) from ``at`` of the other slot, as they are there."""
        raise NotImplementedError

    def activate(self) -> bool:
        """Start the other slot from the next reset on; False when it can't be started."""
        raise NotImplementedError

    def confirm(self) -> bool:
        """The running image is good: from now on it is the one to fall back to."""
        raise NotImplementedError
