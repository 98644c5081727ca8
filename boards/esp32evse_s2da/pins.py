"""Pads of the esp32-evse board ESP32-S2-DA (dzurikmiroslav/esp32-evse).

`make check` holds these to the ESP32-S2's rules by what the parts of board.json ask of them.
"""

PILOT_PWM = 33
PILOT_ADC = 4
PROXIMITY_ADC = 3
# High energises.
RELAY = 21

LOCK_A = 20
LOCK_B = 19
LOCK_SENSE = 34
# High trips; high tests.
RESIDUAL = 41
RESIDUAL_TEST = 26

METER_UART = 1
METER_TX = 38
METER_RX = 40
METER_DIR = 39

# DS18B20.
THERMOMETER_WIRE = 42
# Its LEDs "error", "charging", "Wi-Fi" stand for red, green, blue.
LAMP = (37, 36, 35)
