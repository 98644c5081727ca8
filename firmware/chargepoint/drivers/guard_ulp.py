"""Port Guard on the ESP32's ULP coprocessor: starts the guard's program, arms it, and judges it.

The program is guard/guard.S, made for the board (guard_program.py); its head tells the mailbox and
how it behaves. Here is what the station does about it, in the steps after a start:

  state     what is done                          leaves it
  looking   does what the last run left move?     10 ms later; it moves: after a soft reset with
                                                  our program -> counting, else -> halting; it
                                                  does not -> probing, or stopped where it should
  halting   it was told to stop                   it says so -> probing; not in 50 ms -> stopped
  probing   the pilot at 7.5 % for 10 ms, which   its two levels give the ADC's law: hand pads
            offers nothing                        and ADC1 over, load, run -> counting
  counting  how many windows in half a second?    6 to 11 MHz -> armed, else -> refused
  armed     it may be asked to hold the contactor no window for 10 ms -> stopped
  refused   the clock is out of range             a count within -> armed
  stopped   it hangs, or never ran: asked for     windows again -> counting
            nothing; a watchdog resets the chip

From the hand-over on ADC1 is the guard's: no other driver may read it, not once (machine.ADC takes
the converter away with each read, and the coprocessor hangs for ever). What it sees beside the
pilot is in guard_ulp_ports.py.

HAZARD: a program that hangs leaves the relay as it is. So it feeds the RTC watchdog, while the
heartbeat is fresh only; 50 ms without food reset the chip, and the pad's pull-down opens.
"""

from micropython import const

from chargepoint.ports import Guard

LOOKING = const("looking")
HALTING = const("halting")
PROBING = const("probing")
COUNTING = const("counting")
ARMED = const("armed")
REFUSED = const("refused")
STOPPED = const("stopped")
# The contactor was held, or the guard had tripped, when the firmware began.
RESTART = const("restart")
# Asked, and it does not hold within AGREE_MS; or the pad is high, and no one asked.
DISAGREES = const("disagrees")

STILL_MS = const(10)
HALT_MS = const(50)
COUNT_MS = const(500)
AGREE_MS = const(100)
# Counted over more than this the count of windows may have wrapped (65536 of them).
_LONG_MS = const(60000)
# Longer than a TLS handshake holds a step up (2.3 s), shorter than the processor's watchdog (8 s).
BEAT_MS = const(4000)
# A burst on the pilot (EFT) lasts so long; guard.S tells why three windows more.
_BURST_US = const(15000)
_LEAST_KHZ = const(5900)
_MOST_KHZ = const(11100)

MEMORY = 0x50000000
_PAD_CLEAR = const(0x3FF48408)
_PAD_ENABLE = const(0x3FF48410)
# SENS: digital controller, who starts a conversion, the hall sensor. Bits that must go.
_HAND_OVER = ((0x3FF48854, 1 << 31 | 1 << 18), (0x3FF48800, 1 << 27), (0x3FF48858, 3 << 26))
_WATCHDOG = const(0x3FF4808C)
_WATCHDOG_STAGE = const(0x3FF48090)
_WATCHDOG_FEED = const(0x3FF480A0)
_WATCHDOG_KEY = const(0x3FF480A4)
_KEY = 0x50D83AA1
# One stage, RESET_RTC; 7500 cycles of 150 kHz.
_BITES = 0xC001F880
_BITES_AFTER = const(7500)


def mailbox(uctypes, address: int, names: str):
    """The mailbox's words at ``address`` as attributes; reading one makes no garbage."""
    layout = {name: uctypes.UINT16 | 4 * at for at, name in enumerate(names.split())}
    return uctypes.struct(address, layout)


class UlpGuard(Guard):
    """``program`` is guard_program; ``ulp`` an esp32.ULP, ``mem32`` machine.mem32, ``mail`` its
    mailbox. ``clock`` is the station's; ``cause`` of the start: "power", "watchdog", "soft", or
    another word for a reset of the processor. ``bites`` False leaves the RTC watchdog off, for
    work at the console.

    ``pilot`` and ``levels`` are set by the ports that hang on it. No relay is driven any more
    once this object is made.
    """

    kind = "ulp"

    def __init__(self, program, ulp, mem32, mail, clock, cause: str, bites: bool = True):
        self.program = program
        self.mail = mail
        self.state = LOOKING
        self.pilot = None
        self.levels = []
        self.window_us = 0
        self._ulp = ulp
        self._mem32 = mem32
        self._clock = clock
        self._cause = cause
        self._bites = bites
        self._relay_bit = 1 << program.RELAY
        self._second_bit = 0 if program.SECOND < 0 else 1 << program.SECOND
        self._ours = self._is_ours()
        # Only once it is armed nothing of the last run counts any more.
        self._restart = self._ours and bool(mail.relay or mail.latched)
        self._trip = None
        self._asked = self._second_asked = self._apart = False
        self.release()
        self._watch(False)
        self._trips = mail.trips
        self._windows = mail.windows
        self._since_ms = self._moved_ms = self._agreed_ms = clock.now_ms()
        self._from_ms = self._from_windows = 0

    # -- as the station sees it -----------------------------------------------------------------

    def beat(self, now_ms: int) -> None:
        """One more; a guard that sees none for BEAT_MS opens."""
        mail = self.mail
        mail.beat = (mail.beat + 1) & 0xFFFF

    def tripped(self) -> str:
        """What guard.S calls the cause (beat, high, low, diode, residual) until it has seen the
        request withdrawn; before it is armed the state of the start; RESTART, DISAGREES; None."""
        if self._restart:
            return RESTART
        if self.state != ARMED:
            return self.state
        mail = self.mail
        if mail.trips != self._trips:
            self._note_trip()
        elif not mail.latched:
            self._trip = None
        if self._trip is None and self._apart:
            return DISAGREES
        return self._trip

    def stand_down(self) -> None:
        """Nothing is held, and nothing resets the chip from here on: the firmware is about to
        start anew, or must not go round in a circle (safe mode)."""
        self.release()
        self._bites = False
        self._watch(False)

    # -- as its other ports see it --------------------------------------------------------------

    @property
    def runs(self) -> bool:
        """What it tells is of now."""
        return self.state == ARMED or self.state == COUNTING or self.state == REFUSED

    def look(self) -> bool:
        """Once in each step, first: see whether it lives, carry the start on; then ``runs``."""
        now_ms = self._clock.now_ms()
        windows = self.mail.windows
        moved = windows != self._windows
        if moved:
            self._windows = windows
            self._moved_ms = now_ms
        if self.runs:
            if now_ms - self._moved_ms >= STILL_MS:
                self._stop()
            else:
                self._count(now_ms)
                self._compare(now_ms)
        elif self.state != STOPPED:
            self._start(now_ms)
        elif moved:
            self._begin_count(now_ms)
        if not self.runs:
            return False
        for level in self.levels:
            level.note()
        return True

    def ask(self, second: bool) -> None:
        """Hold the relay, once the pilot agrees. Refused unless armed, and while the pilot is
        steady: then it is soon seen to disagree."""
        grants = self.state == ARMED and self._trip is None and self.pilot.is_wave
        word = self.program.REQUEST if grants else 0
        if second:
            self._second_asked = True
            self.mail.request_second = word
            return
        self._agreed_ms = self._clock.now_ms()
        self._asked = True
        self.mail.request = word

    def release(self, second: bool = False) -> None:
        """Let go: by the request, and by the pad itself, which waits for no window."""
        self.mail.request_second = 0
        self._second_asked = False
        if second:
            self._mem32[_PAD_CLEAR] = self._second_bit
            return
        self.mail.request = 0
        self._mem32[_PAD_CLEAR] = self._relay_bit
        if self._second_bit:
            self._mem32[_PAD_CLEAR] = self._second_bit
        self._asked = False

    # -- the start ------------------------------------------------------------------------------

    def _start(self, now_ms):
        since_ms = now_ms - self._since_ms
        if self.state == PROBING:
            if since_ms >= STILL_MS:
                self._hand_over(now_ms)
        elif self.state == HALTING:
            if self.mail.program == 0:
                self._probe(now_ms)
            elif since_ms >= HALT_MS:
                self._stop()
        elif since_ms >= STILL_MS:
            self._look_at_what_is_left(now_ms)

    def _look_at_what_is_left(self, now_ms):
        moves = self._moved_ms != self._since_ms
        anew = self._cause == "power" or self._cause == "watchdog"
        if moves and self._ours and self._cause == "soft":
            # It was never disturbed: ADC1 and the pads are as the last run left them.
            self.pilot.take_line([self._mem32[self._spare(at)] for at in range(4)])
            self._begin_count(now_ms)
        elif moves:
            self.mail.stop = 1
            self._enter(HALTING, now_ms)
        elif self._ours and not anew and self.mail.program:
            # A program that was not told to stop goes on through such a reset: it hangs.
            self._stop()
        else:
            self._probe(now_ms)

    def _probe(self, now_ms):
        self.pilot.probe(True)
        self._enter(PROBING, now_ms)

    def _hand_over(self, now_ms):
        """Pads, ADC1, program. The ADC is read here for the last time."""
        line = self.pilot.line()
        if line is None:
            # No plain wave: a short, or a generator that fails. Again in a second.
            self._since_ms = now_ms + 1000
            return
        self.pilot.probe(False)
        mem32, program = self._mem32, self.program
        for level in self.levels:
            level.open()
        for address, bits in _HAND_OVER:
            mem32[address] = mem32[address] & ~bits
        self.release()
        for address, clear, bits in program.PADS:
            mem32[address] = mem32[address] & ~clear | bits
        mem32[_PAD_ENABLE] = self._relay_bit | self._second_bit
        self._ulp.load_binary(0, program.HEADER + program.BLOB)
        for at in range(4):
            mem32[self._spare(at)] = line[at]
        self._ours = True
        self._trips = 0
        self._ulp.set_wakeup_period(0, 1000)
        self._ulp.run(program.ENTRY)
        self._begin_count(now_ms)

    def _begin_count(self, now_ms):
        self.pilot.set_thresholds()
        self._windows = self._from_windows = self.mail.windows
        self._from_ms = self._moved_ms = now_ms
        self._enter(COUNTING, now_ms)

    def _enter(self, state, now_ms):
        self.state = state
        self._since_ms = now_ms

    def _stop(self):
        """It hangs: the watchdog may reset the chip. Not twice in a row: then it stays refused."""
        self.state = STOPPED
        self.release()
        if self._cause != "watchdog":
            self._watch(True)

    # -- in each step ---------------------------------------------------------------------------

    def _count(self, now_ms):
        """What a window takes, and both limits by it."""
        span_ms = now_ms - self._from_ms
        if span_ms < COUNT_MS:
            return
        count = (self._windows - self._from_windows) & 0xFFFF
        self._from_ms = now_ms
        self._from_windows = self._windows
        if count == 0 or span_ms > _LONG_MS:
            return
        window_us = span_ms * 1000 // count
        self.window_us = window_us
        mail = self.mail
        if not _LEAST_KHZ <= self.program.WINDOW_CYCLES * 1000 // window_us <= _MOST_KHZ:
            self.state = REFUSED
            self.release()
            return
        mail.bad_limit = _BURST_US // window_us + 3
        mail.beat_limit = BEAT_MS * 1000 // window_us
        if self.state != ARMED:
            self.state = ARMED
            self._restart = False
            self._agreed_ms = now_ms
            self._watch(True)

    def _compare(self, now_ms):
        """What is asked, what it says, and what the pad shows."""
        mail = self.mail
        if self._asked:
            agrees = mail.relay and mail.pad and (mail.second or not self._second_asked)
        else:
            agrees = not mail.pad
        if agrees:
            self._agreed_ms = now_ms
            self._apart = False
        elif now_ms - self._agreed_ms >= AGREE_MS:
            self._apart = True

    def _note_trip(self):
        mail = self.mail
        self._trips = mail.trips
        if not self._asked:
            # It tripped as it was let go: for what opened, too, and that is told by itself.
            return
        cause = mail.cause
        self._trip = "unknown"
        for number, word in self.program.CAUSES:
            if number == cause:
                self._trip = word

    def _watch(self, on):
        """The RTC watchdog, which the program feeds; it stays unlocked."""
        mem32 = self._mem32
        mem32[_WATCHDOG_KEY] = _KEY
        if on and self._bites:
            mem32[_WATCHDOG_STAGE] = _BITES_AFTER
            mem32[_WATCHDOG] = _BITES
            mem32[_WATCHDOG_FEED] = 1 << 31
        else:
            mem32[_WATCHDOG] = 0

    def _spare(self, at):
        """Words behind the program: the ADC's line, for a run that adopts it."""
        return MEMORY + len(self.program.BLOB) + 4 * at

    def _is_ours(self):
        """The program lies in memory word by word (its mailbox apart, which moves)."""
        blob, mem32 = self.program.BLOB, self._mem32
        for at in range(self.program.ENTRY, len(blob), 4):
            if mem32[MEMORY + at] != int.from_bytes(blob[at : at + 4], "little"):
                return False
        return True
