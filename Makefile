# Qalam. `make help` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
T ?=
SCALE ?= quick

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Qalam needs Python 3.11 or newer: set PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.server: requirements/server.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/server.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.server
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	touch $@

.PHONY: setup run demo test bench lint fix screenshots migration help

setup: $(VENV)/.server ## install what running needs into .venv

run: $(VENV)/.server ## start Qalam on 127.0.0.1:8000 with the example record
	$(BIN)/qalam up --example

demo: $(VENV)/.dev ## watch sites being blocked on a small hostile internet, without a network
	$(BIN)/python -m tests.testbed.demo

test: $(VENV)/.dev lint ## lint, types, contracts and every test (T=path for some)
	$(BIN)/python -m pytest -n auto --maxprocesses 4 $(T)

bench: $(VENV)/.dev ## measure speed beside its peers (SCALE=full for longer)
	$(BIN)/python -m bench --scale $(SCALE)

lint: $(VENV)/.dev ## ruff, mypy and the floors of the house
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(VENV)/.dev ## let ruff mend what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

screenshots: $(VENV)/.dev ## write a picture of every page to screenshots/
	QALAM_SCREENSHOTS=screenshots $(BIN)/python -m pytest -q -m browser

migration: $(VENV)/.dev ## write a migration for a changed model (M="why")
	$(BIN)/alembic revision --autogenerate -m "$(M)"

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20
