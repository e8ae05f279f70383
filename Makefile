# Two commands on a fresh machine: `make book` and `make test`. Nothing else to install.
# PYTHON names another Python (3.11 or newer), JOBS how many chapters run at a time.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for name in python3.12 python3.13 python3.11 python3; do \
	command -v $$name >/dev/null 2>&1 && $$name -c 'import sys, venv, ensurepip; \
	sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
TRIAL ?= data/alms
PORT ?= 8000
# Tests run on all cores, on four at most: tests/conftest.py keeps together what belongs together.
PYTEST := $(BIN)/python -m pytest -q -n logical --maxprocesses 4

.PHONY: help book serve pair lock test test-all lint clean

help:
	@echo "make book      build the book of data/alms (TRIAL=data/gbsg2 for another, PDF=1 a PDF, too)"
	@echo "make serve     read it at http://localhost:$(PORT)"
	@echo "make test      check style, pairs and types, and run the tests (at most ten minutes)"
	@echo "make test-all  the slow tests, too"
	@echo "make pair      write the chapters' .ipynb twins"
	@echo "make lock      write requirements.lock: the versions of requirements.txt, with hashes"
	@echo "make clean     remove what was built, and $(VENV)"

book: $(VENV)/.book
	@$(BIN)/trialbook build $(TRIAL) $(if $(JOBS),--jobs $(JOBS)) $(if $(PDF),--pdf)

serve: book
	@$(BIN)/trialbook serve $(TRIAL) --port $(PORT)

pair: $(VENV)/.book
	@$(BIN)/trialbook pair

# uv resolves for every platform at once; install it with pip.
lock:
	@grep -v '^-e' requirements.txt | uv pip compile -q - --generate-hashes --universal \
		--python-version 3.11 --no-annotate --custom-compile-command "make lock" \
		-o requirements.lock

test: lint $(VENV)/.types
	@$(PYTEST) -m "not slow"
	@echo "Left out: the slow tests (make test-all), and what is listed as SKIPPED above."

test-all: lint $(VENV)/.types
	@$(PYTEST) --hypothesis-profile long

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/trialbook pair --check

# Types of the public face; some seconds, so again only where a module changed.
$(VENV)/.types: $(VENV)/.dev pyproject.toml $(shell find trialbook -name '*.py')
	@$(BIN)/pyright
	@touch $@

clean:
	rm -rf _build $(VENV) *.egg-info .pytest_cache .ruff_cache .hypothesis

# A stamp per set of requirements: installing again costs nothing while they stay the same.
$(VENV)/.book: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.book
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer, with venv, is needed: \
	install it, or say make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is too \
	old: Python 3.11 or newer is needed"; exit 1; }
	$(PYTHON) -m venv $(VENV)
