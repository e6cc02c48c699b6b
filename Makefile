# Everything that is done with this tree. `make help` lists it.
# Needed beforehand: Python 3.11 or newer and make. Whatever else is needed goes into .venv.

PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
DAY := examples/day

# SYSTEM=no keeps `make test` from installing system packages; tests that need them are then not run.
SYSTEM ?= yes
export SYSTEM

.DEFAULT_GOAL := help
.PHONY: help install run day test test-training check check-format check-lint check-types check-imports check-docs docs bench train-audio bench-audio clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | while IFS='|' read -r target text; do \
		printf '  %-20s %s\n' "$$target" "$$text"; done

install: $(VENV)/.base $(VENV)/.server ## all that the commands need (server and listening too), and start nothing

run: $(VENV)/.base $(VENV)/.server ## install, then run the server with an invented company until Ctrl-C
	$(BIN)/callwitness up --demo --data build/demo

day: $(VENV)/.base ## install, then check the bundled day and say where the report is
	$(BIN)/callwitness check \
		provider=$(DAY)/provider.csv \
		office=$(DAY)/Master.csv office=$(DAY)/queue_log office=$(DAY)/cel.csv \
		contractor=$(DAY)/contractor \
		--config $(DAY)/callwitness.toml --lang en --out build/day --force

test: $(VENV)/.test ## all tests; on Debian installs the real servers first (SYSTEM=no: leaves the system alone)
	@tests/system-packages
	$(BIN)/python -m pytest

test-training: $(VENV)/.test $(VENV)/.train ## tests of what learns the models of hearing (training/)
	@$(BIN)/python -m pytest training

check: check-format check-lint check-types check-imports check-docs ## format, lint, types, contracts, docs

check-format: $(VENV)/.check
	@echo "check format: ruff format"
	@$(BIN)/ruff format --check .

check-lint: $(VENV)/.check
	@echo "check lint: ruff check"
	@$(BIN)/ruff check .

check-types: $(VENV)/.check
	@echo "check types: mypy"
	@$(BIN)/mypy

check-imports: $(VENV)/.check
	@echo "check contracts: import-linter"
	@$(BIN)/lint-imports

check-docs: $(VENV)/.docs $(VENV)/.test
	@echo "check docs: links, tables, options"
	@$(BIN)/mkdocs build --strict --quiet
	@$(BIN)/python -m pytest --quiet tests/docs

docs: $(VENV)/.docs ## build the documentation site, checking its links
	@$(BIN)/mkdocs build --strict --quiet
	@echo "Documentation: build/site/index.html"

bench: $(VENV)/.bench ## run every script of benchmarks/ (docs/benchmarks.md)
	@set -e; for script in $$(grep -l '^def main' benchmarks/*.py); do \
		echo "bench $$script"; $(BIN)/python "$$script"; done

# Recordings with labels.jsonl to learn from (docs/develop/label-and-retrain.md); own ones: CORPORA="../calls ../more"
CORPORA ?= ../shared/audio/open

train-audio: $(VENV)/.train ## learn the models of hearing from labelled recordings (CORPORA=...)
	nice $(BIN)/python -m training.fit $(addprefix --corpus ,$(CORPORA))

bench-audio: $(VENV)/.base $(VENV)/.server ## score hearing on labelled recordings, beside simple rules (CORPORA=...)
	@$(BIN)/python benchmarks/audio.py $(addprefix --corpus ,$(CORPORA))

clean: ## remove what was built; .venv stays
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Callwitness needs Python 3.11 or newer: none found. Name one: make run PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python could not make .venv. On Debian and Ubuntu: apt install python3-venv"; rm -rf $(VENV); exit 1; }

$(VENV)/.base: requirements/base.txt pyproject.toml | $(BIN)/python
	@echo "Installing what Callwitness needs into $(VENV) (about 60 MB to fetch, once)"
	@$(PIP) --require-hashes -r requirements/base.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.%: requirements/%.txt $(VENV)/.base
	@echo "Installing requirements/$*.txt into $(VENV)"
	@$(PIP) --require-hashes -r $<
	@touch $@

# Types and contracts are checked over the tests too, so their libraries must be there.
$(VENV)/.check: $(VENV)/.test
