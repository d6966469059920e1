# The one vocabulary: people and CI call these.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= 2
export DVC_NO_ANALYTICS = 1
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: run test test-unit check format lock stage-deps clean help

help:            ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

run: $(STAMP)    ## the whole pipeline on the example, from data to a recorded verdict
	@$(BIN)/ratchet run

test: $(STAMP)   ## the whole suite
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --durations=10 $(TESTS)

test-unit: $(STAMP)  ## the quick tests only
	@$(BIN)/python -m pytest tests/unit -q -n $(WORKERS) -m "not slow"

check: $(STAMP)  ## format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@PYTHONPATH=src:. $(BIN)/lint-imports

format: $(STAMP) ## format and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

stage-deps: $(STAMP)  ## list the sources that each stage reaches in pipeline/sources.json
	@$(BIN)/python -m tests.architecture.stage_sources --write

lock: $(STAMP)   ## compile the hashed locks anew
	@for pair in "--extra dev --extra example pyproject.toml -o requirements.lock" "requirements-bootstrap.in -o requirements-bootstrap.lock" "-c requirements.lock requirements-serving.in -o requirements-serving.lock"; do \
	  $(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 \
	    --custom-compile-command "make lock" -p $(BIN)/python $$pair || exit; done

clean:           ## remove the environment and everything the pipeline wrote
	rm -rf $(VENV) .ratchet data models reports champion certificates mlartifacts mlflow.db

# the interpreter has to be named: without it uv would look for one of its own
$(STAMP): requirements.lock requirements-bootstrap.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "modelratchet needs Python 3.11 or newer; found $$($(PYTHON) --version). Name another: make PYTHON=python3.12"; exit 2; }
	@echo "Making the environment in $(VENV) from requirements.lock"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --require-hashes -r requirements-bootstrap.lock
	@$(BIN)/uv pip install -q --require-hashes -r requirements.lock -p $(BIN)/python --compile-bytecode
	@$(BIN)/uv pip install -q --no-deps --no-build-isolation -e . -p $(BIN)/python
	@touch $@
