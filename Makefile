# Two commands do everything on a fresh Debian machine: make run, make test.
VENV := .venv
PY := $(VENV)/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test lint types bench soak registrar demo clean screenshots help-pictures

run: $(VENV)/.ready-run
	@installer/run.sh

test: lint types $(VENV)/.ready-test
	QT_QPA_PLATFORM=offscreen $(PY) -m pytest -n 2 --dist loadfile
	$(PY) tests/with_postgres.py $(PY) -m pytest tests/services tests/store -n 2 --dist loadfile

lint: $(VENV)/.ready-test
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/lint-imports

types: $(VENV)/.ready-test
	$(VENV)/bin/mypy

bench: $(VENV)/.ready-test
	QT_QPA_PLATFORM=offscreen $(PY) -m tests.bench $(if $(BENCH),--largest $(BENCH))

soak: $(VENV)/.ready-test
	QT_QPA_PLATFORM=offscreen $(PY) -m pytest tests/soak -q -n 0

registrar: $(VENV)/.ready-registrar
	$(PY) -m tests.registrar

demo: $(VENV)/.ready-run
	$(VENV)/bin/contract-desk demo --out demo

screenshots: $(VENV)/.ready-test
	QT_QPA_PLATFORM=offscreen $(PY) -m tests.ui.take_screenshots

help-pictures: $(VENV)/.ready-test
	$(PY) -m tests.ui.help_pictures

clean:
	rm -rf $(VENV) demo bench-out .mypy_cache .ruff_cache .pytest_cache

$(VENV)/.ready-run: pyproject.toml installer/prepare.sh
	@installer/prepare.sh run
	@touch $@

$(VENV)/.ready-test: pyproject.toml installer/prepare.sh
	@installer/prepare.sh test
	@touch $@ $(VENV)/.ready-run

$(VENV)/.ready-registrar: pyproject.toml installer/prepare.sh
	@installer/prepare.sh registrar
	@touch $@ $(VENV)/.ready-test $(VENV)/.ready-run
