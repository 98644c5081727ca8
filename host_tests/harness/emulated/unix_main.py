"""The program of the unix target: carries snapshots between the harness's socket and the hands.

Started as ``micropython unix_main.py HOST PORT IMAGE`` in the folder that is the station's store;
IMAGE is the ROMFS image of the application, mounted on /rom as a board does. Each
line from the harness is a JSON object of inputs, each answer a JSON object of outputs. The end of
the stream is a power cut: the process ends without another word.
"""

import gc
import json
import socket
import sys

import vfs


def mount(path: str) -> None:
    """Mount the image; its bytes stay where they are read to, and modules run from there."""
    with open(path, "rb") as image:
        vfs.mount(vfs.VfsRom(image.read()), "/rom")
    gc.collect()
    # Until the station stands: what is kept of the imports must not lie scattered over the heap.
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
        _answer(stream, hands.step(json.loads(text)))


def _start(stream, first):
    import machine

    from chargepoint.run import trace_of
    from hands import Hands

    machine.use(machine.Bench(first["seed"], getattr(machine, first["cause"])))
    machine.current.load(first)
    try:
        from board import build

        hands = Hands(build)
    except Exception as error:
        _answer(stream, {"error": trace_of(error)})
        return None
    gc.threshold(-1)
    _answer(stream, {})
    return hands


def _answer(stream, outputs):
    stream.write(json.dumps(outputs) + "\n")


mount(sys.argv[3])
main(sys.argv[1], int(sys.argv[2]))
