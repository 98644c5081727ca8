"""What is read of one bay's meter: when, for whom, and signed where the meter signs.

Rules (OCPP 1.6 §4.7, §9.1.2, §9.1.23-30; standards.md §2.7, §1.6):
- In a transaction each sample is an event of the journal. Outside of one, clock-aligned samples
  are told while the back end listens and are not kept: nothing is billed by them, and an idle
  station off line would wear its flash for them.
- What a stop tells besides its register is gathered in core/transaction_data.
- A pause of the vehicle is no interruption, and a power cut ends the transaction: the contexts
  Interruption.Begin and .End are not used.
- A meter that signs is asked before the start is recorded, while nothing flows, and after the
  contactor opened. Start and stop wait SIGNED_READING_MS at most; then they go without.
"""

from chargepoint.core import timing, transactions
from chargepoint.core.metering import CLOCK, OWN, Sampler, select
from chargepoint.core.transaction_data import CLOCK as AT_CLOCK
from chargepoint.core.transaction_data import PERIODIC as AT_PERIODIC
from chargepoint.core.transaction_data import SIGNED_BYTES, TransactionData

# Power.Offered, where no voltage is known.
_NOMINAL_MV = 230000
_SIGNING = (transactions.STARTING, transactions.ENDING, transactions.RECOVERING)


class Readings:
    """Of ``bay``; ``utc_s()`` tells the time of day or None.

    ``idle`` is None, or (values, utc_s) of a clock-aligned sample outside a transaction, which the
    exchange takes. ``running``: samples belong to a transaction. ``last_ms`` is the last moment
    before a power cut that is known, or None.
    """

    def __init__(self, bay, settings, journal, utc_s):
        self.idle = None
        self.last_ms = None
        self._bay = bay
        self._settings = settings
        self._journal = journal
        self._utc_s = utc_s
        self._sampler = Sampler(settings)
        self._data = TransactionData(journal, bay.number)
        self.running = False
        self._due = None
        self._due_ms = 0
        self._due_utc_s = None
        self._asked = None
        self._asked_ms = 0
        # The register at the last sample: of the clock, and of all others.
        self._clock_wh = None
        self._before_wh = None

    @property
    def gives(self) -> str:
        """The quantities that there are here, as metering.knows takes them."""
        bay = self._bay
        warm = "" if bay.connector.protection.temperature is None else " celsius_mc"
        return bay.meter.gives + " " + OWN + warm

    def take(self, now_ms: int) -> None:
        """Called in every step: take the sample that is due."""
        if self._asked is not None and self._bay.transaction.state not in _SIGNING:
            self._asked = None
        if self._due is None:
            self._due = self._sampler.due(now_ms, self._utc_s)
            if self._due is not None:
                self._due_ms, self._due_utc_s = now_ms, self._utc_s()
        if self._due is not None:
            self._sample_when_fresh(now_ms)

    def now(self, wanted: str, now_ms: int) -> list:
        """What the setting ``wanted`` lists, from a fresh reading; None when there is none."""
        reading = self._bay.fresh_reading(now_ms)
        return None if reading is None else self._select(reading, wanted, self._before_wh)

    # -- the transaction ------------------------------------------------------------------------

    def may_begin(self, now_ms: int) -> bool:
        """A fresh reading is there, and signed where that is wanted."""
        return self._bay.fresh_reading(now_ms) is not None and self._is_signed("begin", now_ms)

    def may_end(self, now_ms: int) -> bool:
        """The last reading is signed, where that is wanted."""
        return self._is_signed("end", now_ms)

    def begin(self, transaction: int, now_ms: int) -> None:
        """Transaction ``transaction`` is about to be recorded: keep what its stop will tell."""
        reading = self._bay.meter.reading
        self._before_wh = reading.energy_wh
        values = self._select(reading, "StopTxnSampledData", self._before_wh)
        self._data.begin(transaction, values, self._signed(), self._utc_s(), now_ms)

    def run(self, now_ms: int) -> None:
        """The transaction runs: periodic samples count from now."""
        self.running = True
        self._sampler.begin(now_ms)

    def end(self, transaction: int, now_ms: int) -> tuple:
        """(values or None, signed texts or None) for the stop."""
        recovered = not self.running
        self.running = False
        self._sampler.end()
        if self._due != CLOCK:
            self._due = None
        reading, values = self._bay.meter.reading, []
        if reading is not None:
            values = self._select(reading, "StopTxnSampledData", self._before_wh)
        earlier, begin = self._data.take(transaction, self.last_ms if recovered else now_ms)
        self.last_ms = None
        signed = {}
        if begin is not None:
            signed["begin"] = begin
        if self._signed() is not None:
            signed["end"] = self._signed()
        return (values + earlier) or None, signed or None

    # -- inside ---------------------------------------------------------------------------------

    def _sample_when_fresh(self, now_ms):
        """A meter that is slow at the very moment is waited for; one that is lost is not."""
        reading = self._bay.fresh_reading(now_ms)
        if reading is not None:
            context, self._due = self._due, None
            self._sample(context, reading, self._due_utc_s, now_ms)
        elif now_ms - self._due_ms >= timing.READING_FRESH_MS:
            self._due = None

    def _sample(self, context, reading, utc_s, now_ms):
        aligned = context == CLOCK
        before_wh = self._clock_wh if aligned else self._before_wh
        self._note(reading, aligned)
        wanted = "MeterValuesAlignedData" if aligned else "MeterValuesSampledData"
        values = self._select(reading, wanted, before_wh)
        if not self.running:
            self.idle = (values, utc_s) if values else None
            return
        if values:
            self._bay.transaction.sample(context, values, utc_s, now_ms)
        wanted = "StopTxnAlignedData" if aligned else "StopTxnSampledData"
        kind = AT_CLOCK if aligned else AT_PERIODIC
        self._data.add(kind, self._select(reading, wanted, before_wh), utc_s, now_ms)

    def _note(self, reading, aligned):
        if aligned:
            self._clock_wh = reading.energy_wh
        else:
            self._before_wh = reading.energy_wh

    def _select(self, reading, wanted, before_wh):
        measurands = self._settings.get(wanted)
        return select(reading, measurands, self._own(reading, before_wh)) if measurands else []

    def _own(self, reading, before_wh):
        """What the station knows without the meter's word."""
        connector = self._bay.connector
        temperature = connector.protection.temperature
        since_wh = 0 if before_wh is None else reading.energy_wh - before_wh
        return {
            "interval_wh": max(since_wh, 0),
            "offered_ma": connector.offered_ma,
            "offered_w": _power_w(reading, connector.offered_ma, connector.phases.count),
            "celsius_mc": None if temperature is None else temperature.celsius_mc,
        }

    def _is_signed(self, context, now_ms):
        meter = self._bay.meter
        if not meter.signs or not self._settings.get("SampledDataSignReadings"):
            return True
        if self._asked != context:
            self._asked, self._asked_ms = context, now_ms
            meter.sign(context, self._bay.transaction.tag)
        return meter.signed is not None or now_ms - self._asked_ms >= timing.SIGNED_READING_MS

    def _signed(self):
        """The text that was asked for, or None."""
        text = None if self._asked is None else self._bay.meter.signed
        return text if text is not None and len(text.encode()) <= SIGNED_BYTES else None


def _power_w(reading, offered_ma, phases):
    volts_mv = 0
    for at in range(phases):
        volts_mv += reading.voltage_mv[at] or _NOMINAL_MV
    return volts_mv * offered_ma // 1000000
