# The partition table lies beside this file, outside of MicroPython's tree: name it by its full path.
set(PILOTLIGHT_SDKCONFIG ${CMAKE_BINARY_DIR}/sdkconfig.pilotlight)
file(WRITE ${PILOTLIGHT_SDKCONFIG}
    "CONFIG_PARTITION_TABLE_CUSTOM_FILENAME=\"${MICROPY_BOARD_DIR}/partitions.csv\"\n")

# No sdkconfig.ble: Bluetooth would cost heap that TLS needs.
set(SDKCONFIG_DEFAULTS
    boards/sdkconfig.base
    boards/sdkconfig.240mhz
    ${PILOTLIGHT_SDKCONFIG}
)

set(MICROPY_FROZEN_MANIFEST ${MICROPY_BOARD_DIR}/manifest.py)
