"""What is frozen into the interpreter of every board of the ESP32 family; a board includes it.

Frozen, the application's names, tables and code stay in flash: about 60 KB of heap alive instead
of the 114 KB that the same modules need from a ROMFS image (`make bench`). An image in the ROMFS
partition goes before it: for development, and for a change without building MicroPython anew.

The board's description is made by `make build BOARD=...` and lies in build/ then, with the guard's
program of a guarded board; the environment variable PILOTLIGHT_BOARD names a board's other
revision (smartevse_v3@v3.1).
"""
# ruff: noqa: F821  (freeze, package, module and options are the manifest's language)

import hashlib
import os

options.defaults(board="")
_board = os.environ.get("PILOTLIGHT_BOARD", options.board)

freeze("$(PORT_DIR)/modules", ("flashbdev.py",))
freeze("$(BOARD_DIR)/../esp32/frozen", ("_boot.py", "main.py"))
package("chargepoint", base_path="$(BOARD_DIR)/../../firmware", opt=2)
module("assembly.py", base_path="$(BOARD_DIR)/../esp32", opt=2)
module("parts.py", base_path="$(BOARD_DIR)/../esp32", opt=2)
module("board.py", base_path="$(BOARD_DIR)", opt=2)
module("described.py", base_path="$(BOARD_DIR)/../../build/" + _board, opt=2)

# Paths of Python's own are relative to this file.
_made = "../../build/" + _board
with open(_made + "/described.py") as _file:
    _is_guarded = "'guard_ulp'" in _file.read()
if _is_guarded:
    # No image with the guard of an older source: the module bears the digest of the one it is of.
    with open("../../firmware/chargepoint/guard/guard.S", "rb") as _file:
        _now = hashlib.sha256(_file.read()).hexdigest()[:16]
    with open(_made + "/guard_program.py") as _file:
        if "SOURCE = '" + _now + "'" not in _file.read():
            raise ValueError("guard_program.py is of another guard.S: make build BOARD=" + _board)
    module("guarded.py", base_path="$(BOARD_DIR)/../esp32", opt=2)
    module("guard_program.py", base_path="$(BOARD_DIR)/../../build/" + _board, opt=2)
