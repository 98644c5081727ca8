"""Pads of the esp32-evse minimal board for the ESP32 (dzurikmiroslav/esp32-evse), and of the meter
that you add.

`make check` holds these to the ESP32's rules by what the parts of board.json ask of them.
"""

PILOT_PWM = 33
PILOT_ADC = 35
# High energises.
RELAY = 32

# Not on the board: a transceiver that turns around by itself.
METER_UART = 1
METER_TX = 26
METER_RX = 27
