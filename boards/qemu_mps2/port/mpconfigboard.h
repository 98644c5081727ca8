// What the ESP32 port has and the emulator's port leaves out.
#include <mpconfigport.h>

#undef MICROPY_PY_TIME
#define MICROPY_PY_TIME (1)

#define MICROPY_PY_BINASCII_CRC32 (1)
#define MICROPY_PY_SYS_SETTRACE (0)
