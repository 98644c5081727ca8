"""Every duration of the firmware, each with its clause or source.

IEC 61851-1 figures are quoted from secondary sources (see DESIGN.md); where sources disagree
the safer value stands here.
"""

# One pass of the station (DESIGN.md, the step).
STEP_MS = 10

# A meter reading older than this says nothing about now: three missed polls and a time-out.
READING_FRESH_MS = 5000

# How long the end of a transaction waits for a register read after the contactor opened; then
# the last reading counts. Well below what a driver waits at the charge point.
FINAL_READING_MS = 10000

# How often a running transaction without readings leaves a sign of life in the journal, so that
# a power cut never moves the end of a transaction by more than this.
ALIVE_MS = 300000

# An answer to Authorize later than this is too late for a person who stands before the station
# (MicroOcpp waits 20 s; OCPP 1.6 leaves it open).
AUTHORISE_MS = 20000

# A refused card is shown on the lamp for this long.
REFUSED_SHOWN_MS = 3000

# A Reset waits this long for transactions to end and for the answer to leave.
RESET_PATIENCE_MS = 20000
RESET_FLUSH_MS = 1000

# A transaction that a power cut found running waits for its meter to answer after the start; a
# meter needs seconds to come up itself.
RECOVERY_READING_MS = 60000

# After a transaction began, the connector stays Preparing for this long while the vehicle has
# not yet asked for power: IEC 61851-1 leaves the vehicle's first answer open, most take 1-4 s.
START_SETTLE_MS = 5000

# A station that ran this long is no longer in a crash loop (MicroOcpp and esp32-evse use 180 s
# and five panics); this many crashes in a row start the safe mode.
STABLE_MS = 180000
CRASHES_TO_SAFE_MODE = 4
