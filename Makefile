# Two commands do everything: `make run` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= var/demo
PORT ?= 8000
HOST ?= 127.0.0.1

.PHONY: help setup dev web models run test check check-server check-web format bench clean browser openapi

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Deskhand needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12")'
	@echo "Installing the Python environment (about a minute)…"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-for-tests: $(VENV)/.installed requirements-dev.txt
	@echo "Installing what the tests need…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r requirements-dev.txt
	@touch $@

web/node_modules/.installed: web/package.json web/package-lock.json
	@command -v npm >/dev/null || { echo "Deskhand needs Node.js 20 or newer to build its web client: install it, then try again."; exit 1; }
	@echo "Installing the web client's packages…"
	@cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

src/deskhand/web_client/index.html: web/node_modules/.installed $(shell find web/src web/public web/index.html web/*.ts web/*.json -type f 2>/dev/null)
	@echo "Building the web client…"
	@cd web && npm run --silent build
	@rm -rf src/deskhand/web_client && cp -r web/dist src/deskhand/web_client
	@touch $@

setup: $(VENV)/.installed ## Python environment
dev: $(VENV)/.installed-for-tests ## The same, with what the tests and checks need
web: src/deskhand/web_client/index.html ## Build the web client
models: setup ## Fetch or convert the embedding model (cached)
	@$(BIN)/deskhand models prepare

run: setup web models ## Set everything up and serve the demo
	@$(BIN)/deskhand demo --data-dir $(DATA) --host $(HOST) --port $(PORT)

browser: ## Install a Chromium for the browser tests where that can be done
	@scripts/install_browser.sh

# No worker takes the place of one that was ended: sharing out again what it left can stand still.
test: dev web models browser check ## Set everything up and run every test
	@cd web && npm test --silent
	@rm -f .coverage .coverage.*
	@limit=; \
	$(if $(TEST_MINUTES),timeout --signal=ABRT $(TEST_MINUTES)m) $(BIN)/coverage run -m pytest -n auto --maxprocesses 8 --dist loadfile --max-worker-restart 0 || { \
	  [ $$? -le 5 ] || { limit=--fail-under=0; echo "The run was broken off, and with it what it counted of coverage."; }; \
	  echo "Once more, one after the other, what has not passed: what fails again is red."; \
	  $(BIN)/coverage run -m pytest --rest; } && \
	$(BIN)/coverage combine --quiet && $(BIN)/coverage report $$limit

check: dev ## Format, lint, types, imports, shape (under a minute)
	@$(MAKE) --no-print-directory --jobs=2 check-server check-web

check-server:
	@$(BIN)/ruff format --check --quiet src tests bench scripts
	@$(BIN)/ruff check --quiet src tests bench scripts
	@$(BIN)/lint-imports --config pyproject.toml --no-logo >/dev/null || $(BIN)/lint-imports --config pyproject.toml
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/python -m pytest -q tests/house

check-web:
	@if [ -e web/node_modules/.installed ]; then cd web && npm run --silent lint && npm run --silent typecheck; fi

format: dev ## Format and mend what can be mended
	@$(BIN)/ruff format --quiet src tests bench scripts
	@$(BIN)/ruff check --fix --quiet src tests bench scripts

openapi: dev ## Write openapi.json and the web client's types from it
	@$(BIN)/deskhand openapi > web/openapi.json
	@cd web && npm run --silent types

bench: setup models ## Run the benchmarks (figures: bench/README.md)
	@$(BIN)/python bench/run.py

clean: ## Remove what was built
	rm -rf $(VENV) web/node_modules web/dist src/deskhand/web_client var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage .coverage.*
