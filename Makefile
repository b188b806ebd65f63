# Everything a newcomer needs: `make run` and `make test`. Each target sets up what it uses.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
# uv from the machine if it is there, else one of our own beside the checkout's environment.
UV := $(shell command -v uv 2>/dev/null || echo .cache/uv/bin/uv)
export UV_LINK_MODE ?= copy
# Compiled once at the installation: else the first run of each command, and each one where writing
# bytecode is switched off, compiles every library again.
export UV_COMPILE_BYTECODE ?= 1
export UV_PROJECT_ENVIRONMENT := $(VENV)
export VIRTUAL_ENV := $(CURDIR)/$(VENV)

help: ## Show this list.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-16s %s\n", $$1, $$2}'

.cache/uv/bin/uv:
	@$(PYTHON) -m venv .cache/uv
	@.cache/uv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt

$(VENV)/bin/python: | $(filter .cache/uv/bin/uv,$(UV))
	@$(UV) venv --quiet --python $(PYTHON) $(VENV)

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | $(VENV)/bin/python
	@$(UV) pip install --quiet --require-hashes -r requirements/runtime.txt
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@$(UV) pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

install: $(VENV)/.runtime ## Install fengsui into .venv from the lock file (no Airflow, no torch).

install-dev: $(VENV)/.dev ## The same, with what lint, test, train and bench need.

install-train: requirements/train.txt | $(filter .cache/uv/bin/uv,$(UV)) ## What training the encoder needs (PyTorch, gigabytes), in .venv-train.
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv-train
	@VIRTUAL_ENV=$(CURDIR)/.venv-train $(UV) pip install --quiet --require-hashes -r requirements/train.txt
	@VIRTUAL_ENV=$(CURDIR)/.venv-train $(UV) pip install --quiet --no-deps --no-build-isolation --editable .

run: install ## Replay the sample crisis through the whole chain: no key, no server.
	@$(BIN)/fengsui demo
	@if [ -t 0 ] && [ -t 1 ]; then exec $(BIN)/fengsui serve --past --config .cache/demo/fengsui.toml; fi

page: install ## The page on 127.0.0.1:8420 with the sample crisis, until Ctrl-C (CONFIG=fengsui.toml: yours).
	@exec $(BIN)/fengsui serve $(if $(CONFIG),--config $(CONFIG),--sample)

airflow: install-dev ## Airflow on 127.0.0.1 with the sample playing, until Ctrl-C (CONFIG=fengsui.toml: yours).
	@PYTHONPATH=dags exec $(BIN)/python -m fengsui_airflow.local.standalone $(if $(CONFIG),--config $(CONFIG))

test: install-dev ## Run all tests but those that take minutes.
	@$(BIN)/python -m tests.servers.elasticsearch.server --fetch || true
	@$(BIN)/python -m pytest -n auto -m "not distributed and not slow"

test-distributed: install-dev ## Airflow with PostgreSQL, Redis and two workers, one of which is killed.
	@$(BIN)/python -m pytest -n 0 -s -m distributed

test-slow: install-dev ## Run also the tests that take minutes (a cluster that loses a node).
	@$(BIN)/python -m tests.servers.elasticsearch.server --fetch || true
	@$(BIN)/python -m pytest -n 0 -m slow

soak: install-dev ## A run under load, faults and kills (MINUTES=60 RATE=100), then everything accounted for.
	@$(BIN)/python -m tests.soak --minutes $(or $(MINUTES),60) --rate $(or $(RATE),100)

fuzz: install-dev ## Fuzz the parsers, guided by coverage (SECONDS=600).
	@$(UV) pip install --quiet --require-hashes -r requirements/fuzz.txt
	@$(BIN)/python -m tests.listeners.fuzz --seconds $(or $(SECONDS),600)

elasticsearch: install-dev ## Serve Elasticsearch at 127.0.0.1 (PORT=9200 DATA=folder) until Ctrl-C.
	@$(BIN)/python -m tests.servers.elasticsearch.server --port $(or $(PORT),9200) $(if $(DATA),--data $(DATA))

lint: install-dev ## ruff, mypy --strict, import-linter.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/ruff check --preview --select AIR dags
	@export PYTHONPATH=dags; $(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

format: install-dev ## Rewrite the code in the house style.
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: install-dev ## Measure each part beside its alternative, as ratios.
	@$(BIN)/python -m benchmarks

lock: ## Compile the lock files again from pyproject.toml.
	$(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet \
		--python-version 3.11 pyproject.toml --extra build -o requirements/runtime.txt
	$(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet \
		--python-version 3.11 pyproject.toml --extra build --extra dev --extra train --extra bench \
		--extra postgresql --extra airflow -c requirements/runtime.txt -o requirements/dev.txt
	$(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet \
		--python-version 3.11 pyproject.toml --extra build --extra postgresql --extra airflow \
		-c requirements/dev.txt -o requirements/airflow.txt
	$(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet \
		--python-version 3.11 pyproject.toml --extra build --extra torch --extra bench \
		-c requirements/dev.txt -o requirements/train.txt
	echo 'atheris==3.0.0' | $(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-header \
		--quiet --python-version 3.11 - -o requirements/fuzz.txt
	echo 'uv==0.13.9' | $(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-header \
		--quiet --python-version 3.11 - -o requirements/uv.txt

clean: ## Remove the environment and everything that was built or cached here.
	rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

.PHONY: help install install-dev install-train run page airflow test test-distributed test-slow soak fuzz elasticsearch lint format bench lock clean
