"""What is frozen into the interpreter: see boards/esp32/manifest.py."""
# ruff: noqa: F821  (include is the manifest's language)

include("$(BOARD_DIR)/../esp32/manifest.py", board="esp32evse_minimal")
