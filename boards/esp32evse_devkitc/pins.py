"""Pads of the esp32-evse DevKitC board (dzurikmiroslav/esp32-evse, ESP32-DevKitC).

`make check` holds these to the ESP32's rules by what the parts of board.json ask of them.
"""

PILOT_PWM = 27
PILOT_ADC = 36
# High energises.
RELAY = 26

METER_UART = 1
METER_TX = 25
METER_RX = 32
METER_DIR = 33

# DS18B20.
THERMOMETER_WIRE = 16
# Its LEDs "error", "charging", "Wi-Fi" stand for red, green, blue.
LAMP = (18, 19, 17)
