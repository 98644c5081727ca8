"""Pads and front end of the ESP32 DevKit on its carrier (board.md has the circuit).

`make check` holds these to the ESP32's rules by their names: see tools/boards.
"""

# High is +12 V, low is -12 V; pulled up, so that a pad without a driver offers nothing.
PILOT_PWM = 33
# ADC1: ADC2 belongs to the radio. Alone on ADC1, as a guard in the ULP would need it.
PILOT_ADC = 36
# High energises the coil. Pulled down; a pad of the RTC domain, which the ULP can drive.
RELAY = 32
# The mirror contact pulls it low while the mains contacts are open: a broken wire reads "closed".
FEEDBACK = 34
# Red, green, blue; high lights.
LAMP = (18, 19, 23)

METER_UART = 1
METER_TX = 26
METER_RX = 27
# Not 16 and 17: on modules with PSRAM those are taken.
READER_UART = 2
READER_TX = 22
READER_RX = 21

# 100 kohm from the pilot, 22 kohm to 3.3 V, 16 kohm to ground (E24, 1 %): mV at the pad =
# PILOT_ZERO_MV + mV on the pilot * ratio / 10000. +-12.6 V are 2340 and 203 mV, inside the range
# in which the ADC at 11 dB is usable (150 to 2450 mV).
PILOT_ZERO_MV = 1272
PILOT_RATIO_BP = 848
