# Everything a newcomer needs: `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
DATA := $(if $(KB_DATA_DIR),$(KB_DATA_DIR),instance)
PYTEST := $(BIN)/python -m pytest
# Tests keep their files in memory where a gigabyte of it is to be had, and wait for no disk.
ROOM := $(shell df --output=avail /dev/shm 2>/dev/null | tail -n 1)
MEMORY := $(if $(shell test -w /dev/shm && test "$(ROOM)" -gt 1000000 && echo yes),TMPDIR=/dev/shm)

# Compiling the site and its tests takes longer than starting them; each process would do it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run test lint test-sqlite test-postgres chromium bench screenshots fmt lock clean

help: ## Say what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 20

setup: $(READY) ## Make .venv with the locked packages

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Sidekick needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

run: $(READY) ## Start the site at http://127.0.0.1:5000, with an example community on the first start
	@test -d "$(DATA)" || { $(BIN)/kb migrate && $(BIN)/kb demo --if-empty; }
	@exec $(BIN)/kb serve

test: ## The whole gate
	@$(MAKE) --no-print-directory --jobs=2 setup chromium
	@$(MAKE) --no-print-directory --jobs=2 lint test-sqlite
	@$(MAKE) --no-print-directory test-postgres

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test-sqlite: $(READY)
	$(MEMORY) $(PYTEST) -n 3

test-postgres: $(READY)
	KB_TEST_DATABASE=postgres $(MEMORY) $(PYTEST) -n 3 -m "not browser"

# Browser tests use Debian's Chromium. Where it cannot be installed, they say that they are skipped.
chromium:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Installing Chromium for the browser tests"; \
			apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; \
		else echo "Chromium is not installed, so browser tests will be skipped. Install it with: sudo apt-get install chromium"; fi; }

bench: $(READY) ## Measure pages and search side by side with bare ones
	$(BIN)/python -m bench.pages

screenshots: $(READY) chromium ## Make the README's pictures from a fresh example site
	$(BIN)/python -m bench.screenshots

fmt: $(READY) ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(READY) ## Write requirements.lock anew from pyproject.toml (needs uv on the PATH)
	uv pip compile pyproject.toml --extra dev --generate-hashes --universal --python-version 3.11 --no-annotate --no-header --no-emit-index-url --quiet --output-file requirements.lock

clean: ## Take away what make made, the site's data aside
	rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
