"""What goes wrong at a port, for real where it can be had, leads to what to try."""

import errno
import fcntl
import os

import pytest
import serial

from tools.device import serial_board, trouble
from tools.device.trouble import Trouble


def looked(name):
    """What a look at a port that fails says."""
    with pytest.raises(Trouble) as failed:
        serial_board.look(name)
    return str(failed.value)


def test_port_that_can_be_opened_is_no_trouble(port):
    serial_board.look(port.name)


def test_missing_port_is_told_with_those_that_there_are(monkeypatch):
    monkeypatch.setattr(trouble, "ports", lambda: "here are /dev/ttyUSB7 (CP2102)")
    said = looked("/dev/ttyNONE")
    assert "/dev/ttyNONE: there is no such port" in said
    assert "try: is it plugged in, and PORT= right? here are /dev/ttyUSB7 (CP2102)" in said


def test_port_of_another_program_is_told_with_how_to_find_it(port):
    other = serial.Serial(port.name, exclusive=True)
    assert looked(port.name) == (
        f"{port.name}: another program has it open\n"
        f"  try: end the program that has it open (a monitor, another flash): fuser -v {port.name}"
    )
    other.close()
    serial_board.look(port.name)


def test_port_locked_by_another_tool_is_told_the_same(port):
    """flock, as esptool, mpremote and minicom do it."""
    end = os.open(port.name, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(end, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert "another program has it open" in looked(port.name)
    os.close(end)


def test_port_without_permission_is_told_with_the_group(tmp_path, monkeypatch):
    """Root may open everything, so the refusal is the system's answer put there."""
    place = tmp_path / "ttyUSB0"

    def refuse(path, *flags):
        raise PermissionError(errno.EACCES, "Permission denied", path)

    monkeypatch.setattr("serial.serialposix.os.open", refuse)
    said = looked(str(place))
    assert "no permission to open it" in said and "try: sudo usermod -aG dialout" in said


def test_file_that_is_no_port_is_told(tmp_path):
    place = tmp_path / "file"
    place.write_text("")
    assert "try: is it the right port?" in looked(str(place))


def test_device_that_vanished_is_told(port):
    line = serial.Serial(port.name, timeout=1)
    port.vanish()
    with pytest.raises((OSError, serial.SerialException)) as broke:
        line.read(line.in_waiting or 1)
    said = str(trouble.of_port("/dev/ttyUSB0", broke.value))
    assert said.startswith("/dev/ttyUSB0: the device vanished\n  try: plug it in again")
    line.close()


def test_device_that_vanished_while_it_was_read_is_told(port):
    """pyserial has a sentence for it and no number."""
    line = serial.Serial(port.name, timeout=1)
    port.vanish()
    with pytest.raises(serial.SerialException) as broke:
        line.read(1)
    assert "the device vanished" in str(trouble.of_port("x", broke.value))
    line.close()


@pytest.mark.parametrize(
    ("said", "seen", "attempt"),
    [
        ("A fatal error occurred: This chip is ESP32-S3, not ESP32. Wrong chip argument?",
         "wrong chip: ESP32-S3, not ESP32", "another BOARD="),
        ("Failed to connect to ESP32: Wrong boot mode detected (0x13)! The chip needs to be in "
         "download mode.", "not in its boot loader", "hold BOOT"),
        ("Failed to connect to ESP32: No serial data received.", "does not answer", "hold BOOT"),
        ("Could not open /dev/x, the port is busy or doesn't exist.\n([Errno 16] could not open "
         "port /dev/x: [Errno 16] Device or resource busy: '/dev/x')", "another program",
         "fuser -v /dev/x"),
        ("Could not open /dev/x, the port is busy or doesn't exist.\n([Errno 2] could not open "
         "port /dev/x: [Errno 2] No such file or directory: '/dev/x')", "no such port",
         "is it plugged in"),
        ("Could not open /dev/x, the port is busy or doesn't exist.\n([Errno 13] could not open "
         "port /dev/x: [Errno 13] Permission denied: '/dev/x')", "no permission", "dialout"),
        ("A fatal error occurred: MD5 of file does not match data in flash!", "reads back",
         "shorter cable"),
        ("serial.serialutil.SerialException: device reports readiness to read but returned no "
         "data (device disconnected or multiple access on port?)", "vanished", "plug it in"),
        ("OSError: [Errno 5] Input/output error", "vanished", "plug it in"),
        ("│ Something new │\n╰───╯\nFor troubleshooting steps visit: x", "Something new", "BOOT"),
        ("", "esptool said nothing", "hold BOOT"),
    ],
)  # fmt: skip
def test_words_of_esptool_lead_to_what_to_try(said, seen, attempt):
    told = trouble.of_esptool("/dev/x", said)
    assert told.seen.startswith("/dev/x: ") and seen in told.seen
    assert attempt in told.attempt
