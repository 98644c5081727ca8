"""Pads of the ESP32 DevKit on its carrier (board.md has the circuit).

`make check` holds these to the ESP32's rules by what the parts of board.json ask of them.
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
