"""The address of a back end: ``ws[s]://host[:port][/path]``, taken apart."""


def parse(url: str) -> tuple:
    """``(secure, host, port, authority, path)``, nothing decoded.

    ``host`` is bare (an IPv6 address without its brackets), ``authority`` is for the Host header.
    Raises ValueError that says what is wrong with ``url``.
    """
    secure = url.startswith("wss://")
    if not secure and not url.startswith("ws://"):
        raise ValueError("URL %r: ws:// or wss:// expected" % url)
    _check_characters(url)
    authority, slash, path = url[6 if secure else 5 :].partition("/")
    host, port = host_and_port(url, authority)
    return secure, host, port or (443 if secure else 80), authority, slash + path or "/"


def _check_characters(url: str) -> None:
    # Bytes: MicroPython keeps every character that stands alone for ever.
    for byte in url.encode():
        if not 33 <= byte <= 126 or byte == 35:
            raise ValueError("URL %r: byte %02X must be percent-encoded" % (url, byte))
    if "@" in url.split("/")[2]:
        # Not told: it would end up in a log.
        raise ValueError("URL: user and password do not belong here")


def host_and_port(url: str, authority: str) -> tuple:
    """The host and the port (0 where none is named)."""
    if authority.startswith("["):
        host, bracket, rest = authority[1:].partition("]")
        colon, port = rest[:1], rest[1:]
        if not bracket or colon not in ("", ":") or ":" not in host:
            raise ValueError("URL %r: [IPv6 address] expected" % url)
    else:
        host, colon, port = authority.partition(":")
    if not host or "?" in authority:
        raise ValueError("URL %r: host expected before the path" % url)
    if not colon:
        return host, 0
    if not port.isdigit() or len(port) > 5 or not 0 < int(port) < 65536:
        raise ValueError("URL %r: port 1-65535 expected" % url)
    return host, int(port)
