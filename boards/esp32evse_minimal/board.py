"""What the interpreter starts asks for ``build``: the shared assembly, of what board.json says."""

from assembly import build  # noqa: F401
