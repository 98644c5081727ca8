"""Pads of a SmartEVSE v3.1 (ESP32-MINI-1): the chip has its flash inside, so 9 and 10 are free.

HAZARD: on a v3.0 these are the pads of the flash: this revision's program crashes there.
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
LOCK_A = 9
LOCK_B = 10
LOCK_SENSE = 35
# High trips; pulled up on the board. Its test input is on J5 and has no pad.
RESIDUAL = 38
# MCP9700A.
THERMOMETER_ADC = 36

METER_UART = 1
METER_TX = 21
METER_RX = 37
METER_DIR = 22

# The connector SW: a 1-Wire reader.
READER_WIRE = 23
# Red, green, blue; high lights.
LAMP = (2, 4, 12)
