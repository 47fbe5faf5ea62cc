# Everything a person or CI does with this checkout; `make` alone lists it.

PORT ?= 8000
HOST ?= 127.0.0.1
export PORT HOST
# Without byte code each of the hundreds of processes of the tests would compile the world again: half of its start.
unexport PYTHONDONTWRITEBYTECODE
UV_VERSION := 0.13.9
UV := $(shell command -v uv || echo .tools/bin/uv)
PYTHON := .venv/bin/python
PYTEST := .venv/bin/pytest -n 2 --dist loadfile
MUTANTS ?= 60
# Rooms that know no record: their tests need not even be looked at for another database.
PURE := analytics assistant intake questionnaire text warehouse
DEMO_HOME ?= $(CURDIR)/var/demo
# Real public data for tests and benchmarks; what needs it is skipped where it is not.
CANDOR_DATA ?= $(shell cd ../shared/data 2>/dev/null && pwd)
export CANDOR_DATA
FRONTEND := $(shell find frontend -type f 2>/dev/null) package-lock.json vite.config.ts tsconfig.json
BUILT := src/candor/web/static/build/manifest.json

.PHONY: help setup demo serve check lint types contracts templates frontend-check migrations test test-all \
        test-postgres test-spark browser-tools postgres-tools spark-tools bench mutants pictures translations docs wheel lock clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: .venv/.done $(BUILT)  ## install what is needed and build the assets

demo: setup  ## start Candor with a simulated lender (PORT=8123 make demo)
	@CANDOR_HOME=$(DEMO_HOME) $(PYTHON) -m candor.cli demo --host $(HOST) --port $(PORT)

serve: setup  ## start the workspace in CANDOR_HOME
	@$(PYTHON) -m candor.cli serve --host $(HOST) --port $(PORT)

check: lint types contracts templates migrations frontend-check  ## everything that needs no running product

lint: .venv/.done
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: .venv/.done
	.venv/bin/mypy

contracts: .venv/.done
	.venv/bin/lint-imports

templates: .venv/.done
	.venv/bin/djade --target-version 5.2 --check $$(git ls-files 'src/*.html')

migrations: .venv/.done
	$(PYTHON) -W ignore -m django makemigrations --check --dry-run --settings candor.web.settings

frontend-check: node_modules/.done
	npm run check

test: setup browser-tools  ## the tests, with a real browser
	$(PYTEST) -m "not slow and not spark"

test-all: setup browser-tools  ## the tests and the complete sweeps
	$(PYTEST) -m "not spark"

test-postgres: setup postgres-tools  ## every test that touches the record once more, on PostgreSQL; a browser drives the same pages on either
	$(PYTHON) -m tests.postgres $(PYTEST) $(addprefix --ignore tests/,$(PURE)) -m "(record or server) and not anywhere and not slow and not browser"

browser-tools:
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq \
	  && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } \
	  || { echo "The browser tests need Chromium: apt-get install chromium"; exit 1; }

test-spark: setup spark-tools  ## every named query on DuckDB and on a small Spark cluster: the same to the last digit
	.venv/bin/pytest -m spark

postgres-tools:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq \
	  && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null; } \
	  || { echo "These tests need PostgreSQL: apt-get install postgresql"; exit 1; }

spark-tools: .venv/.spark
	@command -v java >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq \
	  && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq openjdk-17-jre-headless >/dev/null; } \
	  || { echo "Spark needs Java: apt-get install openjdk-17-jre-headless"; exit 1; }

.venv/.spark: requirements-spark.lock .venv/.done
	$(UV) pip install --quiet --require-hashes -r requirements-spark.lock
	@touch $@

# What the benchmarks share: no benchmarks by themselves.
BENCHMARKS := $(filter-out bench/event_logs.py bench/memory.py,$(sort $(wildcard bench/*.py)))
bench: setup spark-tools  ## the benchmarks, one after another, each to its end; those that failed are named last
	@failed=; for file in $(BENCHMARKS); do echo; echo "== $$file"; $(PYTHON) $$file || failed="$$failed $$file"; done; \
	  [ -z "$$failed" ] || { echo; echo "These did not go through:$$failed"; exit 1; }

mutants: .venv/.done  ## whether the tests of the scores notice a changed line (MUTANTS=200 make mutants)
	@$(PYTHON) -m tests.mutants --most $(MUTANTS)

translations:  ## build the catalogues of the answering pages from their .po files (needs gettext)
	@for file in src/candor/apps/*/locale/*/LC_MESSAGES/django.po; do msgfmt --check-format -o $${file%.po}.mo $$file; done

pictures: .venv/.done  ## draw the pictures of the methods' pages again
	@$(PYTHON) -m docs.pictures.draw

docs: .venv/.done  ## the documentation site, into site/
	.venv/bin/mkdocs build --strict --quiet

wheel: .venv/.done  ## a wheel that carries the built assets, into dist/
	$(UV) build --quiet

lock: $(UV)  ## pin every Python package with its hash
	$(UV) pip compile pyproject.toml --group dev --extra postgres --universal --generate-hashes \
	  --no-emit-index-url --no-header --quiet -o requirements.lock
	$(UV) pip compile pyproject.toml --extra spark --constraint requirements.lock --universal --generate-hashes \
	  --no-emit-index-url --no-header --quiet -o requirements-spark.lock

clean:  ## remove what was built and installed, keep workspaces
	rm -rf .venv .tools node_modules dist site $(dir $(BUILT))

.tools/bin/uv:
	@python3 -m pip --version >/dev/null 2>&1 || { [ "$$(id -u)" = 0 ] && apt-get update -qq \
	  && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-pip >/dev/null; } \
	  || { echo "Candor's set-up needs pip: apt-get install python3-pip"; exit 1; }
	python3 -m pip install --quiet --disable-pip-version-check --target .tools uv==$(UV_VERSION)

.venv/.done: requirements.lock pyproject.toml | $(filter .tools/bin/uv,$(UV))
	@test -d .venv || $(UV) venv --quiet .venv
	$(UV) pip install --quiet --require-hashes -r requirements.lock
	$(UV) pip install --quiet --no-deps -e .
	@touch $@

node_modules/.done: package-lock.json
	@node --version >/dev/null 2>&1 || { echo "Building the interface needs Node.js 20 or newer."; exit 1; }
	npm ci --silent --no-audit --no-fund
	@touch $@

$(BUILT): $(FRONTEND) | node_modules/.done
	npm run --silent build
	@touch $@
