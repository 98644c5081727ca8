"""`make sizes`: what each room of the application costs in flash, on each board."""

import sys
from collections import defaultdict

from rich.console import Console
from rich.table import Table

from tools.boards import description
from tools.build.image import BOARDS, compiled_files, pack, source_files


def rooms(files: dict, size) -> dict:
    """{room: bytes}: chargepoint's folders are rooms, and so is what lies beside them."""
    total: dict = defaultdict(int)
    for place, content in files.items():
        folders = place.split("/")[:-1]
        room = folders[min(1, len(folders) - 1)] if folders else "board"
        total[room] += size(content)
    return dict(total)


def show(board: str) -> None:
    """A table of one board on the console."""
    compiled = compiled_files(board)
    source = rooms(source_files(board), lambda path: path.stat().st_size)
    table = Table("room", title=f"{board}: bytes")
    for title in (".py", ".mpy"):
        table.add_column(title, justify="right")
    for room, size in sorted(rooms(compiled, len).items()):
        table.add_row(room, f"{source[room]:,}", f"{size:,}")
    table.add_section()
    whole = sum(map(len, compiled.values()))
    table.add_row("all", f"{sum(source.values()):,}", f"{whole:,}")
    table.add_row("ROMFS image", "", f"{len(pack(compiled)):,}")
    Console().print(table)


def main(boards: list) -> None:
    for board in boards or description.names(BOARDS):
        show(board)


if __name__ == "__main__":
    main(sys.argv[1:])
