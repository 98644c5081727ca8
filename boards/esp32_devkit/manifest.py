"""What is frozen into the interpreter: only what brings the application up.

The application is the ROMFS image (`make build BOARD=esp32_devkit`): it runs where it lies, as
frozen code does, and is replaced without building MicroPython anew.
"""
# ruff: noqa: F821  (freeze is the manifest's language)

freeze("$(PORT_DIR)/modules", ("flashbdev.py",))
freeze("$(BOARD_DIR)/frozen", ("_boot.py", "main.py"))
