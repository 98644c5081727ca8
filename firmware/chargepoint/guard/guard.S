# The guard of the contactor: a program for the ESP32's ULP coprocessor (FSM).
#
# It samples the control pilot by itself and holds the relay only while all of this is true:
# - the station asks for it (request is REQUEST, and was seen at 0 since the last trip),
# - the station lives (beat changes within beat_limit windows),
# - the pilot says C or D with its diode: the highest sample of a window lies within high_least to
#   high_most, the lowest is at most low_most. `bad_limit` windows in a row that say otherwise trip;
#   while the relay is open one good window is needed to close it,
# - the residual-current monitor, where there is one on an RTC pad, does not trip.
#
# A window is SAMPLES conversions, always longer than a period of the pilot (1 ms): at 8.5 MHz and
# 72 cycles a sample 1.7 ms, and at 11 MHz still 1.3 ms. The clock is not exact, so the station
# counts windows before it asks for anything, and reckons both limits from what a window takes:
# bad_limit is 15 ms in windows + 3, for a burst of 15 ms touches 15 ms in windows + 2 of them.
#
#   state      relay  latched   leaves it
#   released   open   0         request is REQUEST, the window is good, the beat fresh -> holding
#   holding    closed 0         request is not REQUEST -> released; a cause -> tripped
#   tripped    open   1         request is 0 -> released
#
# The pad is cleared before a word tells of it, and the cause is told before the relay: who reads
# relay 0 and latched 1 finds the cause. st writes its place into the upper half of a word, so a
# reader takes the lower 16 bits only. r3 is 0, the mailbox, outside of the sampling loop.
#
# Given by the board: PILOT, PROXIMITY, TEMPERATURE (channels of ADC1; -1: none), RELAY, SECOND,
# RESIDUAL (bits of the RTC pads: 14 + RTC number; -1: none), RESIDUAL_TRIPS (its level then).

.set SAMPLES, 200
.set REQUEST, 0xC105
.set PROGRAM, 0x9101
.set LOWEST, 0xFFF

.set CAUSE_BEAT, 2
.set CAUSE_HIGH, 3
.set CAUSE_LOW, 4
.set CAUSE_DIODE, 5
.set CAUSE_RESIDUAL, 7

.set PAD_SET, 0x3ff48404
.set PAD_CLEAR, 0x3ff48408
.set PAD_IN, 0x3ff48424
.set WATCHDOG_FEED, 0x3ff480a0
.set SLEEP_TIMER, 0x3ff48018

# Written by the station.
.mail request, 0
.mail request_second, 0
.mail beat, 0
.mail beat_limit, 0
.mail high_most, 0
.mail high_least, 0xFFFF
.mail low_most, 0
.mail bad_limit, 1
.mail stop, 0
# Written by the guard.
.mail program, PROGRAM
.mail windows, 0
.mail high, 0
.mail low, 0
.mail proximity, 0
.mail temperature, 0
.mail relay, 0
.mail second, 0
.mail latched, 0
.mail cause, 0
.mail trips, 0
.mail pad, 0
.mail residual, 0
.mail bad, 0
.mail beat_seen, 0
.mail beat_age, 0
.mail beat_stale, 0

entry:          move r3, 0
                ld r0, r3, stop
                jumpr window, 1, lt
                jump stopped

# -- one window of samples: r1 the highest, r2 the lowest ------------------------------------------
window:         move r1, 0
                move r2, LOWEST
                stage_rst
sample:         adc r0, 0, PILOT
                sub r3, r1, r0
                jump higher, ov
compare_low:    sub r3, r0, r2
                jump lower, ov
next_sample:    stage_inc 1
                jumps sample, SAMPLES, lt
                move r3, 0
                st r1, r3, high
                st r2, r3, low
.if PROXIMITY + 1
                adc r0, 0, PROXIMITY
                st r0, r3, proximity
.endif
.if TEMPERATURE + 1
                adc r0, 0, TEMPERATURE
                st r0, r3, temperature
.endif
                reg_rd PAD_IN, RELAY, RELAY
                st r0, r3, pad
.if RESIDUAL + 1
                # The pad is RTC's: the station sees the monitor through this word only.
                reg_rd PAD_IN, RESIDUAL, RESIDUAL
                st r0, r3, residual
.endif
                ld r0, r3, windows
                add r0, r0, 1
                st r0, r3, windows

# -- the heartbeat; only while it is fresh is the RTC watchdog fed ---------------------------------
                ld r0, r3, beat
                ld r1, r3, beat_seen
                sub r2, r0, r1
                jump same_beat, eq
                st r0, r3, beat_seen
                move r0, 0
                st r0, r3, beat_age
                jump fresh
same_beat:      ld r0, r3, beat_age
                ld r1, r3, beat_limit
                sub r2, r0, r1
                jump ageing, ov
                move r0, 1
                st r0, r3, beat_stale
                jump asked
ageing:         add r0, r0, 1
                st r0, r3, beat_age
fresh:          move r0, 0
                st r0, r3, beat_stale
                reg_wr WATCHDOG_FEED, 31, 31, 1

# -- the request -----------------------------------------------------------------------------------
asked:          ld r0, r3, request
                move r1, REQUEST
                sub r2, r0, r1
                jump wanted, eq
                reg_wr PAD_CLEAR, RELAY, RELAY, 1
.if SECOND + 1
                reg_wr PAD_CLEAR, SECOND, SECOND, 1
.endif
                move r1, 0
                st r1, r3, relay
                st r1, r3, second
                st r1, r3, bad
                jumpr entry_far, 1, ge
                st r1, r3, latched
entry_far:      jump entry

wanted:         ld r0, r3, latched
                jumpr refused, 1, ge
                ld r0, r3, beat_stale
                jumpr beat_lost, 1, ge
.if RESIDUAL + 1
                # The cause first: move sets the zero flag, too, and would hide what sub found.
                move r1, CAUSE_RESIDUAL
                reg_rd PAD_IN, RESIDUAL, RESIDUAL
                sub r0, r0, RESIDUAL_TRIPS
                jump trip, eq
.endif

# -- the pilot -------------------------------------------------------------------------------------
                ld r2, r3, high
                move r1, CAUSE_HIGH
                ld r0, r3, high_most
                sub r0, r0, r2
                jump bad_window, ov
                move r1, CAUSE_LOW
                ld r0, r3, high_least
                sub r0, r2, r0
                jump bad_window, ov
                move r1, CAUSE_DIODE
                ld r2, r3, low
                ld r0, r3, low_most
                sub r0, r0, r2
                jump bad_window, ov

# -- all is well: hold -----------------------------------------------------------------------------
                move r0, 0
                st r0, r3, bad
                reg_wr PAD_SET, RELAY, RELAY, 1
                move r0, 1
                st r0, r3, relay
hold_second:
.if SECOND + 1
                ld r0, r3, request_second
                move r1, REQUEST
                sub r0, r0, r1
                jump second_wanted, eq
                reg_wr PAD_CLEAR, SECOND, SECOND, 1
                move r0, 0
                st r0, r3, second
                jump entry
second_wanted:  reg_wr PAD_SET, SECOND, SECOND, 1
                move r0, 1
                st r0, r3, second
.endif
                jump entry

# -- a window that says otherwise; r1 is the cause -------------------------------------------------
bad_window:     ld r0, r3, bad
                add r0, r0, 1
                st r0, r3, bad
                ld r2, r3, bad_limit
                sub r2, r0, r2
                jump tolerated, ov
                jump trip
# Nothing is closed on a bad window, the second relay neither; its request may still open it.
tolerated:      ld r0, r3, second
                jumpr hold_second, 1, ge
                jump entry

beat_lost:      move r1, CAUSE_BEAT
trip:           reg_wr PAD_CLEAR, RELAY, RELAY, 1
.if SECOND + 1
                reg_wr PAD_CLEAR, SECOND, SECOND, 1
.endif
                st r1, r3, cause
                ld r0, r3, trips
                add r0, r0, 1
                st r0, r3, trips
                move r0, 1
                st r0, r3, latched
                move r0, 0
                st r0, r3, relay
                st r0, r3, second
                st r0, r3, bad
                jump entry

# -- inside the sampling loop: the rarer ways, so that most samples take 72 cycles -----------------
higher:         move r1, r0
                jump compare_low
lower:          move r2, r0
                jump next_sample

# -- latched: open whatever is asked, until request was seen at 0 ----------------------------------
refused:        reg_wr PAD_CLEAR, RELAY, RELAY, 1
.if SECOND + 1
                reg_wr PAD_CLEAR, SECOND, SECOND, 1
.endif
                jump entry

# -- the station wants to load another program -----------------------------------------------------
stopped:        reg_wr PAD_CLEAR, RELAY, RELAY, 1
.if SECOND + 1
                reg_wr PAD_CLEAR, SECOND, SECOND, 1
.endif
                move r0, 0
                st r0, r3, relay
                st r0, r3, second
                st r0, r3, program
                reg_wr SLEEP_TIMER, 24, 24, 0
                halt
