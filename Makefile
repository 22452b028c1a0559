# The only commands to know: make demo | test | check | lint | bench | docs | screenshots
# Needs make, git and python3 with its venv module; everything else is put into .venv.

PYTHON ?= python3
PY     := .venv/bin/python
ARGS   ?=

.PHONY: help demo test check lint bench docs screenshots warm browser clean
.DELETE_ON_ERROR:

help:
	@echo "make demo   open the two demo cases in a browser   (ARGS='--no-browser --port 8123 --desk DIR')"
	@echo "make test   everything but gpu                     (ARGS='-k belief' goes to pytest)"
	@echo "make check  the fast tests"
	@echo "make lint   formatting, types, layers, house rules"
	@echo "make bench  speed and quality against published peers"
	@echo "make docs   build the documentation into site/"
	@echo "make screenshots   every panel, light and dark, desktop and phone   (ARGS='--out DIR --panel now')"

# --- what each command does ---------------------------------------------------------------------

demo: .venv/.stamp-demo
	@.venv/bin/wayhome demo $(ARGS)

# The pages first, so that pytest's closing line is the last thing to read; both run in any case.
test: .venv/.stamp-dev browser
	@status=0; \
	$(PY) hatch_build.py npm test || status=1; \
	$(PY) -m pytest -n 2 --dist worksteal -m "not gpu" $(ARGS) || status=1; \
	exit $$status

check: .venv/.stamp-dev
	@$(PY) -m pytest -n 2 --dist worksteal -m "not (slow or e2e or crash or hostile or gpu)" $(ARGS)

lint: .venv/.stamp-dev
	@status=0; \
	$(PY) -m ruff check . || status=1; \
	$(PY) -m ruff format --check . || status=1; \
	$(PY) -m mypy || status=1; \
	$(PY) hatch_build.py npm run check || status=1; \
	.venv/bin/lint-imports --no-logo || status=1; \
	$(PY) -m pytest -q tests/test_house.py || status=1; \
	exit $$status

bench: .venv/.stamp-bench
	@$(PY) -m benchmarks $(ARGS)

docs: .venv/.stamp-docs
	@$(PY) -m zensical build --clean

screenshots: .venv/.stamp-dev browser
	@PYTHONPATH=tests/support $(PY) -m screenshots $(ARGS)

clean:
	rm -rf .venv site dist build .mypy_cache .pytest_cache .ruff_cache .import_linter_cache src/wayhome/web/static

# --- installation -------------------------------------------------------------------------------
# A stamp is written only after its step has ended well, so an interrupted installation is taken up
# again. The name of the first one holds the place: a project folder that was moved is set up afresh.

VENV := .venv/.stamp-venv-$(shell pwd | cksum | cut -d' ' -f1)
PAGES := $(shell find frontend -name node_modules -prune -o -type f ! -name '*.timestamp-*' -print 2>/dev/null)
SOURCES := pyproject.toml hatch_build.py $(PAGES)

# uv unpacks several times faster than pip; where it cannot be fetched, pip does the same work.
INSTALL = echo "-- installing $(1) (the first time takes about a minute)"; \
	if $(PY) -m uv --version >/dev/null 2>&1; then $(PY) -m uv pip install --quiet --python $(PY) $(1); \
	else $(PY) -m pip install --quiet --disable-pip-version-check $(1); fi

$(VENV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "wayhome needs Python 3.11 or newer: make PYTHON=python3.12 demo" >&2; exit 1; }
	@echo "-- making .venv"
	@$(PYTHON) -m venv .venv || $(PYTHON) -m venv --clear .venv || \
	  { echo "python3 cannot make a venv here: apt-get install python3-venv" >&2; exit 1; }
	@rm -f .venv/.stamp-*
	@$(PY) -m pip install --quiet --disable-pip-version-check uv || echo "-- no uv here; going on with pip"
	@touch $@

.venv/.stamp-demo: $(VENV) $(SOURCES)
	@$(call INSTALL,-e '.[demo]')
	@$(MAKE) --no-print-directory warm
	@touch $@

.venv/.stamp-dev: $(VENV) $(SOURCES)
	@$(call INSTALL,-e '.[demo$(,)dev$(,)postgres]')
	@node=$$($(PY) hatch_build.py requirement); if [ -n "$$node" ]; then $(call INSTALL,"$$node"); fi
	@$(MAKE) --no-print-directory warm
	@touch $@ .venv/.stamp-demo

.venv/.stamp-bench: .venv/.stamp-dev
	@$(call INSTALL,-e '.[bench]')
	@touch $@

.venv/.stamp-docs: $(VENV) pyproject.toml
	@$(call INSTALL,-e '.[docs]')
	@touch $@

# Compiles the numeric kernels once, so that the first map does not wait for them. Not needed to work.
warm:
	-@echo "-- compiling the numeric kernels"; .venv/bin/wayhome warm >/dev/null

# A browser for the e2e tests: the machine's own, else Debian's when we may install it.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	command -v google-chrome >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "-- installing chromium for the browser tests"; \
	    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	      apt-get install -y -qq --no-install-recommends chromium >/dev/null; } || \
	    echo "-- chromium could not be installed: the browser tests will be skipped"; \
	  else echo "-- no chromium here: the browser tests will be skipped"; fi; }

, := ,
