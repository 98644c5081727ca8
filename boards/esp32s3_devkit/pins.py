"""Pads of the ESP32-S3 DevKit on its carrier (board.md has the circuit).

`make check` holds these to the ESP32-S3's rules by what the parts of board.json ask of them.
"""

# High is +12 V, low is -12 V; pulled up, so that a pad without a driver offers nothing.
PILOT_PWM = 21
# ADC1: ADC2 belongs to the radio.
PILOT_ADC = 1
PROXIMITY_ADC = 2
THERMOMETER_ADC = 4

# High energises; pulled down. Both coils have their supply from the interlock.
RELAY = 5
SECOND_RELAY = 7
# The mirror contacts pull these low while the mains contacts are open.
FEEDBACK = 6
SECOND_FEEDBACK = 15
# An edge in each step holds the coils' supply; the sense is high while the interlock is open.
INTERLOCK = 16
INTERLOCK_SENSE = 17

# A high drives the bolt in, B high drives it out; the sense is high while it is in.
LOCK_A = 8
LOCK_B = 9
LOCK_SENSE = 10
# High trips, pulled up; high tests.
RESIDUAL = 11
RESIDUAL_TEST = 12
# High while there is protective earth; pulled down.
EARTH = 13

METER_UART = 1
METER_TX = 47
METER_RX = 14

READER_SPI = 1
READER_SCK = 39
READER_MOSI = 40
READER_MISO = 41
READER_CS = 42

# The DevKit's own WS2812 (v1.1), and those behind it.
LAMP_DATA = 38
BUZZER = 18
# Low while pressed.
BUTTON = 48
