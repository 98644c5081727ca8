"""What the interpreter starts: build this board's device and run it."""

from board import build
from chargepoint.run import run

run(build)
