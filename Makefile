# make run and make test work on a fresh machine with Python 3.11 or newer and make.
.PHONY: setup setup-run run test lint bench lock words data docs clean
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

setup: $(VENV)/.dev

# What running needs: the locked packages, hashes checked, and geosocial itself from this checkout.
$(VENV)/.run: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("geosocial needs Python 3.11 or newer; this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.bench: requirements/bench.txt $(VENV)/.dev
	$(PIP) install --require-hashes -r requirements/bench.txt
	@touch $@

run: $(VENV)/.run
	$(BIN)/geosocial run

test: $(VENV)/.dev
	$(BIN)/python -m pytest

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python scripts/words.py --check

# Peers in an environment of their own: DuckDB as old as its spatial extension, pandana with HDF5.
$(VENV)/.peers: requirements/peers.txt
	$(PYTHON) -m venv $(VENV)/peers
	$(VENV)/peers/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/peers.txt
	@touch $@

# make bench PARTS="join access" for some of them; python -m benchmarks --list names them.
bench: $(VENV)/.bench $(VENV)/.peers
	$(BIN)/python -m benchmarks $(PARTS)

# Compile the French catalogue after a change of a .po file.
words: $(VENV)/.dev
	$(BIN)/python scripts/words.py

# Build the embedded study again from plotly's package data and ../shared (never needed to run geosocial).
data: $(VENV)/.dev
	$(BIN)/python scripts/build_montreal.py

# The documentation in both languages, offline: open docs/_build/index.html.
docs: $(VENV)/.dev
	$(BIN)/python -m scripts.docs

# Locks with hashes for every platform and Python from 3.11 on, without any registry's address.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml requirements/build.in -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -c requirements/run.txt --extra dev --extra docs pyproject.toml requirements/build.in -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -c requirements/dev.txt --extra dev --extra docs --extra bench pyproject.toml requirements/build.in -o requirements/bench.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate requirements/peers.in -o requirements/peers.txt

clean:
	rm -rf $(VENV) dist build docs/_build
