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
CONSOLE_UART = 9

# The divider before the ADC: mV at the pin = PILOT_ZERO_MV + mV on the pilot * ratio / 10000.
# +12.6 V is 2792 mV, -12.6 V is 209 mV: inside the range in which an ESP32's ADC is usable.
PILOT_ZERO_MV = 1500
PILOT_RATIO_BP = 1025

# The desk has every part that the firmware knows; what a station lacks is provisioned.
# The second contactor (L2 and L3): high energises; its mirror: high while closed.
SECOND_RELAY = (50, 60, 70, 80)
SECOND_FEEDBACK = (51, 61, 71, 81)
# Proximity: PROXIMITY_SERIES_OHM to PROXIMITY_SUPPLY_MV, the cable's resistor to ground.
PROXIMITY_ADC = (52, 62, 72, 82)
PROXIMITY_SUPPLY_MV = 3300
PROXIMITY_SERIES_OHM = 1000
# The lock's motor, an H-bridge: A high drives the bolt in, B high drives it out. Sense: high: in.
LOCK_A = (53, 63, 73, 83)
LOCK_B = (54, 64, 74, 84)
LOCK_SENSE = (55, 65, 75, 85)
# The residual-current monitor: high trips, pulled up; test: high makes it trip.
RESIDUAL = (56, 66, 76, 86)
RESIDUAL_TEST = (57, 67, 77, 87)
# Protective earth: high while it is there.
EARTH = (58, 68, 78, 88)
# MCP9700: 500 mV at 0 degrees, 10 mV a degree.
THERMOMETER_ADC = (59, 69, 79, 89)
# The pilot's switch: high takes the pilot off the vehicle.
PILOT_OFF = (90, 91, 92, 93)
# The heartbeat of the interlock: an edge in each step holds the contactor's supply.
INTERLOCK = (94, 95, 96, 97)
# High while the interlock is open.
INTERLOCK_SENSE = (100, 101, 102, 103)
# The technician's button: low while pressed. The buzzer: high sounds.
BUTTON = 98
BUZZER = 99
