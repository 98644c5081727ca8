#define MICROPY_HW_BOARD_NAME "Pilotlight ESP32 DevKit"
#define MICROPY_HW_MCU_NAME "ESP32"

#include "../esp32/common.h"
