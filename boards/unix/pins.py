"""Pins of the emulated board: what the firmware's drivers and the harness's wiring both go by.

One entry per connector in each tuple, connector 1 first; up to four connectors.
"""

PILOT_PWM = (10, 20, 30, 40)
PILOT_ADC = (11, 21, 31, 41)
# High energises the coil.
RELAY = (12, 22, 32, 42)
# High while the mains contacts are closed.
FEEDBACK = (13, 23, 33, 43)
# Red, green, blue; high lights.
LAMP = ((14, 15, 16), (24, 25, 26), (34, 35, 36), (44, 45, 46))

# UARTs. The meters' lines are one per connector, the card reader is the station's.
METER_UART = (1, 2, 3, 4)
READER_UART = 0

# The divider before the ADC: mV at the pin = PILOT_ZERO_MV + mV on the pilot * ratio / 10000.
# +12.6 V is 2792 mV, -12.6 V is 209 mV: inside the range in which an ESP32's ADC is usable.
PILOT_ZERO_MV = 1500
PILOT_RATIO_BP = 1025
