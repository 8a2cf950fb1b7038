# Everything a person does with this repository. `make` alone lists it.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test build build-profiled build-swift release-check install format lint bench bench-all chaos isolation \
	isolation-mutants autobahn python-differential python-bench python-fuzz docs dist clean

# make run: what the server listens on and works with. DATA_DIR empty: the default data folder, outside of the
# repository, so that what an agent may read never holds a secret.
PORT ?= 8080
DATA_DIR ?=
WORKSPACE ?= $(CURDIR)

# make build, make install
PREFIX ?= /usr/local
DESTDIR ?=
PROGRAM ?= .build/release/canon
SWIFT_FLAGS ?=

# make chaos: how many fault schedules, the first seed, and how many servers at the same time (0: one for each core).
SEEDS ?= 1000
FROM ?= 0
JOBS ?= 0

# make bench: which of the programs in Benchmarks.
BENCH ?= frame-bench

# make isolation: how many events devices receive, and the seed of what happens; none: a new one, which is printed.
DELIVERIES ?= 1000000
SEED ?=

# make python-differential: how many mutants of valid files, and the seed that makes them.
MUTANTS ?= 20000

# make python-fuzz: for how long.
FUZZ_SECONDS ?= 300

sources := Sources Tests Package.swift $(wildcard Benchmarks/Sources Benchmarks/Package.swift)

help: ## List these commands.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-19s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "  PORT=, DATA_DIR=, WORKSPACE= for run; PREFIX=, DESTDIR=, PROGRAM= for install; SWIFT_FLAGS= for build; BENCH= for bench;"
	@echo "  DELIVERIES=, SEED= for isolation; SEEDS=, FROM=, JOBS= for chaos; MUTANTS=, SEED= for python-differential."

# A debug build: it compiles in about half the time of a release build, and this is the command of a fresh clone. For
# a server that works for a living, use `make build`.
run: ## Build what is needed and serve on http://127.0.0.1:8080 with the embedded database.
	@Scripts/setup run
	@echo "Building; the first time takes some minutes."
	@swift build --product canon
	@echo "Starting on http://127.0.0.1:$(PORT). The first start prints a one-time set-up link: open it to make your"
	@echo "account. Afterwards log in at that address. Ctrl-C stops the server."
	@exec .build/debug/canon serve --port "$(PORT)" --workspace "$(WORKSPACE)" \
		$(if $(DATA_DIR),--data-dir "$(DATA_DIR)")

test: ## Install what tests need, build, and run every test.
	@Scripts/setup test
	@Scripts/test

chaos: ## Run fault schedules against the debug build; a seed that failed repeats with SEEDS=1 FROM=seed.
	@test -x "$${CANON_BINARY:-.build/debug/canon}" || swift build --product canon
	@Scripts/chaos --seeds "$(SEEDS)" --from "$(FROM)" --jobs "$(JOBS)"

build: ## Build the release binary, .build/release/canon.
	@Scripts/setup run
	swift build -c release --product canon $(SWIFT_FLAGS)

build-profiled: ## Build .build/profiled/release/canon: twice, the second time laid out by what the first one did when it read.
	@Scripts/setup run
	@Scripts/profiled-build $(SWIFT_FLAGS)

# On its own: swift-syntax takes as long as all the rest.
build-swift: ## Build the release binary of canon-swift, by which `canon audit` reads Swift.
	swift build -c release --product canon-swift $(SWIFT_FLAGS)

# .ci/run builds for debugging only. A release build compiles each module as a whole, and finds what the other does not.
release-check: ## Build the release binaries and audit this repository with them: continuous integration does neither.
	@Scripts/setup run
	swift build -c release --product canon $(SWIFT_FLAGS)
	swift build -c release --product canon-swift $(SWIFT_FLAGS)
	.build/release/canon --version
	.build/release/canon audit --no-cache --fail-on low

# Builds nothing, so that `sudo make install` leaves no files of root in the repository.
install: ## Install the release binary (or PROGRAM) and the completions of bash, zsh and fish under PREFIX.
	@test -x $(PROGRAM) || { echo "$(PROGRAM) is not there; run: make build" >&2; exit 1; }
	install -D -m 755 $(PROGRAM) "$(DESTDIR)$(PREFIX)/bin/canon"
	@test ! -x .build/release/canon-swift || { set -x; \
		install -D -m 755 .build/release/canon-swift "$(DESTDIR)$(PREFIX)/bin/canon-swift"; }
	@completions="$$(mktemp -d)"; trap 'rm -rf "$$completions"' EXIT; \
	for shell in bash zsh fish; do \
		$(PROGRAM) --generate-completion-script $$shell >"$$completions/$$shell"; \
	done; \
	share="$(DESTDIR)$(PREFIX)/share"; set -x; \
	install -D -m 644 "$$completions/bash" "$$share/bash-completion/completions/canon"; \
	install -D -m 644 "$$completions/zsh" "$$share/zsh/site-functions/_canon"; \
	install -D -m 644 "$$completions/fish" "$$share/fish/vendor_completions.d/canon.fish"

dist: ## Make an archive for machines without Swift: .build/dist/canon-VERSION-linux-MACHINE.tar.gz and its checksum.
	@Scripts/setup run
	@Scripts/dist

docs: ## Make the site of the documentation in .build/site (DocC); BASE_PATH=/canon when it stands below a path.
	swift build --product canon
	@Scripts/docs-site $(if $(BASE_PATH),--base-path "$(BASE_PATH)")

format: ## Format the sources.
	swift format -i -r -p $(sources)

lint: ## Check the format of the sources.
	swift format lint -r -p --strict $(sources)

bench: ## Build and run the benchmarks (a package of its own, in Benchmarks).
	@test -f Benchmarks/Package.swift || { echo "There is no Benchmarks package in this tree." >&2; exit 1; }
	swift run -c release --package-path Benchmarks $(BENCH)

bench-all: ## Build everything, measure it beside a peer, and print the table (some 25 minutes, on a quiet machine).
	@Benchmarks/run

isolation: ## Steal between users of the debug binary until DELIVERIES events were received; none may be foreign.
	@Scripts/setup test
	@swift build --product canon
	@Scripts/test-venv.sh
	@Scripts/isolation --deliveries $(DELIVERIES) $(if $(SEED),--seed $(SEED))

isolation-mutants: ## Remove each ownership check in turn and show that the isolation suite then fails.
	@Scripts/setup test
	@Scripts/test-venv.sh
	@Scripts/isolation-mutants

python-differential: ## Compare the Python parser with each installed CPython over its library and MUTANTS mutants.
	swift build -c release --product canon
	CANON_BINARY="$${CANON_BINARY:-$(CURDIR)/.build/release/canon}" \
		Scripts/python-differential --mutants $(MUTANTS) $(if $(SEED),--seed $(SEED))

python-bench: ## Measure the Python parser beside ruff over FOLDERS (default: a standard library).
	swift build -c release --product canon
	Benchmarks/python-bench $(if $(FOLDERS),$(FOLDERS),"$$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')")

python-fuzz: ## Take mutants of Python files through the parser under the address sanitizer for FUZZ_SECONDS.
	Scripts/python-fuzz --seconds $(FUZZ_SECONDS) $(if $(SEED),--seed $(SEED))

autobahn: ## Run the Autobahn test suite against the WebSocket codec (needs Python 2.7).
	@Scripts/autobahn

clean: ## Remove everything that was built.
	rm -rf .build Benchmarks/.build
