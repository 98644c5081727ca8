#define MICROPY_HW_BOARD_NAME "Pilotlight esp32-evse S2-DA"
#define MICROPY_HW_MCU_NAME "ESP32S2"

#include "../esp32/common.h"
