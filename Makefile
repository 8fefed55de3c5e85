# Two commands matter: `make run` starts the platform on this machine, `make test` tests it.
# Both need Python 3.11 or newer and a package index, nothing else; `make` alone lists the rest.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
export PORT

# A stamp is named after the content of its lock, so that a changed lock is installed again and an
# unchanged one costs nothing.
stamp = $(VENV)/.installed-$(1)-$(firstword $(shell cksum requirements/$(1).txt))
BASE := $(call stamp,base)
TRAIN := $(call stamp,train)
DEV := $(call stamp,dev)

.PHONY: help run training data-report bench-model bench-viewer test fuzz schema lint format lock clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

run: $(BASE) ## start the platform on http://127.0.0.1:8000 (PORT=..., HOST=..., VAR_DIR=...)
	@exec $(BIN)/python manage.py run

training: $(BASE) $(TRAIN) ## install what training and converting models need (TensorFlow)

data-report: $(BASE) $(TRAIN) ## count, compare and show radiographs (DATA=folder, OUT=folder)
	@test -n "$(DATA)" || { echo "Say where the radiographs are: \
	make data-report DATA=path/to/fracatlas" >&2; exit 2; }
	@exec $(BIN)/python -m inference_worker.training report --data "$(DATA)" \
		--out "$(or $(OUT),training-runs/data-report)" $(if $(SCORES),--scores "$(SCORES)")

bench-model: $(BASE) $(TRAIN) ## measure the engines (BUNDLE=folder, ARGS="--images 64")
	@exec $(BIN)/python -m benchmarks.model $(if $(BUNDLE),--bundle "$(BUNDLE)") $(ARGS)

bench-viewer: $(BASE) $(DEV) ## measure the viewer's script in a real browser (ARGS="--side 2000")
	@exec $(BIN)/python -m benchmarks.viewer $(ARGS)

test: $(BASE) $(TRAIN) $(DEV) ## run all tests (ARGS="tests/cases -x" runs some)
	@exec $(BIN)/python -m pytest -n 2 $(ARGS)

FUZZ_SECONDS ?= 900
fuzz: $(BASE) $(DEV) ## send the API whatever its schema allows and forbids (FUZZ_SECONDS=900)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) exec $(BIN)/python -m pytest -s tests/site/test_api_contract.py

schema: $(BASE) ## write docs/openapi.yaml from the code
	@DJANGO_SETTINGS_MODULE=fracture_platform.settings.test \
		$(BIN)/python manage.py spectacular --fail-on-warn --validate --file docs/openapi.yaml

lint: $(BASE) $(DEV) ## style, types, walls between the rooms, migrations, spelling, length
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports
	@DJANGO_SETTINGS_MODULE=fracture_platform.settings.test \
		$(BIN)/python manage.py makemigrations --check --dry-run
	@git ls-files | xargs $(BIN)/codespell
	@git ls-files '*.py' | grep -v /migrations/ | xargs wc -l \
		| awk '$$2 != "total" && $$1 > 300 { print $$2 ": " $$1 " lines, 300 at most"; bad = 1 } \
			END { exit bad }'

format: $(BASE) $(DEV) ## let ruff arrange the code
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url -c constraints.in $(UPGRADE)
lock: $(DEV) ## compile requirements/*.in (UPGRADE=--upgrade takes the newest versions)
	@cd requirements && export PATH="$(CURDIR)/$(BIN):$$PATH" \
		UV_CUSTOM_COMPILE_COMMAND="make lock" \
		&& for name in base train gpu dev; do $(LOCK) $$name.in -o $$name.txt || exit 1; done

clean: ## remove the environment and what tools leave; var/ with its data stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache staticfiles
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# bin/pip is the last thing that `venv` writes: an interrupted one is made anew.
$(BIN)/pip:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here; the platform needs \
	Python 3.11 or newer (name it: make run PYTHON=/path/to/python3)." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("The platform needs Python \
	3.11 or newer and $(PYTHON) is %d.%d; name another: make run PYTHON=python3.12" \
	% sys.version_info[:2])'
	@echo "Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

$(BASE) $(TRAIN) $(DEV): $(VENV)/.installed-%: | $(BIN)/pip
	@set=$$(echo $* | cut -d- -f1); \
	echo "Installing requirements/$$set.txt (a minute or so)"; \
	$(PIP) install --require-hashes -r requirements/$$set.txt \
	&& rm -f $(VENV)/.installed-$$set-* && touch $@
