"""What the bench runs on the emulated board: the application with metered_main.py, two ways."""

from pathlib import Path

from tools.build import image, interpreter
from tools.paths import BUILD

_MAIN = Path(__file__).parent / "metered_main.py"


def romfs() -> Path:
    """The application as an image beside the interpreter."""
    board = interpreter.BOARD
    files = image.compiled_files(board)
    files["main.mpy"] = image.compile_module(_MAIN, "main.py", image.compiler_options(board))
    path = BUILD / "bench" / "app.romfs"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(image.pack(files))
    return path


def no_application() -> Path:
    """An image that holds only main."""
    return interpreter.main_alone(_MAIN)


def collecting() -> Path:
    """The same, and garbage is collected before every step: what a step uses is its own then."""
    path = BUILD / "bench" / "collecting_main.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    each = "_COLLECT_EACH = 256\n"
    source = _MAIN.read_text()
    if each not in source:
        raise ValueError(f"{_MAIN}: expected the line {each!r}")
    path.write_text(source.replace(each, "_COLLECT_EACH = 1\n"))
    return interpreter.main_alone(path)
