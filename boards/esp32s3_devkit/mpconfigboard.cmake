set(IDF_TARGET esp32s3)
set(PILOTLIGHT_FLASH_MB 8)
set(PILOTLIGHT_SDKCONFIGS boards/sdkconfig.spiram_sx)
include(${MICROPY_BOARD_DIR}/../esp32/common.cmake)
