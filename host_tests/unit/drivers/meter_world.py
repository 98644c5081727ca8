"""What the emulated instruments measure in the tests of the meters' drivers."""


class World:
    """Round enough that every make's registers can show it exactly."""

    def __init__(self, **changed):
        self.import_wh = 1_234_500
        self.export_wh = 5_600
        self.power_w = 11_040
        self.voltage_mv = [230_000, 231_500, 229_900]
        self.current_ma = [16_000, 15_990, 0]
        self.frequency_mhz = 50_000
        vars(self).update(changed)
