"""Chips and instruments, byte-exact and without a clock: told bytes and the time, drained."""
