"""Where a file is: ``http[s]|ftp://[user[:password]@]host[:port][/path]``, taken apart."""

from chargepoint.wire.url import host_and_port

_PORTS = {"http": 80, "https": 443, "ftp": 21}
LONGEST = 512


def parse(location: str) -> tuple:
    """``(scheme, host, port, authority, path, user, password)``; user and password decoded.

    ``authority`` is for the Host header, ``path`` begins with a slash and is not decoded, a
    fragment is left away; ``user`` is None where none is named. Raises ValueError that says what
    is wrong with ``location``, without its password.
    """
    scheme, colon, rest = location.partition("://")
    scheme = scheme.lower()
    if not colon or scheme not in _PORTS:
        raise ValueError("location: expected http://, https:// or ftp://")
    if len(location) > LONGEST:
        raise ValueError("location: expected at most %d characters" % LONGEST)
    # Bytes: MicroPython keeps every character that stands alone for ever.
    for byte in location.encode():
        if not 33 <= byte <= 126:
            raise ValueError("location: byte %02X must be percent-encoded" % byte)
    authority, slash, path = rest.partition("#")[0].partition("/")
    login, at, place = authority.rpartition("@")
    host, port = host_and_port(scheme + "://" + place, place)
    user, _, password = login.partition(":")
    path = slash + path or "/"
    if at:
        return scheme, host, port or _PORTS[scheme], place, path, decoded(user), decoded(password)
    return scheme, host, port or _PORTS[scheme], place, path, None, ""


def beside(location: str, target: str) -> str:
    """``target`` of a redirection as a whole address; ``location`` is where it was said."""
    if "://" in target:
        return target
    scheme, _, rest = location.partition("://")
    if target.startswith("//"):
        return scheme + ":" + target
    authority = rest.partition("/")[0]
    if target.startswith("/"):
        return scheme + "://" + authority + target
    folder = rest.partition("?")[0]
    folder = folder[: folder.rfind("/") + 1] if "/" in folder else folder + "/"
    return scheme + "://" + folder + target


def decoded(text: str) -> str:
    """``text`` with its percent-encoded bytes; raises ValueError for what is no such text."""
    parts = text.split("%")
    out = bytearray(parts[0].encode())
    for part in parts[1:]:
        try:
            out.append(int(part[:2], 16))
        except ValueError:
            raise ValueError("location: %%%s is no encoded byte" % part[:2])
        out.extend(part[2:].encode())
    return bytes(out).decode()
