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

# A meter that signs may take this long for a signed reading (OCA, Signed Meter Values in OCPP:
# the stop is sent after the final one, 30 s at most); then it goes without.
SIGNED_READING_MS = 30000

# How often a running transaction leaves a sign of life in the journal, so that a power cut never
# moves the end of a transaction by more than this.
ALIVE_MS = 300000

# An answer to Authorize later than this is too late for a person who stands before the station
# (MicroOcpp waits 20 s; OCPP 1.6 leaves it open).
AUTHORISE_MS = 20000

# A refused card is shown on the lamp by BlinkRepeat blinks of this length (wire/lamp_patterns).
BLINK_MS = 200

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

# -- protection -----------------------------------------------------------------------------------

# A residual current opens in the second reading that shows it (E32 and SE look again after 1 ms,
# TF after 50 ms); the monitor's own contact opens the coil without waiting for us (IEC 62955).
RESIDUAL_TRIP_MS = 10
# The self-test: the monitor must trip within this of its test input (E32 500 ms, TF 740 ms), and
# clear within that of the end of it (OE 2 s, TF 3.25 s in all).
RESIDUAL_TEST_MS = 1000
RESIDUAL_CLEAR_MS = 3500
# Tested before each session, and when the last test is older than this (TF).
RESIDUAL_TEST_AGE_MS = 86400000
# A failed self-test is tried again after this.
RESIDUAL_RETRY_MS = 30000
# After a trip (OE: 5 min, 6 times; E32 clears after 60 s without limit, which is wrong).
RESIDUAL_HOLD_MS = 300000
# Attempts are forgotten when a fault stayed away for a day (own).
FORGIVE_MS = 86400000

# The protective earth may be missed this long: EV and TF sample for 250 ms (own).
EARTH_LOST_MS = 250

# The proximity resistor is read this often: a converter that is shared with the pilot disturbs it
# (esp32-evse#32).
CABLE_READ_MS = 100

# The proximity resistor must agree for this long before it counts as the cable's rating, and what
# contradicts it for that long before it is a fault: a plug that is moved in its socket.
CABLE_SETTLE_MS = 500
CABLE_FAULT_MS = 1000

# The lock's motor: driven for 600 ms, looked at 200 ms later (SE 600 and 800; E32 300 of at most
# 1000), five tries with a second between them (E32), then every 30 s while it is still wanted.
LOCK_DRIVE_MS = 600
LOCK_LOOK_MS = 200
LOCK_REST_MS = 1000
LOCK_TRIES = 5
LOCK_RETRY_MS = 30000
# A bolt that leaves its place for so long is lost: contacts bounce (own).
LOCK_LOST_MS = 500

# The answer to UnlockConnector waits for the contactor (6 s) and five tries of the bolt (9 s); a
# back end waits 30 s and more for an answer.
UNLOCK_MS = 18000

# A thermometer that says nothing for this long is broken: a DS18B20 needs 750 ms a reading.
TEMPERATURE_SILENT_MS = 5000

# EV: (offer + 0.5 A) * 1.10 for 7 s; a vehicle may take 5 s to follow a lower offer (row 6).
OVERCURRENT_MS = 7000
OVERCURRENT_FOLLOW_MS = 6000
# A current this long after the contactor opened flows through welded contacts (SE#26).
STRAY_CURRENT_MS = 5000

# Mains outside of its limits for so long (own; EN 50160 allows 10 % for most of the time).
OVER_VOLTAGE_MS = 1000
UNDER_VOLTAGE_MS = 10000

# The answer to a change of charging profiles waits for the medium, then it is refused (own; a back
# end waits 30 s and more).
PROFILE_SAVE_MS = 10000
# Charging profiles are looked at anew at least this often: someone else may set the clock (own).
SUPPLY_LOOK_S = 60
# Another connector's offer rises only when a vehicle has followed its lower one: 5 s (row 6), and
# one for the step and the pilot.
SHARE_FOLLOW_MS = 6000

# A.5.3: a vehicle that sleeps is woken once by an interruption of the pilot. After 30 s in B2 (EV,
# PX, SE) or 90 s (TF, whose VWs need longer): the setting WakeUpAfter. For 4 s (EV, TF; PX and SE
# 3 s).
WAKE_PULSE_MS = 4000

# 1-phase/3-phase switching: contactor open, then the pilot interrupted for 60 s (TF: "iX3, Cupra
# Tavascan need 45 s"; EV 10 s, SE 5 s), and not more often in a session than every 10 min (EV).
PHASE_CUT_MS = 60000
PHASE_DWELL_MS = 600000

# A technician's reset of latched faults: the button held for 5 s (E32: 10 s for its own).
TECHNICIAN_MS = 5000

# -- ocpp -----------------------------------------------------------------------------------------

# An answer that waits for longer than anything that it can wait for (own): InternalError. Sixteen
# that wait for ever would make the station deaf.
ANSWER_MS = 120000

# Wait for the next BootNotification where the back end leaves the choice to us (interval 0,
# OCPP 1.6 §4.2.1) or does not answer properly.
BOOT_RETRY_S = 60
# No interval of a back end keeps us away for longer; also what an overflow may turn into.
LONGEST_INTERVAL_S = 86400

# Over WebSocket a Heartbeat a day is still wanted, for the clock (OCPP-J 1.6 §5.3).
CLOCK_ASK_MS = 86400000

# The last known time is kept so often: four small writes a day (own).
FLOOR_KEEP_MS = 21600000
# A setting that moves the clock by more than this is worth a line in the log.
CLOCK_JUMP_S = 60
# A time server (RFC 4330 §10): asked at most every 15 s, doubling without an answer; an answer
# that takes longer than 5 s is worth nothing. Without a network the next try waits 1 s.
TIME_ASK_FIRST_MS = 16000
TIME_ASK_CAP_MS = 1024000
TIME_ANSWER_MS = 5000
TIME_RETRY_MS = 1000
# A secure connection waits this long after the start for a network to ask the time over (own:
# Wi-Fi, DHCP and a look-up take 5-10 s).
TIME_NETWORK_MS = 20000

# Back-off between connections (ocpp/connection.py): first wait and cap. EV Charging doubles 3 s
# three times (standards.md §2.1); the cap is kind to a back end that 10,000 stations return to.
BACK_OFF_FIRST_MS = 3000
BACK_OFF_CAP_MS = 96000
# Without a network, and while a name is being looked up, the next try waits for this.
NETWORK_RETRY_MS = 1000
# The random part on top of each wait is as long as the wait, and at least this (EV: 10 s): of
# 10,000 stations that are cut off together at most 1,500 return in a second.
BACK_OFF_SPREAD_MS = 10000
# The wait after an orderly close of a connection that had lasted.
BACK_OFF_ORDERLY_MS = 1000
# Where only a person, or time, helps: the least wait and the cap. Whoever sets the back end right
# need not come to the station: it is there within five to ten minutes.
BACK_OFF_HTTP_MS = 30000
BACK_OFF_HTTP_CAP_MS = 300000
# The longest Retry-After that is believed.
RETRY_AFTER_CAP_MS = 3600000
# A connection to the second address is left for the first after this long (own).
RETURN_MS = 3600000
# A connection that lasted this long was a good one: the back-off begins anew after it.
CONNECTION_LASTED_MS = 60000
# TCP, TLS and upgrade together; a TLS handshake alone takes 1-2 s on an ESP32.
CONNECT_MS = 30000
# After a ping at least one byte must come within this.
PONG_MS = 10000

# A StatusNotification without an answer is sent again after this.
STATUS_RETRY_MS = 60000

# A new firmware that no back end has accepted is good when it ran for so long (own; four times
# what ends a crash loop, and longer than a router takes to come up).
TRIAL_MS = 720000
# What an update has to tell is waited for so long before the station is started anew: some tries
# to connect.
UPDATE_PATIENCE_MS = 60000

# A guard that holds an open contactor for this long is a fault; for less it only refuses (own: a
# station that just started, or a step that was held up, must beat again first).
GUARD_PATIENCE_MS = 5000

# Readings must show within this why a guard that sees the pilot itself opened (own: the slowest of
# them, a diode that is lost for DIODE_LOST_MS, and some steps).
GUARD_DOUBT_MS = 200

# The station's own page after a technician's long press (own: as long as a look at one station
# takes), and the pause after the page or its access point failed.
PORTAL_OPEN_MS = 900000
PORTAL_AGAIN_MS = 60000
