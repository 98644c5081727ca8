# MicroPython for the emulated MPS2 (Cortex-M3), built out of tree from an unchanged source.
QEMU_ARCH = arm
QEMU_MACHINE = mps2-an385

CFLAGS += -mthumb -mcpu=cortex-m3 -mfloat-abi=soft
CFLAGS += -DQEMU_SOC_MPS2
CFLAGS += -DMICROPY_HW_MCU_NAME='"Cortex-M3"'
CFLAGS += -DMP_CONFIGFILE='"$(BOARD_DIR)/mpconfigboard.h"'

# 160 KB of heap, as an ESP32 without PSRAM has after its first growth.
MICROPY_HEAP_SIZE = 163840
MICROPY_VFS_LFS2 = 1
FROZEN_MANIFEST = $(BOARD_DIR)/manifest.py

LDSCRIPT = $(BOARD_DIR)/mps2.ld
# The port starts a prompt; board_hal.c starts the application before it.
LDFLAGS += -Wl,--wrap=pyexec_friendly_repl

SRC_BOARD_O = shared/runtime/gchelper_native.o shared/runtime/gchelper_thumb2.o
SRC_C += $(BOARD_DIR)/board_hal.c

MPY_CROSS_FLAGS += -march=armv7m
