# Two commands matter: `make run` serves the app, `make test` passes all tests. Both set up everything they need.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for name in python3 python3.15 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$name >/dev/null && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$name && break; done)

# Bun and Node are in the virtual environment; with them on the path Reflex downloads nothing.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export REFLEX_TELEMETRY_ENABLED := false

# Otherwise Reflex measures several package registries and takes the quickest: it shall use the one that is configured.
REGISTRY = NPM_CONFIG_REGISTRY="$${NPM_CONFIG_REGISTRY:-$$(npm config get registry 2>/dev/null)}"

# Dozens of processes load the same modules, so what Python has compiled is kept, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

# Each takes the next file when it is done with one, in the order of `tests/order.py`.
WORKERS := --numprocesses 3 --dist loadfile --no-loadscope-reorder

# Nothing is installed that is not one of the files whose hashes are listed. All that is needed is listed, so nothing is resolved.
PIP_OPTIONS := --quiet --disable-pip-version-check --require-hashes --no-deps

# What resolves versions has an environment of its own: the app and its tests do not need it.
LOCK := .lock
COMPILE = $(LOCK)/bin/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" $(ARGS)

# Of each direct dependency the newest or the oldest version that `pyproject.toml` allows, in an environment of its own.
# What the tests need besides is as pinned.
RANGES := .newest .oldest
.newest/requirements.txt: RESOLUTION := highest --upgrade
.newest/requirements.txt: FORCE # what is newest today may not have been there yesterday
FORCE:
.oldest/requirements.txt: RESOLUTION := lowest-direct

# The tests in the environment $(1), but for those that compare what is installed with what is pinned. Another Reflex writes
# `reflex.lock` anew: `git checkout reflex.lock` takes that back.
TEST_WITH = export PATH="$(CURDIR)/$(1)/bin:$$PATH" && python -m tests.e2e.browser && \
	$(REGISTRY) python -m pytest $(WORKERS) -m "not production and not oldest and not thorough and not tools and not firefox and not pinned" $(ARGS)

.PHONY: run prod lock test test-thorough test-production test-below-a-path test-border test-clients test-firefox test-pythons check-wheels test-newest test-oldest test-wheel test-production-whole check bench bench-quick bench-more trace reference chaos pictures browser clean
.DEFAULT_GOAL := run

run: $(VENV)/app  ## serve the app at http://localhost:3000, reloading when a file changes
	alembic upgrade head && python -m rxapp migrate
	$(REGISTRY) reflex run

# Without RXAPP_ENVIRONMENT it is development, which `serve` gives to this machine only: HOST=0.0.0.0 wants that named.
HOST ?= 127.0.0.1

prod: $(VENV)/app  ## the same, built for production, pages and API on one port
	alembic upgrade head && python -m rxapp migrate
	$(REGISTRY) REFLEX_BACKEND_PORT=3000 reflex export --frontend-only --no-zip
	python -m rxapp serve --host $(HOST) --port 3000

test: $(VENV)/dev browser  ## all tests, those in a real browser included, but for those of the next lines
	$(REGISTRY) pytest $(WORKERS) -m "not production and not oldest and not thorough and not tools and not firefox" $(ARGS)

test-thorough: $(VENV)/dev browser  ## more of the same: other ways through each page, every attack with two workers on Redis, storms
	$(REGISTRY) RXAPP_TEST_LOOKS=all pytest $(WORKERS) -m "thorough and not production" $(ARGS)

test-production: $(VENV)/dev browser  ## two workers, PostgreSQL and Redis behind nginx with TLS: what only they can get wrong
	$(REGISTRY) pytest tests/e2e tests/chaos -m production $(ARGS)

test-border: $(VENV)/dev browser  ## logging in, rotation, logging out behind PgBouncer, and an nginx that adds ports and drops the host's
	$(REGISTRY) RXAPP_TEST_SERVER=production RXAPP_TEST_BORDER=1 pytest -m "not oldest" $(ARGS) \
		tests/e2e/test_sign_in.py tests/e2e/test_sign_out.py tests/e2e/test_stay_signed_in.py tests/e2e/test_two_tabs.py tests/e2e/test_throttling.py

test-below-a-path: $(VENV)/dev browser  ## the end-to-end tests again, with the pages below a path, and axe-core in every look
	$(REGISTRY) RXAPP_TEST_LOOKS=all RXAPP_TEST_PREFIX=/portal pytest $(WORKERS) tests/e2e \
		-m "not production and not oldest and not thorough and not tools and not firefox and not at_root" $(ARGS)

test-firefox: $(VENV)/dev browser  ## the main journeys in Debian's Firefox
	$(REGISTRY) pytest tests/e2e/test_firefox.py -m firefox $(ARGS)

test-clients: $(VENV)/dev  ## clients that others' tools make of the OpenAPI document, and what linters say of it
	$(REGISTRY) pytest tests/clients -m tools $(ARGS)

# Each in an environment of its own. ARGS=... as for `make test`.
PYTHONS = $(foreach name,python3.11 python3.12 python3.13 python3.14 python3.15,$(shell command -v $(name)) $(wildcard $(HOME)/.pyenv/versions/*/bin/$(name)))

test-pythons:  ## `make test` with every Python that is found here
	for python in $(PYTHONS); do $(MAKE) test PYTHON=$$python VENV=.venvs/$$($$python -c 'import platform; print(platform.python_version())') || exit 1; done

check-wheels: $(LOCK)/bin/uv  ## whether each pinned package of the app has a wheel for every Python from 3.11 to 3.15
	for version in 3.11 3.12 3.13 3.14 3.15; do \
		$(LOCK)/bin/uv pip compile --quiet --no-deps --only-binary :all: --python-version $$version --python-platform linux \
			--no-emit-index-url requirements.txt --output-file $(LOCK)/wheels-$$version.txt || exit 1; done

test-newest: .newest/dev  ## what `make test` runs, with the newest versions that pyproject.toml allows
	$(call TEST_WITH,.newest)

test-oldest: .oldest/dev test-wheel  ## the same with the oldest that it allows
	$(call TEST_WITH,.oldest)

test-wheel: $(VENV)/dev browser  ## the wheel with all that it needs, without Reflex, and with the oldest Reflex of the stated range
	$(REGISTRY) pytest tests/e2e/stranger tests/test_without_reflex.py -m oldest $(ARGS)

test-production-whole: $(VENV)/dev browser  ## all end-to-end tests that way
	$(REGISTRY) RXAPP_TEST_SERVER=production pytest tests/e2e -m "not oldest" $(ARGS)

check: $(VENV)/dev  ## style, types, tests
	ruff check .
	ruff format --check .
	mypy
	basedpyright
	lint-imports --no-cache
	$(MAKE) check-wheels
	$(MAKE) test test-border test-clients test-firefox test-below-a-path test-thorough test-production test-oldest

bench: $(VENV)/dev browser  ## measure, next to peers and a hand-made floor, in half an hour; ARGS=--quick to try it out
	$(REGISTRY) python -m benchmarks $(ARGS)

bench-quick: $(VENV)/dev  ## is this slower than the commit before? in three minutes; ARGS=<commit> compares with another one
	python -m benchmarks.compare $(ARGS)

bench-more: $(VENV)/dev browser  ## what takes longer: sign-out, search, pruning, the device's key, a flood of logins
	$(REGISTRY) python -m benchmarks.accounts $(ARGS)
	$(REGISTRY) python -m benchmarks.device_key $(ARGS)
	$(REGISTRY) python -m benchmarks.login_flood $(ARGS)

trace: $(VENV)/dev  ## the files and functions that a login, a rotation, a request and an event pass; ARGS=--write for docs/architecture.md
	python -m benchmarks.trace $(ARGS)

reference: $(VENV)/dev  ## all public names with their docstrings; ARGS=--write for docs/reference.md
	python -m benchmarks.reference $(ARGS)

pictures: $(VENV)/dev browser  ## make all pictures of the README and the guide anew, and the film, in a real browser
	$(REGISTRY) python -m pictures

chaos: $(VENV)/dev  ## kill workers, restart the database, set the clock and fill the disk under load; writes docs/faults.md
	python -m chaos

browser: $(VENV)/dev
	python -m tests.e2e.browser

lock: $(LOCK)/bin/uv  ## write requirements*.txt from requirements*.in, versions kept where they still fit; ARGS=--upgrade for the newest
	$(COMPILE) requirements.in --output-file requirements.txt
	$(COMPILE) requirements-dev.in --constraint requirements.txt --output-file requirements-dev.txt
	$(COMPILE) requirements-lock.in --output-file requirements-lock.txt
	$(COMPILE) tests/clients/requirements.in --output-file tests/clients/requirements.txt
	for folder in tests/clients tests/features/providers; do \
		(cd $$folder && npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund) || exit; done

$(LOCK)/bin/uv: requirements-lock.txt
	test -x $(LOCK)/bin/python || $(PYTHON) -m venv $(LOCK)
	$(LOCK)/bin/python -m pip install $(PIP_OPTIONS) -r requirements-lock.txt
	touch $@

$(RANGES:%=%/requirements.txt): pyproject.toml requirements.in requirements-dev.in $(LOCK)/bin/uv
	mkdir -p $(@D)
	{ grep -v "^-r" requirements-dev.in; grep -E "^(bun|nodejs)-wheel" requirements.in; } > $(@D)/tests.in
	$(LOCK)/bin/uv pip compile --quiet --resolution $(RESOLUTION) --python $(PYTHON) --generate-hashes --no-emit-index-url \
		--all-extras pyproject.toml $(@D)/tests.in --output-file $@

$(RANGES:%=%/dev): %/dev: %/requirements.txt
	test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install $(PIP_OPTIONS) -r $<
	touch $@

clean:
	rm -rf $(VENV) $(LOCK) $(RANGES) .bench .web .states .pytest_cache .hypothesis .mypy_cache .ruff_cache

$(VENV)/app: requirements.txt
	@test -n "$(PYTHON)" || { echo "rxapp needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install $(PIP_OPTIONS) -r requirements.txt
	touch $@

$(VENV)/dev: $(VENV)/app requirements-dev.txt
	$(BIN)/python -m pip install $(PIP_OPTIONS) -r requirements-dev.txt
	touch $@
