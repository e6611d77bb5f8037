# The commands that a newcomer types; 'make help' lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo check test soak attack sanitize format docs lint clean toolchain

# CI adds the strict flags here; your own debug build leaves them out, so that a warning never stops your work.
BUILD_FLAGS ?=
SOURCES := Package.swift Sources Tests
# A test opens 10,000 connections, with both ends in one process.
OPEN_FILES := ulimit -Sn 65536 2>/dev/null || ulimit -Sn "$$(ulimit -Hn)"

help: ## lists the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: toolchain ## installs missing packages, builds, and runs the shop at http://127.0.0.1:8080; Ctrl-C ends it
	@scripts/install-packages build run
	@swift build -c release --product vitrine
	@exec .build/release/vitrine up

check: toolchain ## checks the targets that you changed: format, build, their tests
	@scripts/install-packages build run test
	@scripts/check

test: toolchain ## runs all tests, with the servers that they need
	@scripts/install-packages build run test
	@swift build --build-tests $(BUILD_FLAGS)
	@$(OPEN_FILES); swift test --skip-build --disable-xctest --no-parallel $(BUILD_FLAGS)

# The long forms of the tests that break what the indexer depends on; seeds are printed.
soak: toolchain ## runs the long forms of the fault tests (about an hour)
	@scripts/install-packages build run test peers
	@swift build --build-tests $(BUILD_FLAGS)
	@$(OPEN_FILES); VITRINE_SOAK=1 swift test --skip-build --disable-xctest --no-parallel \
	  --filter 'IndexerTests|IndexKillTests|ElasticsearchClientTests' $(BUILD_FLAGS)

# ARGUMENTS='--seed 7 --part grammar' repeats a part; docs/howto/attack.md says what is tried.
attack: toolchain ## attacks a shop of its own (a few minutes)
	@scripts/install-packages build run
	@swift build -c release --product vitrine
	@python3 -B scripts/attack/attack.py $(ARGUMENTS)

sanitize: toolchain ## runs all tests under the thread and the address sanitizer
	@scripts/install-packages build run test
	@$(OPEN_FILES); scripts/sanitize thread address

format: toolchain ## formats the Swift sources
	@swift format --in-place --parallel --recursive $(SOURCES)

docs: toolchain ## writes the generated pages of docs/reference
	@swift build --product vitrine
	@for page in commands settings metrics problems; do \
	  .build/debug/vitrine reference $$page > docs/reference/$$page.md; done
	@.build/debug/vitrine reference schema > docs/reference/schema.sql
	@.build/debug/vitrine openapi > docs/reference/openapi.json

lint: toolchain ## checks the format of the Swift sources, and the shell scripts
	@swift format lint --strict --parallel --recursive $(SOURCES)
	@command -v shellcheck >/dev/null || { \
	  echo "make: no shellcheck: run 'scripts/install-packages test'" >&2; exit 1; }
	@shellcheck .ci/run scripts/check scripts/docc scripts/install-lightgbm scripts/install-packages scripts/sanitize

clean: ## removes all builds; the demo's state in .vitrine stays
	@rm -rf .build

toolchain:
	@command -v swift >/dev/null || { \
	  echo "make: no Swift toolchain: install Swift 6.1 or later (https://www.swift.org/install/linux/) and put its usr/bin on PATH" >&2; \
	  exit 1; }
