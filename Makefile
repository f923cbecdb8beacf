# Every way to build, try and test Datamark. Needs GNU make, a POSIX shell and Python 3.11; the rest is set up here.
# `make` alone lists the targets. What is set up lands in .venv and node_modules, what is built in lib, .build and the package.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PORT ?=
BROWSER ?= 1
SEED ?= 100
ROUNDS ?= 5
bin := $(CURDIR)/.venv/bin
export PATH := $(bin):$(PATH)
# Answers of pip and npm that say nothing about this project.
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export NPM_CONFIG_UPDATE_NOTIFIER := false

# $(call step,NAME,OUTPUT,INPUTS,COMMAND): runs COMMAND unless OUTPUT exists and INPUTS have the content they had then.
step = @sh scripts/whenChanged.sh '$(1)' '$(2)' '$(3)' '$(4)'

library_inputs := contract src tsconfig.json package.json package-lock.json

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: build ## Open JupyterLab with sample notebooks [PORT=8888] [BROWSER=0]
	@exec '$(bin)/python' scripts/demo.py --port='$(PORT)' --browser='$(BROWSER)'

.PHONY: test
test: setup ## Install what the tests need and run every test
	@sh scripts/systemPackages.sh
	@'$(bin)/python' scripts/runTests.py

.PHONY: test-cluster
test-cluster: build wheel ## Run the tests on a real cluster: the test bed, or [KUBECONFIG=…]
	@'$(bin)/python' scripts/runTests.py cluster hub

.PHONY: soak
soak: build cluster-up ## Restores under faults again and again on the test bed [SEED=100] [ROUNDS=5]
	@export $$(testbed/env) DATAMARK_SOAK_SEED='$(SEED)' DATAMARK_SOAK_ROUNDS='$(ROUNDS)' && \
		'$(bin)/npx' --no-install jest -c testbed/jest.config.mjs --ci killMatrix

.PHONY: cluster-up
cluster-up: setup ## Start the test bed: Kubernetes with volume snapshots (Linux, root, Go)
	@sh scripts/systemPackages.sh cluster
	@testbed/up

.PHONY: cluster-down
cluster-down: ## Stop the test bed and remove all of it
	@testbed/down

.PHONY: check
check: setup openapi ## Lint, types and generated files, in half a minute
	@'$(bin)/python' scripts/runChecks.py

.PHONY: fix
fix: setup ## Format, and mend what linters can mend
	@'$(bin)/npm' run --silent fix
	@'$(bin)/ruff' check --fix .
	@'$(bin)/ruff' format .

.PHONY: build
build: link ## Build everything into the working tree and enable it in .venv

.PHONY: wheel
wheel: build ## Make dist/*.whl
	@rm -rf dist
	@'$(bin)/python' -m build --wheel --no-isolation --outdir dist .

.PHONY: bench
bench: build ## Measure speed and memory against the targets (root, for the btrfs part)
	@sh scripts/systemPackages.sh
	@'$(bin)/python' bench/runBenchmarks.py

.PHONY: bench-cluster
bench-cluster: build cluster-up ## Measure on the test bed, side by side with the peer, and with 50,000 snapshots
	@export $$(testbed/env) && '$(bin)/python' bench/cluster/runClusterBenchmarks.py $(ONLY)

.PHONY: bench-lineage
bench-lineage: build ## Measure lineage against a real MLflow with 10,000 runs
	@'$(bin)/python' bench/runLineageBenchmarks.py

.PHONY: bench-ingest
bench-ingest: build cluster-up ## Measure replication: 5,000 mirrors beside the peer, 500 users, a change to its row
	@export $$(testbed/env) && '$(bin)/python' bench/ingest/runIngestBenchmarks.py $(ONLY)

.PHONY: screenshots
screenshots: build ## Take the pictures of the README anew
	@sh scripts/systemPackages.sh
	@'$(bin)/npx' --no-install playwright test -c ui-tests/screenshots/playwright.config.ts

.PHONY: clean
clean: ## Remove what was built; keeps .venv, node_modules and .demo
	@rm -rf .build dist lib jupyterlab_datamark/labextension jupyterlab_datamark/sidecar

# Set-up: once per machine, and again when the pinned versions change.
.PHONY: setup python-packages node-packages
setup: node-packages
python-packages:
	$(call step,python,.venv/bin/npm,requirements scripts/pythonEnvironment.sh,sh scripts/pythonEnvironment.sh)
# Not `npm ci`: it refuses a lock file that lacks the optional packages of platforms which a registry mirror does not carry.
# What is locked is installed by its hash all the same; scripts/checkLockFile.py checks that all is locked.
node-packages: python-packages
	$(call step,node,node_modules/.package-lock.json,package-lock.json,"$(bin)/npm" install --no-save --ignore-scripts --no-audit --no-fund)

# Build: each step runs when its inputs have changed.
.PHONY: sidecar openapi library labextension link
sidecar: node-packages
	$(call step,sidecar,jupyterlab_datamark/sidecar/sidecar.mjs,contract server scripts/buildSidecar.mjs package.json package-lock.json,"$(bin)/npm" run --silent build:sidecar)
openapi: node-packages
library: node-packages
	$(call step,library,lib/src/index.js,$(library_inputs),rm -rf lib && "$(bin)/npm" run --silent build:lib)
labextension: library
	$(call step,labextension,jupyterlab_datamark/labextension/package.json,$(library_inputs) style schema install.json,"$(bin)/npm" run --silent build:labextension)
link: sidecar labextension
	$(call step,link,.venv/share/jupyter/labextensions/jupyterlab-datamark,pyproject.toml package.json install.json jupyter-config requirements scripts/linkPackage.py,"$(bin)/python" scripts/linkPackage.py)
