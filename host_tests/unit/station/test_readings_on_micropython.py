"""readings on the interpreter that ships: as on CPython, and no garbage between samples."""

from host_tests.unit.interpreters import needs_micropython, on_both

# Runs on both: prints what a stop tells, and what 300 calm steps leave in a transaction.
SCRIPT = """
import gc, json, sys
sys.path[:0] = PATH
from chargepoint.core import metering, record, transactions
from chargepoint.ocpp.v16 import outbound
from chargepoint.ports import Meter, Reading
from chargepoint.readings import Readings

class Thing:
    def __init__(self, **fields):
        for name in fields:
            setattr(self, name, fields[name])

class Facts(dict):
    def put(self, name, data):
        self[name] = data

class Settings:
    def get(self, name):
        return VALUES[name]

EVERYTHING = tuple(metering.known().split(","))
VALUES = {
    "MeterValueSampleInterval": 60, "ClockAlignedDataInterval": 0,
    "MeterValuesSampledData": EVERYTHING, "MeterValuesAlignedData": EVERYTHING,
    "StopTxnSampledData": EVERYTHING, "StopTxnAlignedData": ("Voltage.L2",),
    "SampledDataSignReadings": True,
}
clock = Thing(s=1795000000)
reading = Reading()
reading.energy_wh, reading.power_w, reading.taken_ms = 12345678, 22000, 0
reading.phase_w, reading.factor_milli = [7000, 7000, 8000], 985
reading.voltage_mv, reading.current_ma = [230000, 231000, 229900], [32000, 31900, 0]
meter = Meter()
meter.reading = reading
samples = []
bay = Thing(
    number=1, meter=meter, fresh_reading=lambda now_ms: reading,
    connector=Thing(
        offered_ma=32000, phases=Thing(count=3),
        protection=Thing(temperature=Thing(celsius_mc=31500))),
    transaction=Thing(
        state=transactions.ACTIVE, tag="A",
        sample=lambda context, values, utc_s, now_ms: samples.append(values)))
readings = Readings(bay, Settings(), Facts(), lambda: clock.s)
readings.begin(5, 0)
readings.run(0)
for now_ms in range(0, 3600001, 10000):
    clock.s += 10
    reading.energy_wh += 17
    readings.take(now_ms)

gc.collect()
gc.disable()
before = gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0
for now_ms in range(3600010, 3603010, 10):
    readings.take(now_ms)
left = gc.mem_alloc() - before if hasattr(gc, "mem_alloc") else 0

values, signed = readings.end(5, 3610000)
event = record.Event(
    9, "STOPPED", 1, 5, clock.s, 1, 3610000,
    {"tag": None, "reason": "local", "meter_wh": 12345999, "values": values})
event = record.decode(record.encode(event))
print(json.dumps([len(samples), samples[-1], outbound.render(event, 7, clock.s)[1]]))
print(left)
"""


@needs_micropython
def test_readings_are_the_same_on_micropython_and_leave_no_garbage():
    here, there, left = on_both(SCRIPT)
    assert there == here
    count, sample, stop = here
    assert count == 60 and len(sample) == 16
    contexts = [each["sampledValue"][0]["context"] for each in stop["transactionData"]]
    assert contexts[0] == "Transaction.Begin" and contexts[-1] == "Transaction.End"
    assert 3 <= len(contexts) <= 10
    assert left == 0
