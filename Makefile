# Everything starts here. Needs Python 3.11 or newer with its venv module; the rest is installed into .venv.

BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help run test check bench chaos audit sbom fix lock clean
.NOTPARALLEL:

# Test files are dealt out to processes; those that wait for processes of their own come early and not last.
SPREAD := -q -n 3 --dist loadfile --no-loadscope-reorder

# Checks load the settings but no database; these values lead nowhere on purpose.
NOWHERE := postgresql://nobody@127.0.0.1:1/nothing
DEVELOPMENT := env DEBUG=1 DATABASE_URL=$(NOWHERE) REDIS_URL=redis://127.0.0.1:1/0
PRODUCTION := env DEBUG=0 DATABASE_URL=$(NOWHERE) DATABASE_OWNER_URL=$(NOWHERE) DATABASE_SYSTEM_URL=$(NOWHERE) \
	REDIS_URL=redis://127.0.0.1:1/0 ALLOWED_HOSTS=journeyloop.example EMAIL_URL=postmark://token \
	SECRET_KEY=checks-only-9f2c4b7a1d8e6053-qwertyuiopasdfghjklzxcvbnm FIELD_ENCRYPTION_KEYS=checks-only-4b7a1d8e60539f2c-qwertyuiop

help:
	@echo "make run     everything on http://127.0.0.1:8000, until Ctrl-C"
	@echo "make test    all tests"
	@echo "make check   style, types, floors, templates, migrations, deployment"
	@echo "make bench   the benchmarks"
	@echo "make chaos   every fault at length, and a table of what it did (N=500 kills)"
	@echo "make audit   known vulnerabilities of what the locks name"
	@echo "make sbom    the bill of materials, into sbom.json"
	@echo "make fix     format, and mend what can be mended"
	@echo "make lock    resolve the locks again (needs uv)"
	@echo "make clean   remove .venv and caches; data in .local stays"

run: .venv/installed
	@exec $(BIN)/python -m journeyloop.embedded.run

test: .venv/installed
	@.ci/chromium $(BIN)/python
	@$(BIN)/python -m pytest --cov --cov-report=term $(SPREAD)

check: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(DEVELOPMENT) $(BIN)/mypy
	$(DEVELOPMENT) $(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint .
	$(BIN)/djlint --check .
	$(DEVELOPMENT) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: .venv/installed
	@$(BIN)/python -m bench

N := 500
chaos: .venv/installed
	@$(BIN)/python -m tests.chaos --kills $(N)

audit: .venv/installed
	@$(BIN)/python .ci/audit.py --strict

sbom: .venv/installed
	@$(BIN)/python .ci/sbom.py > sbom.json

fix: .venv/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint --quiet --reformat .

# No host name may enter a lock: everybody resolves with the registry that their own client is set to.
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links
lock:
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --group dev -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage staticfiles

# The file says that both locks are installed; it is older than a changed lock, and then this runs again.
.venv/installed: requirements.lock requirements-dev.lock .ci/venv
	@.ci/venv .venv
	@touch $@
