#define MICROPY_HW_BOARD_NAME "Pilotlight esp32-evse minimal"
#define MICROPY_HW_MCU_NAME "ESP32"

#include "../esp32/common.h"
