# Everything starts here. Needs Python 3.11 or newer and make; the rest is put into .venv by hash.
#   make run    everything on this machine; prints the address to open
#   make test   all tests
# What one process has compiled, the next need not compile again.
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
PY := $(VENV)/bin/python
FAST_INSTALL := --quiet --disable-pip-version-check --no-input --require-hashes
RUN_READY := $(VENV)/ready-run-$(shell cat requirements.txt | cksum | cut -d' ' -f1)
DEV_READY := $(VENV)/ready-dev-$(shell cat requirements.txt requirements-dev.txt | cksum | cut -d' ' -f1)
LOCK := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url

.PHONY: help run test test-fast soak bench lint audit lock browser clean
help:
	@sed -n 's/^#   //p' Makefile

run: $(RUN_READY)
	@exec $(PY) app.py

test: $(DEV_READY) browser
	@$(PY) -m pytest -n 2 --dist loadgroup -m "not soak"

#   make test-fast  those that need no minute: without what starts servers, processes or a browser
test-fast: $(DEV_READY)
	@$(PY) -m pytest -n 2 --dist loadgroup --hypothesis-profile fast -m "not soak and not slow and not browser"

#   make soak   the full-size proofs: kills, floods, long runs
soak: $(DEV_READY)
	@$(PY) -m pytest -m soak -s --timeout 7200

#   make bench  the benchmarks
bench: $(DEV_READY)
	@$(PY) -m benchmarks

#   make lint   what the house rules say that a program can check
lint: $(DEV_READY)
	@$(VENV)/bin/ruff check
	@$(VENV)/bin/ruff format --check
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

#   make audit  are there known holes in what requirements.txt names? (asks PyPI; what it cannot tell is an error)
audit: $(DEV_READY)
	@$(VENV)/bin/uv tool run pip-audit@2.10.1 --strict --disable-pip --require-hashes --progress-spinner off -r requirements.txt

#   make lock   pin requirements*.in anew
lock: $(DEV_READY)
	@$(LOCK) --upgrade requirements.in -o requirements.txt
	@$(LOCK) --upgrade requirements-dev.in -o requirements-dev.txt

browser:
	@sh tools/browser.sh

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(PY):
	@sh tools/venv.sh $(VENV)

$(RUN_READY): | $(PY)
	@echo "Installing what requirements.txt names (once)"
	@$(PY) -m pip install $(FAST_INSTALL) -r requirements.txt
	@rm -f $(VENV)/ready-run-* && touch $@

$(DEV_READY): $(RUN_READY)
	@echo "Installing what requirements-dev.txt names (once)"
	@$(PY) -m pip install $(FAST_INSTALL) -r requirements.txt -r requirements-dev.txt
	@rm -f $(VENV)/ready-dev-* && touch $@
