# `make` alone lists what there is. Every target works from a fresh clone.
PYTHON ?= python3
ENVIRONMENTS = $(PYTHON) infra/local/environments.py
UV = .heraut/envs/uv/bin/uv
SAM = .heraut/envs/sam/bin/sam
LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-annotate --no-header

.DEFAULT_GOAL := help
.PHONY: help setup lock

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: ## the environment with the heraut command, in .venv
	@$(ENVIRONMENTS) desk

lock: ## writes every lock again from its .in file; what a lock already pins stays (delete the lock to move on)
	@$(ENVIRONMENTS) uv
	$(LOCK) infra/local/uv.in -o infra/local/uv.txt
	$(LOCK) infra/local/ministack.in -o infra/local/ministack.txt
	$(LOCK) infra/local/sam.in -o infra/local/sam.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt
	$(LOCK) layers/heraut/requirements.in -c requirements-dev.txt -o layers/heraut/requirements.txt
