"""What is frozen into the emulated board's interpreter: only what starts the application."""

freeze("$(BOARD_DIR)/frozen", opt=3)  # noqa: F821  (freeze is the manifest's language)
