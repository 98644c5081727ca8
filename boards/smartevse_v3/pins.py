"""Pads of a SmartEVSE v3.0 (ESP32-WROOM-32). The facts are those of its makers' schematic.

`make check` holds these to the ESP32's rules by what the parts of board.json ask of them.
"""

# High is +12 V.
PILOT_PWM = 19
PILOT_ADC = 39
# High takes the pilot off the vehicle (DG467).
PILOT_OFF = 15
# 1 kohm to 3.3 V; 10 kohm before the pad.
PROXIMITY_ADC = 34

# SSR1 and SSR2: coils of 230 V through solid-state relays; high energises.
RELAY = 32
SECOND_RELAY = 27

# ACTB high with ACTA low drives the bolt in; both high take the current away.
LOCK_A = 18
LOCK_B = 17
LOCK_SENSE = 35
# High trips; pulled up on the board. Its test input has no pad.
RESIDUAL = 13
# MCP9700A.
THERMOMETER_ADC = 36

METER_UART = 1
METER_TX = 21
METER_RX = 23
METER_DIR = 22

# The connector SW: a 1-Wire reader.
READER_WIRE = 16
# Red, green, blue; high lights.
LAMP = (2, 4, 12)
