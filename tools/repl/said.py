"""What a text that was carried out on a board printed."""

DONE = "done"


def done(said: str) -> list:
    """The lines before the last, which must say that all went well; raises ValueError."""
    *lines, last = said.split("\n") if said else [""]
    if not last and lines:
        last = lines.pop()
    if last.strip() != DONE:
        raise ValueError(f"the board said {said[-80:]!r}, expected {DONE!r} at the end")
    return lines
