# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: demo serve test lint prove bench docs clean

demo: .venv/.demo
	$(BIN)/python examples/demo/demo.py

serve: .venv/.demo
	$(BIN)/gatelodge serve $(ARGS)

test: .venv/.dev .venv/.system lint
	$(BIN)/pytest -q -n 2

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Ten thousand writes by eight writers, millions of generated cases (CASES=N for another number), a
# million users, and every mutant of the policy engine.
CASES ?= 2000000
prove: .venv/.dev
	GATELODGE_TEST_WRITES=10000 $(BIN)/pytest -q tests/doors/test_durability.py
	$(BIN)/python -m tests.laws.prove $(CASES)
	$(BIN)/python -m tests.userpools.prove
	$(BIN)/python -m tests.laws.mutants

# The pages that are made from the code.
docs: .venv/.dev
	$(BIN)/python -m gatelodge.control.coverage > docs/reference/operations.md

bench: .venv/.bench
	$(BIN)/python bench/compare.py
	$(BIN)/python bench/tokens.py
	$(BIN)/python bench/iam_bench.py
	$(BIN)/python bench/functions.py

.venv/.made:
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Python 3.11 or newer is needed"'
	$(PYTHON) -m venv .venv
	touch $@

.venv/.demo: .venv/.made pyproject.toml constraints.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[demo]'
	touch $@

.venv/.dev: .venv/.made pyproject.toml constraints.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[demo,dev]'
	touch $@

# System packages, where this may install them: without them some tests are skipped, and say so.
SYSTEM = chromium cmake g++ make xz-utils
.venv/.system: .venv/.made
	missing=$$(for tool in chromium cmake g++ make xz; do command -v $$tool > /dev/null || echo $$tool; done); \
	if test -n "$$missing" && command -v apt-get > /dev/null && test "$$(id -u)" = 0; then \
		apt-get update -q && apt-get install -y -q --no-install-recommends $(SYSTEM) || true; \
	fi
	touch $@

# MiniStack wants a botocore of its own; its policy engine, which is what is measured, does not.
.venv/.bench: .venv/.dev
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[demo,dev,bench]'
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt --no-deps ministack
	touch $@

clean:
	rm -rf .venv .venv-bench .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
