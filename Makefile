# Two commands on a fresh machine do everything: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: demo test lint types check docs bench system clean

demo: $(VENV)/.installed-core ## build a copy of examples/quickstart with the embedded provider
	@test -d demo || { mkdir demo && cp -R examples/quickstart/. demo && rm -rf demo/assetgen.lock demo/public; }
	@$(BIN)/assetgen -C demo build
	@echo "the pictures are in $(CURDIR)/demo/public; try: $(BIN)/assetgen -C demo status"

test: $(VENV)/.installed-all system lint types ## everything CI runs
	$(BIN)/pytest -n auto

lint: $(VENV)/.installed-all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-all
	$(BIN)/mypy

docs: $(VENV)/.installed-all ## write the generated pages, schemas and pictures anew
	$(BIN)/python -m tests.generate

bench: $(VENV)/.installed-all ## ratios against peers; read the ratios, not the times
	$(BIN)/python -m tests.bench

system: ## what the tests need from the distribution
	@sh tests/system.sh

clean:
	rm -rf demo build dist

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed-core: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP) install -q -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-all: pyproject.toml constraints.txt tests/requirements.txt | $(VENV)/bin/python
	$(PIP) install -q -c constraints.txt -e '.[all]' -r tests/requirements.txt
	@touch $@ $(VENV)/.installed-core
