# Python 3.11 or newer and make are all that these targets need; the rest comes hash-checked from the lock files.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUILD := build

MEMBER_FILES := $(sort $(wildcard libs/*/pyproject.toml services/*/pyproject.toml))
MEMBERS := $(patsubst %/,%,$(dir $(MEMBER_FILES)))
SET_UP := $(VENV)/.set-up
TEST_FOLDERS := $(wildcard $(addprefix tests/,architecture unit contracts seams journeys faults model))
TYPED := $(filter-out libs/contracts,$(wildcard libs/* services/* tools tests))
CONTRACT_BASELINE := protos/released.binpb

.PHONY: help setup lock protos protos-check protos-release errors format lint lint-python lint-protos lint-deploy types test interleavings cuts bench measure-persons fuzz-names check demo run clean
# `make -j` would mix the output of the checks, and two of them write the same caches.
.NOTPARALLEL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(SET_UP) ## make .venv with everything locked, and every member editable

# The order matters: uv comes first and alone, checked against the same lock that it then installs; `sync` removes
# what is not locked, members included, so they come last. Only wheels are taken: no compiler is ever needed. A .venv
# of another Python is made anew.
$(SET_UP): requirements-dev.lock requirements-independent.lock $(MEMBER_FILES)
	@$(PYTHON) -c 'import sys; sys.exit("Tidewaiter needs Python 3.11 or newer, and this is %d.%d; name one: make setup PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@rm -f $@
	@test "$$($(BIN)/python --version 2>&1)" = "$$($(PYTHON) --version)" || $(PYTHON) -m venv --clear $(VENV)
	@awk '/^[^ #]/ { wanted = /^uv==/ } wanted' requirements-dev.lock > $(VENV)/uv.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.lock
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --only-binary :all: requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --ignore-requires-python -r requirements-independent.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(addprefix -e ,$(MEMBERS))
	@touch $@
	@echo "Set up: $(VENV)"

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --no-annotate $(addprefix --no-emit-package tidewaiter-,$(notdir $(MEMBERS)))
# Everything follows the pins of requirements.lock: the checked versions are the ones that an image carries.
FOLLOW := $(LOCK) --constraint requirements.lock

lock: $(SET_UP) ## write all lock files anew; UPGRADE=--upgrade takes newer releases
	@$(LOCK) $(UPGRADE) $(MEMBER_FILES) --output-file requirements.lock > /dev/null
	@$(FOLLOW) $(UPGRADE) --group dev $(MEMBER_FILES) --output-file requirements-dev.lock > /dev/null
	@for service in $(wildcard services/*); do \
		$(FOLLOW) --upgrade $$service/pyproject.toml --output-file $$service/requirements.lock > /dev/null || exit; done
	@echo hatchling | $(LOCK) --constraint requirements-dev.lock --upgrade - --output-file deploy/requirements-build.lock > /dev/null

protos: $(SET_UP) ## generate libs/contracts from protos/
	$(BIN)/python tools/generate_protos.py

protos-check: $(SET_UP)
	$(BIN)/python tools/generate_protos.py --check

protos-release: $(SET_UP) ## record protos/ as released: from then on `make lint` refuses to break them
	$(BIN)/python tools/generate_protos.py --bare --image $(CONTRACT_BASELINE)

errors: $(SET_UP) ## write docs/errors.md from the code and the texts beside it
	$(BIN)/python tools/list_errors.py

format: $(SET_UP) ## rewrite Python and protos in the one layout
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	$(BIN)/buf format --write protos

lint: lint-python lint-protos lint-deploy ## judge Python, protos and what is deployed

lint-python: $(SET_UP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# The image is made by protoc, which finds the imported protos in the installed wheels; buf would ask a registry.
# --path rather than --limit-to-input-files: the latter does not notice a proto that was deleted.
lint-protos: $(SET_UP)
	$(BIN)/buf format --diff --exit-code protos
	$(BIN)/python tools/generate_protos.py --image $(BUILD)/protos.binpb
	$(BIN)/buf lint $(BUILD)/protos.binpb --path tidewaiter
	$(BIN)/buf breaking $(BUILD)/protos.binpb --against $(CONTRACT_BASELINE) --path tidewaiter

ifneq ($(wildcard deploy),)
lint-deploy: $(SET_UP)
	$(BIN)/hadolint --failure-threshold warning deploy/Containerfile
	$(BIN)/yamllint --strict --config-file tools/yamllint.yaml deploy
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec $(wildcard deploy/compose*.yaml)
else
lint-deploy:
	@echo "Nothing to lint: there is no deploy/."
endif

types: $(SET_UP) ## mypy --strict over libraries, services, tools and tests
	$(BIN)/mypy $(TYPED)

# One worker for each core and one more, because some tests wait; one that runs dry takes from the others. A narrow run
# would wait longer for the workers than for its tests, and an order is repeated by one process only.
# The tests start some hundred processes. Each would compile everything anew where the environment says not to keep what
# was compiled; so it is kept, and out of the tree.
WORKERS = $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
test: export PYTHONDONTWRITEBYTECODE :=
test: export PYTHONPYCACHEPREFIX := $(abspath $(BUILD))/bytecode
test: $(SET_UP) ## run the tests; ONLY=append narrows, SEED=17 repeats an order
	$(BIN)/python -m pytest $(TEST_FOLDERS) $(if $(ONLY)$(SEED),,--numprocesses $(WORKERS) --dist worksteal) $(if $(ONLY),-k '$(ONLY)') $(if $(SEED),-p randomly -p no:cacheprovider --randomly-seed=$(SEED))

HISTORIES := 10000

interleavings: $(SET_UP) ## play 10,000 random histories of the ledger, with failures and crashes; SEED=17 repeats them
	$(BIN)/python -m tests.model.play_interleavings --histories $(HISTORIES) $(if $(SEED),--seed $(SEED))

CUTS := 1000

cuts: $(SET_UP) ## cut streams of filings 1,000 times, at messages and bytes, and compare the ends; SEED=17 repeats them
	$(BIN)/python -m tests.journeys.play_cuts --cuts $(CUTS) $(if $(SEED),--seed $(SEED))

bench: $(SET_UP) ## measure on this machine and write build/bench.json; LISTS=lists/ measures screening over them too
	@mkdir -p $(BUILD)
	$(BIN)/tidewaiter bench --json --out $(BUILD)/bench.json
	$(if $(LISTS),$(BIN)/tidewaiter bench screening --lists $(LISTS) --json --out $(BUILD)/bench-screening.json)

measure-persons: $(SET_UP) ## measure the person key on FEBRL 4: make measure-persons DATA=directory
	@test -n "$(DATA)" || { echo "Name the directory of FEBRL 4: make measure-persons DATA=directory"; exit 2; }
	$(BIN)/python tools/measure_persons.py "$(DATA)"

fuzz-names: $(SET_UP) ## screen a million names that nobody has; NAMES=5000 fewer, SEED=2 others, LISTS=lists/ official lists
	$(BIN)/python tools/fuzz_names.py --names $(or $(NAMES),1000000) --seed $(or $(SEED),1) $(if $(LISTS),--lists $(LISTS))

check: HISTORIES := 2000
check: lint types protos-check test interleavings ## all that continuous integration runs

demo: $(SET_UP) ## start the four services, file a manifest, show decisions, a trace and a verified receipt, stop
	$(BIN)/python -m tidewaiter_cli.demo

run: $(SET_UP) ## start the four services and keep them until Ctrl-C
	$(BIN)/tidewaiter up

clean: ## remove what these targets made; the data directory .tidewaiter stays
	rm -rf $(VENV) $(BUILD) .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find libs services tools tests -name __pycache__ -type d -prune -exec rm -rf {} +
