# make help lists the commands; the README needs two of them: run and test.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test check fix bench migration lock clean

help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/run: requirements.lock requirements-registry.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements-registry.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/dev: requirements-dev.lock .venv/run
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@

run: .venv/run ## set everything up, load the demonstration, serve on 127.0.0.1 (PORT=8000, HOST=0.0.0.0 for phones nearby)
	@$(BIN)/hailong migrate
	@$(BIN)/hailong demo
	@$(BIN)/hailong serve --host $(HOST) --port $(PORT)

test: .venv/dev ## run all tests, on SQLite and PostgreSQL
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

check: .venv/dev ## style, types, import floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: .venv/dev ## mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: .venv/dev ## measure speed; prints ratios
	@$(BIN)/python -m tests.bench

migration: .venv/dev ## write a migration from the tables (NAME="what changes")
	@$(BIN)/python migrations/write.py "$(NAME)"

clean: ## forget the embedded database, snapshots and the environment
	@rm -rf .venv var exports
