# make help lists the commands; the README needs two of them: run and test.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-annotate --no-header

.DEFAULT_GOAL := help
.PHONY: help run test testlong check fix bench screens migration lock clean

help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/run: requirements.lock requirements-registry.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) -r requirements.lock
	@$(PIP) --no-deps -r requirements-registry.lock
	@$(PIP) --no-deps -e .
	@touch $@

.venv/dev: requirements-dev.lock .venv/run
	@$(PIP) -r requirements-dev.lock
	@touch $@

run: .venv/run ## set everything up, load the demonstration, serve on 127.0.0.1 (PORT=8000, HOST=0.0.0.0 for phones nearby)
	@$(BIN)/hailong migrate
	@$(BIN)/hailong demo
	@$(BIN)/hailong serve --host $(HOST) --port $(PORT)

test: .venv/dev ## run the tests, on SQLite and PostgreSQL
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not long"

testlong: .venv/dev ## run those that take long: pages at every size and language, a week offline, Lighthouse, Spark, simulations, the attacker, notebooks
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m long

check: .venv/dev ## style, types, import floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: .venv/dev ## mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: .venv/dev ## measure speed; prints ratios (PART=receiving for one of them)
	@$(BIN)/python -m tests.bench $(PART)

screens: .venv/dev ## picture every screen at phone, tablet and kiosk size into var/screens (PART=kiosk for one of them)
	@$(BIN)/python -m tests.browser.screens var/screens $(PART)

migration: .venv/dev ## write the next migration from the tables (NAME="what changes")
	@$(BIN)/python migrations/write.py "$(NAME)"
	@$(BIN)/ruff check --quiet --fix migrations
	@$(BIN)/ruff format --quiet migrations

lock: .venv/run ## write the lock files, versions kept where they still fit (UPGRADE=--upgrade for the newest)
	@test -x $(BIN)/uv || $(PIP) uv
	@$(LOCK) $(UPGRADE) pyproject.toml -o requirements.lock
	@$(LOCK) $(UPGRADE) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	@$(LOCK) $(UPGRADE) --no-deps requirements-registry.in -o requirements-registry.lock

clean: ## remove the environment and what tools left; the data in var/ and exports/ stay
	@rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .import_linter_cache build *.egg-info
