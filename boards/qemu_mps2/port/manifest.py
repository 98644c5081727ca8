"""What is frozen into the emulated board's interpreter: only what starts the application.

And asyncio, which nothing here uses: the ESP32 port has it, and with the names of so little frozen
code as boot.py alone the interpreter's tables of names would grow in other, larger steps.
"""
# ruff: noqa: F821  (the manifest's language)

include("$(MPY_DIR)/extmod/asyncio")
freeze("$(BOARD_DIR)/frozen", opt=3)
