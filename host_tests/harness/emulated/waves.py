"""What an emulated ADC adds to a square wave: when it samples, and noise."""

PERIOD = 10000
# A read every 57.3 us: the ESP32's order of magnitude (35-80 us), and no divisor of the period.
ADVANCE = 573


def noise(count, seed):
    """``count`` numbers of a bell between -1000 and 1000, the same on every interpreter."""
    numbers = []
    for _ in range(count):
        total = 0
        for _ in range(4):
            seed = (seed * 75 + 74) % 65537
            total += seed
        numbers.append((total - 131072) * 1000 // 131072)
    return numbers


def phases(count):
    """Where in a period ``count`` reads in a row fall, in 1/10000 of it."""
    return [(index * ADVANCE) % PERIOD for index in range(count)]
