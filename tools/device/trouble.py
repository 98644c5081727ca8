"""What went wrong at a serial port, and what to try: no failure ends in a trace."""

import errno
import re

from serial.tools import list_ports


class Trouble(Exception):
    """A step failed: what was seen, and what to try next."""

    def __init__(self, seen: str, attempt: str):
        super().__init__(f"{seen}\n  try: {attempt}")
        self.seen, self.attempt = seen, attempt


_DIALOUT = "sudo usermod -aG dialout $USER, then log out and in (or another cable's device file)"
_BUSY = "end the program that has it open (a monitor, another flash): fuser -v "
_BOOT = (
    "hold BOOT (GPIO0 to ground), press and release EN, let BOOT go, and repeat; some boards have "
    "no circuit that does it by itself; a cable that only charges carries no data"
)
_ERRNO = {
    errno.ENOENT: ("there is no such port", None),
    errno.EACCES: ("no permission to open it", _DIALOUT),
    errno.EPERM: ("no permission to open it", _DIALOUT),
    errno.EBUSY: ("another program has it open", _BUSY),
    errno.EAGAIN: ("another program has it open", _BUSY),
    errno.EIO: ("the device vanished", "plug it in again; a weak supply resets USB, too"),
    errno.ENXIO: ("the device vanished", "plug it in again; a weak supply resets USB, too"),
}
# What esptool says (its words, version 5), and what to try; the first that fits. Of any port that
# it can't open it says that it is busy or doesn't exist, and the system's reason after that.
_ESPTOOL = (
    (r"This chip is (\S+?),? not (\S+?)[.,]", "wrong chip: {0}, not {1}",
     "another BOARD=, or the other port: the board's page names its chip"),
    (r"Wrong boot mode detected", "the chip is not in its boot loader", _BOOT),
    (r"No serial data received|Failed to connect", "the chip does not answer", _BOOT),
    (r"Permission denied", "no permission to open it", _DIALOUT),
    (r"No such file or directory", "there is no such port", None),
    (r"exclusively lock|port is busy", "another program has it open", _BUSY),
    (r"(?i)hash of data verify|MD5 of file does not match|checksum",
     "what was written reads back otherwise", "a shorter cable, a better supply"),
    (r"(?i)disconnected|returned no data|Input/output error", "the device vanished",
     "plug it in again; a weak supply resets USB, too"),
)  # fmt: skip


def of_port(port: str, error: Exception) -> Trouble:
    """Why ``port`` could not be opened or broke off."""
    number = getattr(error, "errno", None) or _number_in(str(error))
    seen, attempt = _ERRNO.get(number, (str(error), f"is it the right port? {ports()}"))
    return Trouble(f"{port}: {seen}", _complete(attempt, port))


def of_esptool(port: str, said: str) -> Trouble:
    """Why esptool ended, from what it said; ``port`` "": of files alone."""
    if not port:
        return Trouble(f"esptool: {_last_words(said)}", "see what it said above, of which file")
    for pattern, seen, attempt in _ESPTOOL:
        found = re.search(pattern, said)
        if found:
            return Trouble(f"{port}: {seen.format(*found.groups())}", _complete(attempt, port))
    return Trouble(f"{port}: {_last_words(said)}", _BOOT)


def ports() -> str:
    """The serial ports that there are, in words."""
    found = [f"{port.device} ({port.description})" for port in list_ports.comports()]
    return "here are " + ", ".join(found) if found else "this computer has no serial port now"


def _last_words(said):
    """Without the frame that esptool draws, and the address of its help."""
    lines = [line.strip("╭╮╰╯│─ ") for line in said.splitlines()]
    lines = [line for line in lines if line and "troubleshooting" not in line]
    return lines[-1] if lines else "esptool said nothing"


def _complete(attempt, port):
    if attempt is None:
        return f"is it plugged in, and PORT= right? {ports()}"
    return attempt + port if attempt is _BUSY else attempt


def _number_in(text):
    found = re.search(r"\[Errno (\d+)\]", text)
    if found:
        return int(found.group(1))
    if "exclusively lock" in text:
        return errno.EBUSY
    return errno.EIO if "returned no data" in text else None
