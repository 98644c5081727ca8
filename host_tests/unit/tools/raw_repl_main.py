"""MicroPython: the raw REPL of a board, served on standard input and output by the unix port.

`micropython raw_repl_main.py EMULATED LEVEL STORE`: EMULATED holds the emulated ``machine``; the
file LEVEL says what is at the pads ("pad mV noise_mv") before each command; paths that begin with
/store are those of the folder STORE. As on a board, code ends with ctrl-D; there is no raw paste.
"""

import sys

sys.path.insert(0, sys.argv[1])

import machine  # noqa: E402

BANNER = "\r\nraw REPL; CTRL-B to exit\r\n>"
names = {}


def level():
    with open(sys.argv[2]) as file:
        pad, mv, noise_mv = [int(word) for word in file.read().split()]
    machine.current.load({"a": [[pad, mv, mv, 10000, noise_mv]]})


def carry_out(code):
    """OK, what it prints, ctrl-D, its traceback, ctrl-D, the next prompt."""
    sys.stdout.write("OK")
    trace = ""
    try:
        level()
        exec(code.replace("/store", sys.argv[3]), names)
    except Exception as error:
        trace = type(error).__name__ + ": " + str(error) + "\r\n"
    if machine.current.reset_wish:
        raise SystemExit
    sys.stdout.write("\x04" + trace + "\x04>")


def serve():
    read = sys.stdin.buffer.read
    code = b""
    while True:
        byte = read(1)
        if not byte:
            return
        if byte == b"\x01":
            code = b""
            sys.stdout.write(BANNER)
        elif byte == b"\x05" and read(2) == b"A\x01":
            sys.stdout.write("R\x00")
        elif byte == b"\x04":
            carry_out(code.decode())
            code = b""
        elif byte not in (b"\r", b"\x03"):
            code += byte


serve()
