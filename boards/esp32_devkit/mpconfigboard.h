#define MICROPY_HW_BOARD_NAME "Pilotlight ESP32 DevKit"
#define MICROPY_HW_MCU_NAME "ESP32"

// The application: the partition "romfs", mounted on /rom before anything runs.
#define MICROPY_VFS_ROM (1)

#define MICROPY_PY_BLUETOOTH (0)
#define MICROPY_BLUETOOTH_NIMBLE (0)
#define MICROPY_PY_ESPNOW (0)
