"""What a developer does to a board at a serial port: flash, deploy, monitor, back up, restore."""
