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

# Pilot, towards energy: C (or D) must hold this long before it is believed (TF 20 samples in
# 500 ms, SE 500 ms, OE 250 ms: the longest).
PILOT_DEBOUNCE_MS = 500

# Pilot, away from energy: this long without a reading that fits C or D opens the contactor. Row
# 8.1 leaves 100 ms, about 50 of them to the filter (EV); TF takes 75, OE 25. Three steps.
PILOT_LEAVE_MS = 30

# Any other state is believed when its readings agree for this long: three of them.
PILOT_SETTLE_MS = 20

# What was seen before and after a gap counts for at most this much of the gap: a step that
# comes late has not seen what happened meanwhile (own).
PILOT_GAP_MS = 250

# No progress towards energy for this long after a duty change and after the contactor opened
# (TF 550 ms and 200 ms). Never applied to the way away from energy.
BLANK_DUTY_MS = 550
BLANK_CONTACTOR_MS = 200

# The negative half wave must be seen this long before the first closing of a session (TF more than
# 100 good ticks), and may be missed this long while energised (TF 100 ticks in C).
DIODE_PROOF_MS = 100
DIODE_LOST_MS = 100

# When what the pilot shows becomes a fault; the contactor is open long before. Short: SE 500 ms,
# row 12 asks for 3 s. The others: own, long enough for a plug that is moved in its inlet.
PILOT_SHORT_MS = 500
PILOT_INVALID_MS = 1000
PILOT_SILENT_MS = 1000
VENTILATION_MS = 500

# A vehicle may take 5 s to follow a duty (row 6); a new one is not offered sooner (EV
# IEC_PWM_MAX_UPDATE_INTERVAL). The end of PWM waits for nothing.
DUTY_INTERVAL_MS = 5000

# Row 10.2: a vehicle that does not answer the end of PWM is switched off under load after 6 s.
STOP_PATIENCE_MS = 6000

# From one opening to the next closing (TF 5 s), and from the start of the firmware to the first
# closing, so that a supply that comes and goes does not make the contactor chatter.
CONTACTOR_REST_MS = 5000

# Feedback must follow a closing command within 500 ms (TF debounces 250 ms, OE 1 s).
CONTACTOR_CLOSE_MS = 500

# Feedback still closed this long after opening: welded (PX looks after 200 ms, OE after 1 s). The
# longer one is as safe, since nothing closes on closed feedback, and a slow mains sense does
# not condemn a good contactor.
CONTACTOR_OPEN_MS = 1000

# A fault of the pilot, contactor or guard is held this long after its cause went (TF: 30 s after
# an error before C; EV 300 ms in F; OE 5 min for earth faults only).
FAULT_HOLD_MS = 30000

# -- ocpp -----------------------------------------------------------------------------------------

# Wait for the next BootNotification where the back end leaves the choice to us (interval 0,
# OCPP 1.6 §4.2.1) or does not answer properly.
BOOT_RETRY_S = 60
# No interval of a back end keeps us away for longer; also what an overflow may turn into.
LONGEST_INTERVAL_S = 86400

# Over WebSocket a Heartbeat a day is still wanted, for the clock (OCPP-J 1.6 §5.3).
CLOCK_ASK_MS = 86400000

# Back-off between connections: first wait, cap, both with a random part of the same length on
# top. EV Charging doubles 3 s three times (standards.md §2.1); the cap is kind to a back end that
# 10,000 stations return to.
BACK_OFF_FIRST_MS = 3000
BACK_OFF_CAP_MS = 96000
# The wait after an orderly close of a connection that had lasted.
BACK_OFF_ORDERLY_MS = 1000
# The least wait after HTTP 401, 403, 404, 429, 503 or a redirect: only a person, or time, helps.
BACK_OFF_HTTP_MS = 30000
# A connection that lasted this long was a good one: the back-off begins anew after it.
CONNECTION_LASTED_MS = 60000
# TCP, TLS and upgrade together; a TLS handshake alone takes 1-2 s on an ESP32.
CONNECT_MS = 30000
# After a ping at least one byte must come within this.
PONG_MS = 10000

# A StatusNotification without an answer is sent again after this.
STATUS_RETRY_MS = 60000

# A guard that holds an open contactor for this long is a fault; for less it only refuses (own: a
# station that just started, or a step that was held up, must beat again first).
GUARD_PATIENCE_MS = 5000
