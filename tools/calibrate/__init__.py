"""`pilotlight calibrate`: the divider before the pilot's ADC, measured level by level."""
