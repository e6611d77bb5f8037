# What a newcomer types. 'make help' lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test soak attack sanitize format docs lint clean toolchain

# CI adds the strict flags here; a debug build of one's own does without, so that a warning never stops work.
BUILD_FLAGS ?=
SOURCES := Package.swift Sources Tests
# 10,000 connections are tested, with both ends in one process.
OPEN_FILES := ulimit -Sn 65536 2>/dev/null || ulimit -Sn "$$(ulimit -Hn)"

help: ## lists the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: toolchain ## installs what is missing, builds, and runs the shop at http://127.0.0.1:8080; Ctrl-C ends it
	@scripts/install-packages build run
	@swift build -c release --product vitrine
	@exec .build/release/vitrine up

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

docs: toolchain ## writes the pages of docs/reference that are generated
	@swift build --product vitrine
	@.build/debug/vitrine config --reference > docs/reference/settings.md
	@.build/debug/vitrine openapi > docs/reference/openapi.json

lint: toolchain ## checks the format
	@swift format lint --strict --parallel --recursive $(SOURCES)

clean: ## removes what was built; the demo's state in .vitrine stays
	@rm -rf .build

toolchain:
	@command -v swift >/dev/null || { \
	  echo "make: no Swift toolchain: install Swift 6.1 or later (https://www.swift.org/install/linux/) and put its usr/bin on PATH" >&2; \
	  exit 1; }
