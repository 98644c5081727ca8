"""MicroPython's own module for CPython: what the firmware's files import to be compiled small."""


def const(value):
    """The value itself; MicroPython's compiler folds it."""
    return value
