# One target a job; each makes what it needs. VENV=.venv names the virtual environment, PYTHON the interpreter to make it with.
VENV ?= .venv
PYTHON ?=
NAME ?= all
export VENV PYTHON

.PHONY: help install demo demo-triage test check bench docs clean
.DEFAULT_GOAL := help

help:
	@echo "make install | demo | demo-triage | test | check | bench [NAME=journal] | docs | clean"

install: $(VENV)/.installed

demo: $(VENV)/.installed
	@scripts/demo

demo-triage: $(VENV)/.installed
	@scripts/demo triage

test: $(VENV)/.installed-dev
	@scripts/test

check: $(VENV)/.installed-dev
	@scripts/check

bench: $(VENV)/.installed-dev
	@scripts/bench $(NAME)

docs: $(VENV)/.installed-dev
	@scripts/docs

clean:
	rm -rf "$(VENV)" .coverage* .hypothesis examples/*/.vouch

$(VENV)/.installed: pyproject.toml constraints.txt scripts/install
	@scripts/install

$(VENV)/.installed-dev: pyproject.toml constraints.txt scripts/install
	@scripts/install dev
