# make demo    everything it takes, then the four jobs against simulated payers        make test    everything it takes, then the quick tests
.DEFAULT_GOAL := help
.PHONY: help setup browser test-tools demo test test-all coverage lint format bench lock wheel clean

PY := .venv/bin/python
BOOT := sh tools/bootstrap.sh
COVERAGE_MIN ?= 90
TESTS ?= tests
WORKERS ?= -n 4 --dist loadfile --no-loadscope-reorder
# What is marked deep is a further case of what a quick run tests already (docs/adr/0011); test-all takes everything.
DEPTH = -m 'not deep'
# A run of all quick tests leaves its duration to make bench.
REPORT = $(if $(filter tests,$(TESTS)),--junitxml=build/tests.xml)

help:
	@sed -n '1s/^# //p' Makefile
	@echo 'make setup | browser | test-tools | demo | test | test-all [TESTS=tests/test_x.py] | coverage | lint | format | bench | lock | wheel | clean'

setup:
	@$(BOOT) setup

browser: setup
	@$(BOOT) browser

test-tools:
	@$(BOOT) test-tools

demo: browser
	@$(BOOT) run $(PY) examples/demo.py

# What fails beside the other workers is tried once more alone: several browsers on a small machine can be too slow for each other.
PYTEST = $(BOOT) run $(PY) -m pytest
TRACED =
test: browser test-tools
	$(PYTEST) $(TESTS) $(DEPTH) $(WORKERS) $(REPORT) $(TRACED) || \
		$(PYTEST) $(TESTS) $(DEPTH) --last-failed --last-failed-no-failures none $(if $(TRACED),$(TRACED) --cov-append)

test-all: DEPTH =
test-all: REPORT =
test-all: test

# The quick tests, traced in every process: that takes about half as long again.
coverage: TRACED = --cov --cov-report=
coverage: REPORT =
coverage: test
	$(PY) -m coverage report $(if $(filter tests,$(TESTS)),--fail-under=$(COVERAGE_MIN))

lint: setup
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: setup
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: browser test-tools
	@$(BOOT) run $(PY) -m tests.bench

# The lock names no registry: no index or file addresses in it.
lock: setup
	@test -x .venv/bin/uv || $(PY) -m pip install --quiet uv
	.venv/bin/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --quiet -o requirements.lock

wheel: setup
	$(PY) -m build --wheel --no-isolation

clean:
	rm -rf dist build htmlcov demo-out out .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
