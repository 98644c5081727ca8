"""UTF-8 as RFC 3629 has it. MicroPython's own decoder lets overlong forms and surrogates pass."""

# Lead byte, then the least and the greatest second byte; other leads take 80-BF.
_NARROW = {0xE0: (0xA0, 0xBF), 0xED: (0x80, 0x9F), 0xF0: (0x90, 0xBF), 0xF4: (0x80, 0x8F)}


def decode(data: bytes) -> str:
    """The text; UnicodeError when ``data`` is not UTF-8."""
    text = str(data, "utf-8")
    # Equal lengths: nothing but ASCII, so no need to look at each byte in Python.
    if len(text) != len(data) and not _strict(data):
        raise UnicodeError("overlong form or surrogate")
    return text


def head_of(data: bytes) -> str:
    """The text of ``data``, which may end inside of a character; UnicodeError as ``decode``."""
    end = len(data)
    while end and end > len(data) - 4 and data[end - 1] >= 0x80:
        end -= 1
        if data[end] >= 0xC0:
            break
    return decode(data[:end])


def _strict(data: bytes) -> bool:
    """Whether well-built sequences also stand for characters, each in its shortest form."""
    for at in range(len(data)):
        lead = data[at]
        if lead in (0xC0, 0xC1) or lead > 0xF4:
            return False
        if lead in _NARROW:
            least, most = _NARROW[lead]
            if not least <= data[at + 1] <= most:
                return False
    return True
