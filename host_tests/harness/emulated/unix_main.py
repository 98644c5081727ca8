"""The program of the unix target: carries snapshots between the harness's socket and the hands.

Started as ``micropython unix_main.py HOST PORT IMAGE`` in the folder that is the station's store;
IMAGE is the ROMFS image of the application, mounted on /rom as a board does. Each
line from the harness is a JSON object of inputs, each answer a JSON object of outputs. The end of
the stream is a power cut: the process ends without another word.

With "heap" among the inputs, "heap" of the outputs tells the bytes in use after the step, garbage
included; the facts then tell "heap" too: bytes after the imports, and alive now. The image, which
lies in flash on a board, is not counted.
"""

import gc
import json
import socket
import sys

import vfs

_heap = {}


def mount(path: str) -> None:
    """Mount the image; its bytes stay where they are read to, and modules run from there."""
    with open(path, "rb") as file:
        image = file.read()
    _heap["image"] = len(image)
    vfs.mount(vfs.VfsRom(image), "/rom")
    gc.collect()
    # What is kept of the imports must not lie scattered over the heap; the loop sets its own.
    gc.threshold(8192)


def main(host: str, port: int) -> None:
    """Serve steps until the harness goes away."""
    line = socket.socket()
    line.connect(socket.getaddrinfo(host, port)[0][-1])
    stream = line.makefile("rwb")
    hands = _start(stream, json.loads(stream.readline()))
    while hands is not None:
        text = stream.readline()
        if not text:
            return
        inputs = json.loads(text)
        outputs = hands.step(inputs)
        if "heap" in inputs:
            _tell_heap(outputs)
        _answer(stream, outputs)


def _tell_heap(outputs):
    outputs["heap"] = _used()
    if "facts" in outputs:
        gc.collect()
        outputs["facts"]["heap"] = {"imported": _heap["imported"], "live": _used()}


def _used():
    return gc.mem_alloc() - _heap["image"]


def _start(stream, first):
    import machine

    from chargepoint.run import trace_of
    from hands import Hands

    machine.use(machine.Bench(first["seed"], getattr(machine, first["cause"])))
    machine.current.load(first)
    try:
        from board import build

        gc.collect()
        _heap["imported"] = _used()
        hands = Hands(build)
    except Exception as error:
        _answer(stream, {"error": trace_of(error)})
        return None
    _answer(stream, {})
    return hands


def _answer(stream, outputs):
    stream.write(json.dumps(outputs) + "\n")


mount(sys.argv[3])
main(sys.argv[1], int(sys.argv[2]))
