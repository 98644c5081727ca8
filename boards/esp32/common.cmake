# What every board of the family gives to MicroPython's build. A board sets, before it includes this,
# IDF_TARGET, PILOTLIGHT_FLASH_MB (its flash) and PILOTLIGHT_SDKCONFIGS (what it needs beside the
# base).

# The partition table lies beside the board, outside of MicroPython's tree: name it by its full path.
set(PILOTLIGHT_SDKCONFIG ${CMAKE_BINARY_DIR}/sdkconfig.pilotlight)
file(WRITE ${PILOTLIGHT_SDKCONFIG}
    "CONFIG_PARTITION_TABLE_CUSTOM=y\n"
    "CONFIG_PARTITION_TABLE_CUSTOM_FILENAME=\"${MICROPY_BOARD_DIR}/partitions.csv\"\n"
    "CONFIG_ESPTOOLPY_FLASHSIZE_${PILOTLIGHT_FLASH_MB}MB=y\n")

# No sdkconfig.ble: Bluetooth would cost heap that TLS needs. No sdkconfig.usb: the console is a UART.
set(SDKCONFIG_DEFAULTS
    boards/sdkconfig.base
    boards/sdkconfig.240mhz
    ${PILOTLIGHT_SDKCONFIGS}
    ${PILOTLIGHT_SDKCONFIG}
)

set(MICROPY_FROZEN_MANIFEST ${MICROPY_BOARD_DIR}/manifest.py)
