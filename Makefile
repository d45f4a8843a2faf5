# `make` alone lists what there is. Every target works from a fresh clone.
PYTHON ?= python3
PLAY ?= live
PORT ?= 4566

ENVIRONMENTS = $(PYTHON) infra/local/environments.py
BIN = .venv/bin
UV = .heraut/envs/uv/bin/uv
SAM = SAM_CLI_TELEMETRY=0 .heraut/envs/sam/bin/sam
LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-annotate --no-header
LOCKS = requirements-dev.txt layers/heraut/requirements.txt infra/local/uv.txt infra/local/ministack.txt infra/local/sam.txt
SUITE = $(BIN)/python tests/suite.py
PAGE = layers/heraut/heraut/contests/page

.DEFAULT_GOAL := help
.PHONY: help setup run check format test test-unit test-matrix matrix test-e2e test-peers peers page build deploy destroy refusals rehearse bench personal-data lock clean

help: ## what can be made
	@echo "Héraut"; grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

setup: ## the environment with the heraut command, in .venv
	@$(ENVIRONMENTS) desk

run: ## the whole thing on this machine, until Ctrl-C (PLAY=once ends by itself, PLAY=none only starts it; PORT=4566)
	@$(PYTHON) infra/local/run.py --play $(PLAY) --port $(PORT)

# ---------------------------------------------------------------------------- before a commit
check: setup ## linters, types, template, locks, secrets, advisories: what needs no test
	@$(ENVIRONMENTS) sam uv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	@for app in functions/*/app.py; do $(BIN)/mypy --no-error-summary $$app || exit 1; done
	$(BIN)/pytest -q tests/architecture/test_figures.py
	$(BIN)/cfn-lint infra/template.yaml --append-rules cfn_lint_serverless.rules --regions eu-west-3
	AWS_DEFAULT_REGION=eu-west-3 $(SAM) validate
	@! grep -nE 'https?://|--(extra-)?index-url|--find-links|file:' $(LOCKS) || (echo "a lock carries an address" >&2; exit 1)
	@$(BIN)/python -m infra.scan
	@$(BIN)/python -m infra.audit

format: setup ## lays the code out, and mends what a linter can mend
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

test: test-unit test-matrix test-e2e ## everything that needs Python only

test-unit: setup ## unit, contracts, functions, template, architecture
	$(SUITE) "unit and contracts" 240 tests --ignore tests/e2e --ignore tests/peers --ignore tests/matrix -m "not build" -n 2

test-matrix: setup ## two thousand points of the crash matrix, the mistakes planted into it, and their table
	$(SUITE) "crash matrix" 300 tests/matrix -n 2

matrix: setup ## every point of the crash matrix (about 12 000), with its whole table
	$(BIN)/python -m tests.matrix

test-e2e: setup ## the real template on the embedded stack, under each function's real permissions
	@$(ENVIRONMENTS) ministack sam
	$(SUITE) "end to end" 480 tests/e2e

test-peers: setup ## against real networks on loopback: the full Bluesky network, Mastodon's, snac2
	@$(MAKE) --no-print-directory peers
	$(SUITE) "peers" 480 tests/peers

peers: ## installs those networks into .heraut/peers
	$(PYTHON) tests/peers/install.py

page: ## bundles the certificate page's script again, from its modules and the locked libraries
	$(PYTHON) tests/peers/install.py page_tools
	node infra/page/build.mjs .heraut/peers/page_tools $(PAGE)/main.js $(PAGE)/bundle.js

# ---------------------------------------------------------------------------- AWS
build: setup ## cross-builds for arm64 and checks what was built
	@$(ENVIRONMENTS) sam
	HERAUT_UV=$(CURDIR)/$(UV) AWS_DEFAULT_REGION=eu-west-3 $(SAM) build
	$(BIN)/pytest -q tests/infra/test_built_layer.py

deploy: setup ## puts it into your AWS account; asks the first time, tries every function at the end
	@$(BIN)/python -m infra.deploy --look
	@$(MAKE) --no-print-directory build
	$(BIN)/python -m infra.deploy

destroy: setup ## takes it out again; says what goes and what stays, and asks
	@$(ENVIRONMENTS) sam
	$(BIN)/python -m infra.destroy

refusals: setup ## lets text messages that no telephone got go another way: a setting of your AWS account (OFF=1 takes it back)
	@$(BIN)/python -m infra.refusals $(if $(OFF),--off)

rehearse: setup ## deploys on the embedded stack with the same answers; from the last release upwards once there is one
	@$(ENVIRONMENTS) ministack sam
	$(BIN)/python -m infra.rehearse

bench: setup ## measures every figure the README quotes, into bench/results.json
	@$(ENVIRONMENTS) ministack sam
	$(BIN)/python -m bench

# ---------------------------------------------------------------------------- upkeep
personal-data: setup ## writes docs/personal-data.md: what is kept of whom, why and how long
	$(BIN)/python docs/personal_data.py --write

lock: ## writes every lock again from its .in file; what a lock already pins stays (delete the lock to move on)
	@$(ENVIRONMENTS) uv
	$(LOCK) infra/local/uv.in -o infra/local/uv.txt
	$(LOCK) infra/local/ministack.in -o infra/local/ministack.txt
	$(LOCK) infra/local/sam.in -o infra/local/sam.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt
	$(LOCK) layers/heraut/requirements.in -c requirements-dev.txt -o layers/heraut/requirements.txt

clean: ## removes what was built; the local stack's state and the environments stay
	rm -rf .aws-sam .heraut/build .heraut/bytecode .heraut/cache-* .heraut/e2e .heraut/rehearsal .mypy_cache .ruff_cache .pytest_cache
