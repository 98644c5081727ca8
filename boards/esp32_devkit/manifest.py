"""What is frozen into the interpreter: what brings the application up, and the application.

Frozen, the application's names, tables and code stay in flash: about 60 KB of heap alive instead
of the 114 KB that the same modules need from a ROMFS image (`make bench`). An image in the ROMFS
partition goes before it: for development, and for a change without building MicroPython anew.
"""
# ruff: noqa: F821  (freeze, package and module are the manifest's language)

freeze("$(PORT_DIR)/modules", ("flashbdev.py",))
freeze("$(BOARD_DIR)/frozen", ("_boot.py", "main.py"))
package("chargepoint", base_path="$(BOARD_DIR)/../../firmware", opt=2)
module("board.py", base_path="$(BOARD_DIR)", opt=2)
module("pins.py", base_path="$(BOARD_DIR)", opt=2)
