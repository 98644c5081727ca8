// What every board of the family sets in MicroPython.

// The application: the partition "romfs", mounted on /rom before anything runs.
#define MICROPY_VFS_ROM (1)

#define MICROPY_PY_BLUETOOTH (0)
#define MICROPY_BLUETOOTH_NIMBLE (0)
#define MICROPY_PY_ESPNOW (0)

// The console is a UART, and the pads of USB are the board's.
#define MICROPY_HW_ENABLE_UART_REPL (1)
#define MICROPY_HW_ENABLE_USBDEV (0)
#define MICROPY_HW_ESP_USB_SERIAL_JTAG (0)
