#define MICROPY_HW_BOARD_NAME "Pilotlight ESP32-S3 DevKit"
#define MICROPY_HW_MCU_NAME "ESP32S3"

#include "../esp32/common.h"
