"""The addresses of the emulated MPS2 (ARM DAI0385, AN385): what board.py builds on."""

from micropython import const

# CMSDK UART 0: the interpreter prints here, and a technician asks (drivers/console_line.py).
CONSOLE_UART = const(0x40004000)
# CMSDK UARTs 1 to 4, in the order of QEMU's -serial after the console's.
METER_UART = const(0x40005000)
READER_UART = const(0x40006000)
FRONT_END_UART = const(0x40007000)
MODEM_UART = const(0x40009000)

# PSRAM: a file of the harness, so that it survives a power cut.
FLASH = const(0x21000000)
FLASH_BLOCKS = const(256)
# Behind the application image (0x21100000, see port/frozen/boot.py).
PROVISIONING = const(0x21200000)
PROVISIONING_BYTES = const(0x10000)
