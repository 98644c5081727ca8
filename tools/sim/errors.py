"""What a person or a script did wrong; the text says what was expected."""


class Unusable(Exception):
    """The sim can't be started like this."""


class Refused(Exception):
    """A command that is unknown, malformed, or makes no sense now; nothing was changed."""
