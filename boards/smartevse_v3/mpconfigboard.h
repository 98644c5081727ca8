#define MICROPY_HW_BOARD_NAME "Pilotlight SmartEVSE v3"
#define MICROPY_HW_MCU_NAME "ESP32"

#include "../esp32/common.h"
