# Everything that is done with this project from a shell. Each target sets up what it needs first.
SHELL := /bin/bash
PYTHON := .venv/bin/python
export PATH := $(CURDIR)/.venv/bin:$(PATH)
SERVE ?= 1
PORT ?= 8000
DICOM ?=
WORKERS ?= 2

# What `manage.py check --deploy` is run with: production's settings, no production.
PRODUCTION_LIKE := env PRODUCTION=1 ALLOWED_HOSTS=study.example.org VAR_DIR=var/check \
	VAULT_KEY_FILE=/run/keys/vault DEIDENTIFY_KEY_FILE=/run/keys/uids \
	QUARANTINE_KEY_FILE=/run/keys/quarantine AUDIT_KEY_FILE=/run/keys/audit SIGNATURE_KEY_FILE=/run/keys/signatures \
	ALLOCATION_KEY_FILE=/run/keys/allocation \
	SECRET_KEY=$$(head -c 48 /dev/urandom | base64 -w 0) \
	DATABASE_URL=postgres://study@localhost/study VAULT_DATABASE_URL=postgres://study@localhost/vault \
	CELERY_BROKER_URL=redis://localhost/0 \
	EMAIL_BACKEND=django.core.mail.backends.smtp.EmailBackend

.PHONY: help setup dev demo serve test check format bench accuracy contacts study trial approve gallery validation restores faults lock viewer messages load sbom audit clean

help:
	@echo "make demo | serve | test | check | bench | accuracy | contacts | study | trial | approve | validation | restores | faults | setup | lock | load | sbom | audit | viewer | messages | format | clean"

setup:
	@bash studysite/install.sh run

dev:
	@bash studysite/install.sh dev

demo: setup
	@DICOM="$(DICOM)" SERVE="$(SERVE)" PORT="$(PORT)" $(PYTHON) manage.py demo

serve: setup
	@$(PYTHON) manage.py serve --port "$(PORT)"

test: dev
	@$(PYTHON) -m pytest -n $(WORKERS) $(ARGS)

check: dev
	ruff check .
	ruff format --check .
	mypy
	lint-imports --no-cache
	git ls-files -z '*.html' | xargs -0 -r djhtml --check --tabwidth 2
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PRODUCTION_LIKE) $(PYTHON) manage.py check --deploy --fail-level WARNING
	$(PYTHON) -m pytest -q tests/test_architecture.py tests/test_setup_locks.py tests/studysite/test_translations.py

format: dev
	ruff check --fix .
	ruff format .
	git ls-files -z '*.html' | xargs -0 -r djhtml --tabwidth 2

bench: dev
	@$(PYTHON) -m tests.bench $(ARGS)
	@$(PYTHON) -m tests.bench.trail
	@$(PYTHON) -m tests.bench.receiving
	@$(PYTHON) -m tests.bench.pages
	@$(PYTHON) -m tests.bench.reports

# Runs the tests of every promise and writes docs/validation.md from what they came to.
validation: dev
	@$(PYTHON) -m tests.validation

# Everything killed at random for ten minutes on each pair, with outages of a minute; wrong clocks.
faults: dev
	@FAULT_SECONDS=$${FAULT_SECONDS:-600} $(PYTHON) -m pytest -q -s tests/faults tests/studysite/backup/test_upgrade.py

# The restore drill, twenty times: random studies from each engine to each.
restores: dev
	@RESTORES=$${RESTORES:-20} $(PYTHON) -m pytest -q -s -n $(WORKERS) tests/studysite/backup/test_drill.py

accuracy: dev
	@$(PYTHON) -m tests.bench.accuracy $(ARGS)

contacts: dev
	@$(PYTHON) -m tests.bench.contacts $(ARGS)

# Everything in docs/measurement.md that was measured: all runs, then its tables and figures.
study: dev
	@$(PYTHON) -m tests.bench.study $(ARGS)

# A simulated trial of 60 through the whole system: scans, measurement, reads, surgery, report.
trial: dev
	@$(PYTHON) -m tests.bench.trial $(ARGS)

# The pages that papers are compared with, drawn anew: look at each that changed before it is kept.
approve: dev
	@APPROVE=1 $(PYTHON) -m pytest -q tests/reports/test_approved_pages.py
	@git status --short tests/reports/approved_pages

# The pictures of docs/pictures, drawn anew.
gallery: dev
	@$(PYTHON) -m tests.bench.gallery $(ARGS)

# Resolves the pins anew for every platform, with hashes. A pin that did not change keeps what it
# brought along; `make lock UPGRADE=--upgrade` takes the newest of everything that is not pinned.
UV := .venv/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(UPGRADE)
lock: setup
	$(UV) --no-deps requirements-uv.txt -o requirements-uv.lock
	$(UV) requirements.txt -o requirements.lock
	$(UV) -c requirements.lock requirements.txt requirements-dev.txt -o requirements-dev.lock

# Fifty coordinators at once, with intake and measurement; measurements an hour against workers.
load: dev
	@$(PYTHON) -m tests.bench.load $(ARGS)
	@$(PYTHON) -m tests.bench.hourly

# What a site runs, package by package with its licence, as CycloneDX; and what is known against it,
# where that can be asked. Both tools live in environments of their own: nobody else needs them.
SBOM_TOOL := cyclonedx-bom==7.5.0
AUDIT_TOOL := pip-audit==2.10.1
TOOL = .venv/uv/bin/uv tool run --quiet --python .venv/bin/python --from
sbom: setup
	@.venv/uv/bin/uv venv --quiet --clear --python $(PYTHON) var/sbom/site
	@.venv/uv/bin/uv pip sync --quiet --python var/sbom/site/bin/python --require-hashes requirements.lock
	@$(TOOL) $(SBOM_TOOL) cyclonedx-py environment --output-reproducible --output-file var/sbom.json var/sbom/site/bin/python
	@rm -rf var/sbom && echo "var/sbom.json"

audit: setup
	@$(TOOL) $(AUDIT_TOOL) pip-audit --strict --disable-pip --require-hashes -r requirements.lock

# The viewer's bundle, from its sources; needs Node, which nobody else does.
viewer:
	cd studysite/viewer && npm ci --no-audit --no-fund --ignore-scripts && node build.mjs && rm -rf node_modules

messages: dev
	$(PYTHON) manage.py makemessages --locale zh_Hans --no-location --no-wrap \
		--ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*'
	$(PYTHON) manage.py compilemessages --locale zh_Hans --ignore '.venv' --ignore 'var'

# The study's data in var/ is not an intermediate file: it stays.
clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
