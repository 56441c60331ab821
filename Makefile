# Needs make and a Python >= 3.11 that can make virtual environments; installs everything else into .venv.

ifndef PYTHON
PYTHON := $(shell for python in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	"$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& echo "$$python" && break; done)
endif

BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PYTEST_ARGS ?= -n 2 --dist loadscope

.PHONY: help demo test lint sample bench clean
.DEFAULT_GOAL := help

help:
	@echo "make demo    run xlcrm on the sample team's folder; the result is in xlcrm-demo/"
	@echo "make test    ruff, mypy and all tests (those that need LibreOffice or PostgreSQL are skipped without it)"
	@echo "make lint    ruff and mypy alone"
	@echo "make sample  make sample_workbooks/ anew"
	@echo "make bench   time merging against loops with pandas; folders in benchmarks/.work/"
	@echo "make clean   remove .venv, xlcrm-demo/ and caches"

.venv/.installed: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { \
		echo "No Python >= 3.11 with venv and ensurepip was found." >&2; \
		echo "Install one (on Debian and Ubuntu: apt-get install python3 python3-venv)," >&2; \
		echo "or name it: make PYTHON=/path/to/python3.12 ..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "$(PYTHON) does not run, or is older than Python 3.11." >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' || { \
		echo "$(PYTHON) lacks venv or ensurepip; on Debian and Ubuntu: apt-get install python3-venv" >&2; \
		exit 1; }
	"$(PYTHON)" -m venv --clear .venv
	@# Modules are compiled as they are first loaded: all of them at once takes longer than all the rest.
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt -e '.[dev]'
	@touch $@

demo: .venv/.installed
	$(BIN)/xlcrm demo

lint: .venv/.installed
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy

test: lint
	$(BIN)/python -m pytest $(PYTEST_ARGS)

sample: .venv/.installed
	$(BIN)/python scripts/make_sample.py

bench: .venv/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv xlcrm-demo dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find xlcrm tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
