"""Passwords and other secrets: what is kept of them, and how they are compared."""

import base64
import hashlib
import hmac
import secrets

SHORTEST = 12
_LONGEST = 200
# OWASP's figures for scrypt: 2^14, 8, 5; some 0.2 s and 16 MB.
_N, _R, _P = 2**14, 8, 5


def trouble(password: str, name: str) -> str:
    """Why ``password`` will not do for ``name``; nothing when it will."""
    if not SHORTEST <= len(password) <= _LONGEST:
        return f"expected {SHORTEST} to {_LONGEST} characters"
    if len(set(password)) < 5:
        return "expected at least 5 different characters"
    if name.lower() in password.lower():
        return "expected one without your name in it"
    return ""


def kept(password: str) -> str:
    """What is stored for ``password``: parameters, salt and scrypt of it."""
    salt = secrets.token_bytes(16)
    return f"scrypt${_N}${_R}${_P}${_text(salt)}${_text(_scrypt(password, salt, _N, _R, _P))}"


def fits(password: str, stored: str | None) -> bool:
    """Whether ``password`` is the stored one. It takes as long when there is none."""
    _, n, r, p, salt, digest = (stored or _NOBODY).split("$")
    told = _scrypt(password, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(told, base64.b64decode(digest)) and stored is not None


def new_code() -> str:
    """A secret that can't be guessed, for links, cookies and tokens."""
    return secrets.token_urlsafe(32)


def digest(code: str) -> str:
    """What is stored of a code from ``new_code``."""
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"), salt=salt, n=n, r=r, p=p, maxmem=2**26
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


_NOBODY = kept(secrets.token_urlsafe())
