"""What the bench runs on the emulated board: the application with metered_main.py, two ways."""

from pathlib import Path

from tools.build import image
from tools.paths import BUILD
from tools.setup.emulator import PORT, compile_interpreter
from tools.setup.steps import digest

_BOARD = "qemu_mps2"
_MAIN = Path(__file__).parent / "metered_main.py"
_FOLDER = BUILD / "bench"


def romfs() -> Path:
    """The application as an image, as the target qemu has it."""
    files = image.compiled_files(_BOARD)
    files["main.mpy"] = image.compile_module(_MAIN, "main.py", image.compiler_options(_BOARD))
    return _write("app.romfs", image.pack(files))


def no_application() -> Path:
    """An image that holds only main."""
    options = image.compiler_options(_BOARD)
    main = image.compile_module(_MAIN, "main.py", options)
    return _write("main.romfs", image.pack({"main.mpy": main}))


def frozen() -> Path:
    """An interpreter with the application frozen into it, built anew when a source changed."""
    interpreter, stamp = _FOLDER / "frozen.elf", _FOLDER / "frozen.sha256"
    sources = image.source_files(_BOARD)
    del sources["main.py"]
    port = [path for path in sorted(PORT.rglob("*")) if path.is_file()]
    key = digest(Path(__file__), *sources.values(), *port)
    if not (interpreter.exists() and stamp.exists() and stamp.read_text() == key):
        manifest = _write("manifest.py", _manifest(sources).encode())
        built = compile_interpreter(_FOLDER / "frozen", f"FROZEN_MANIFEST={manifest}")
        interpreter.write_bytes(built.read_bytes())
        stamp.write_text(key)
    return interpreter


def _manifest(sources):
    lines = [f'include("{PORT}/manifest.py")']
    for place, source in sources.items():
        base = str(source).removesuffix(place)
        lines.append(f'freeze("{base}", "{place}", opt=2)')
    return "\n".join(lines) + "\n"


def _write(name, content):
    _FOLDER.mkdir(parents=True, exist_ok=True)
    path = _FOLDER / name
    path.write_bytes(content)
    return path
