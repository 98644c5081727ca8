"""JSON text to values, as RFC 8259 has it and the same on every interpreter.

MicroPython's own ``json.loads`` takes ``[1 2]``, ``[1}``, ``{"a":}``, ``{1:2}`` and texts that
end in the middle, and gives no sign of it. This reader refuses them, and also numbers of more
than 40 digits, lone surrogates, control characters in strings and more than ``depth`` levels.

A byte takes some 2,700 instructions, so a long text is read in pieces: ``loading`` pauses.
"""

from micropython import const

_QUOTE = const(34)
_COMMA = const(44)
_COLON = const(58)
_BACKSLASH = const(92)
_BLANK = const(32)
_NUMBER_LENGTH = const(40)
_OBJECT = const(123)  # {
_ARRAY = const(91)  # [
# Bytes between two pauses: 3 to 6 ms on an ESP32.
_PAUSE_BYTES = const(200)

_ESCAPES = b'"\\/bfnrt'
_ESCAPED = '"\\/\b\f\n\r\t'
_SPACE = b" \t\n\r"
_IN_NUMBER = b"0123456789+-.eE"
_WORDS = ((b"true", True), (b"false", False), (b"null", None))


def loads(text: str, depth: int = 10):
    """The value of ``text``, read at once; see ``loading``."""
    return whole(loading(text, depth))


def whole(pausing):
    """What the generator ``pausing`` returns, without its pauses."""
    while True:
        try:
            next(pausing)
        except StopIteration as end:
            return end.value


def loading(text: str, depth: int = 10):
    """A generator that returns the value of ``text``.

    Raises ValueError that says what is wrong and where (byte offset). ``text`` is a str (a peer's
    message). Of doubled names in an object the last one counts.
    """
    # Bytes, because indexing a str walks its UTF-8 from the start on MicroPython; there they share
    # the text's memory, so a long message is not doubled.
    reader = _Reader(text.encode())
    try:
        value = yield from reader.value(depth)
        reader.skip_space()
    except IndexError:
        raise ValueError("the text ends too early, at byte %d" % len(reader.data))
    if reader.at < len(reader.data):
        raise reader.wrong("the end of the text")
    return value


class _Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0
        self.pause_at = _PAUSE_BYTES

    def wrong(self, expected):
        return ValueError("byte %d: expected %s" % (self.at, expected))

    def skip_space(self):
        data, at, end = self.data, self.at, len(self.data)
        while at < end and data[at] in _SPACE:
            at += 1
        self.at = at

    def value(self, depth):
        """A generator: only containers pause, so a scalar in one is read without it."""
        first = self.first()
        if first == _OBJECT:
            return (yield from self.members(depth))
        if first == _ARRAY:
            return (yield from self.items(depth))
        return self.scalar(first)

    def first(self):
        """The next byte that is no space."""
        first = self.data[self.at]
        if first <= _BLANK:
            self.skip_space()
            first = self.data[self.at]
        return first

    def scalar(self, first):
        if first == _QUOTE:
            return self.string()
        if first == 45 or 48 <= first <= 57:
            return self.number()
        for word, value in _WORDS:
            if self.data.startswith(word, self.at):
                self.at += len(word)
                return value
        raise self.wrong("a value")

    def opened(self, depth, closing):
        """Step into a container; True when it is empty and already left again."""
        if depth == 0:
            raise self.wrong("no deeper nesting")
        self.at += 1
        self.skip_space()
        return self.left(closing)

    def left(self, closing):
        if self.data[self.at] == closing:
            self.at += 1
            return True
        return False

    def next_item(self, closing):
        """After an item: False when the container ends here, True when another must follow."""
        following = self.data[self.at]
        if following <= _BLANK:
            self.skip_space()
            following = self.data[self.at]
        self.at += 1
        if following == _COMMA:
            return True
        if following == closing:
            return False
        self.at -= 1
        raise self.wrong("a comma, or the end of the array or object")

    def items(self, depth):
        values = []
        more = not self.opened(depth, 93)
        while more:
            first = self.first()
            if first == _OBJECT:
                values.append((yield from self.members(depth - 1)))
            elif first == _ARRAY:
                values.append((yield from self.items(depth - 1)))
            else:
                values.append(self.scalar(first))
            if self.tired():
                yield
            more = self.next_item(93)
        return values

    def tired(self):
        """Time for a pause."""
        if self.at < self.pause_at:
            return False
        self.pause_at = self.at + _PAUSE_BYTES
        return True

    def members(self, depth):
        values = {}
        more = not self.opened(depth, 125)
        while more:
            self.skip_space()
            if self.data[self.at] != _QUOTE:
                raise self.wrong("a name in double quotes")
            name = self.string()
            self.skip_space()
            if self.data[self.at] != _COLON:
                raise self.wrong("a colon")
            self.at += 1
            first = self.first()
            if first == _OBJECT:
                values[name] = yield from self.members(depth - 1)
            elif first == _ARRAY:
                values[name] = yield from self.items(depth - 1)
            else:
                values[name] = self.scalar(first)
            if self.tired():
                yield
            more = self.next_item(125)
        return values

    def string(self):
        start = self.at + 1
        end = self.data.find(b'"', start)
        while end >= 0 and self.escaped(start, end):
            end = self.data.find(b'"', end + 1)
        if end < 0:
            raise IndexError
        raw = self.data[start:end]
        if raw and min(raw) < 32:
            raise self.wrong("no control character in a string")
        text = raw.decode() if raw.find(b"\\") < 0 else self.unescape(raw)
        self.at = end + 1
        return text

    def escaped(self, start, end):
        """The quote at ``end`` stands behind an odd number of backslashes."""
        at = end
        while at > start and self.data[at - 1] == _BACKSLASH:
            at -= 1
        return (end - at) & 1

    def unescape(self, raw):
        parts = []
        at = 0
        mark = raw.find(b"\\")
        while mark >= 0:
            parts.append(raw[at:mark].decode())
            kind = raw[mark + 1]
            at = mark + 2
            if kind == 117:  # u
                char, at = self.code_point(raw, at)
            elif kind in _ESCAPES:
                char = _ESCAPED[_ESCAPES.find(bytes((kind,)))]
            else:
                raise self.wrong("a known escape in the string")
            parts.append(char)
            mark = raw.find(b"\\", at)
        parts.append(raw[at:].decode())
        return "".join(parts)

    def code_point(self, raw, at):
        code = self.hex4(raw, at)
        at += 4
        if 0xD800 <= code < 0xDC00 and raw[at : at + 2] == b"\\u":
            low = self.hex4(raw, at + 2)
            if 0xDC00 <= low < 0xE000:
                return _text_of(0x10000 + ((code - 0xD800) << 10) + low - 0xDC00), at + 6
        if 0xD800 <= code < 0xE000:
            raise self.wrong("no lone surrogate in the string")
        return _text_of(code), at

    def hex4(self, raw, at):
        digits = raw[at : at + 4]
        for digit in digits:
            if digit not in b"0123456789abcdefABCDEF":
                raise self.wrong("four hex digits after \\u")
        if len(digits) < 4:
            raise self.wrong("four hex digits after \\u")
        return int(digits.decode(), 16)

    def number(self):
        data, start = self.data, self.at
        at = start
        while at < len(data) and data[at] in _IN_NUMBER:
            at += 1
        if at - start > _NUMBER_LENGTH:
            raise self.wrong("a number of at most %d characters" % _NUMBER_LENGTH)
        text = data[start:at].decode()
        if not _is_number(text):
            raise self.wrong("a number")
        self.at = at
        return int(text) if _is_integer(text) else float(text)


def _text_of(code):
    """As chr, of which MicroPython keeps every character for ever (it interns them)."""
    tail = b""
    while code > (0x3F >> len(tail) if tail else 0x7F):
        tail = bytes((0x80 | code & 0x3F,)) + tail
        code >>= 6
    lead = 0xFF00 >> len(tail) + 1 & 0xFF if tail else 0
    return (bytes((lead | code,)) + tail).decode()


def _is_integer(text):
    digits = text[1:] if text[0] == "-" else text
    return digits.isdigit() and (len(digits) == 1 or digits[0] != "0")


def _is_number(text):
    """RFC 8259 §6: -?int frac? exp?"""
    whole, _, exponent = text.replace("E", "e").partition("e")
    if _ and not (exponent[1:] if exponent[:1] in ("+", "-") else exponent).isdigit():
        return False
    whole, dot, fraction = whole.partition(".")
    return bool(whole) and _is_integer(whole) and (not dot or fraction.isdigit())
