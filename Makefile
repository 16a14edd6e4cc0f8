# The set-up is made once and again whenever the lock changes: a .venv with exactly what requirements.lock names, and this project in it.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
NPM := tests/functional/node_modules/.ready
ARGS ?=
unexport PYTHONDONTWRITEBYTECODE  # where it is set, each process would compile all that it imports, which takes longer than most commands
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)

.DEFAULT_GOAL := help
.PHONY: help demo test check laws coverage mutation bench accuracy release-check lock browser npm neo4j kafka postgres keycloak helm

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

demo: $(READY) ## a retailer with two live failures: the first blast radius, then the server; ARGS="--no-serve --orders 1000"
	@$(BIN)/impactgraph demo $(ARGS)

test: check browser npm neo4j kafka postgres keycloak ## all checks and tests; ARGS="-k words" chooses
	PYTHONHASHSEED=0 $(BIN)/pytest -n 2 --dist loadfile $(ARGS)  # the seed: properties then look at the same examples everywhere

check: $(READY) ## lint, types, layers, unused dependencies
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/deptry .

laws: $(READY) neo4j ## the laws on 50 times the examples, new ones each time: hours
	HYPOTHESIS_PROFILE=nightly $(BIN)/pytest -n 2 --timeout 14400 tests/properties tests/laws $(ARGS)

coverage: $(READY) neo4j kafka postgres keycloak ## branch coverage of all tests but those in a browser, with the processes that they start: htmlcov/index.html
	rm -f .coverage .coverage.*
	-PYTHONHASHSEED=0 $(BIN)/coverage run -m pytest -n 2 --dist loadfile --timeout 3600 --ignore tests/functional/browser $(ARGS)
	$(BIN)/coverage combine -q
	$(BIN)/coverage html -q --skip-covered
	$(BIN)/coverage report --skip-covered --sort cover

mutation: $(READY) ## changes the heart in thousands of places and names what its unit tests do not notice, in the last commit: hours; ARGS="impactgraph.forecast.gates*" chooses
	rm -rf .mutation && git clone -q . .mutation && ln -s "$(CURDIR)/.venv" .mutation/.venv
	cd .mutation && PYTHONPATH=. PYTHONHASHSEED=0 $(BIN)/mutmut run --max-children 2 $(ARGS)
	cd .mutation && $(BIN)/mutmut results

bench: $(READY) ## speed: writes nothing, prints a table
	$(BIN)/pytest tests/benchmarks --benchmark-only --timeout 3600 $(ARGS)

accuracy: $(READY) ## scores the development cases and writes docs/accuracy.md
	$(BIN)/python -m tests.accuracy.run $(ARGS)

release-check: $(READY) ## advisories, SBOM (dist/sbom.cdx.json), licences and the wheel; says what could not be checked
	@$(BIN)/python -m scripts.release_check

lock: $(BIN)/uv ## resolves the dependencies anew; names, versions and hashes only, never an address
	$(BIN)/uv pip compile -q pyproject.toml --all-extras --group dev --universal --fork-strategy fewest --upgrade \
		--generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements.lock
	$(BIN)/uv pip compile -q pyproject.toml --extra neo4j --extra kafka --extra postgres --extra notices --extra login --extra mcp --extra otel --universal --fork-strategy fewest --constraint requirements.lock \
		--generate-hashes --no-emit-index-url --no-header --no-annotate -o deploy/runtime.lock

browser: ## chromium, for the tests that open a page
	@command -v chromium >/dev/null || { $(SUDO) apt-get update -q && $(SUDO) apt-get install -q -y --no-install-recommends chromium; }

neo4j: $(READY) ## the jars of a Neo4j server, for tests; IMPACTGRAPH_TEST_NEO4J=bolt://user:password@host:port names a running one instead
	@$(BIN)/python -m tests.neo4j_jars

helm: $(READY) ## renders the Helm chart again, by Helm itself, which Go builds once
	@$(BIN)/python -m tests.helm

kafka: $(READY) ## the jars of a Kafka broker, for tests
	@$(BIN)/python -m tests.kafka_jars

keycloak: $(READY) ## a Keycloak server, for tests of the login
	@$(BIN)/python -m tests.keycloak_home

postgres: ## a PostgreSQL server, for tests
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || { $(SUDO) apt-get update -q && $(SUDO) apt-get install -q -y --no-install-recommends postgresql; }

npm: $(NPM) ## the audits of the GraphQL over HTTP protocol, for tests

$(BIN)/uv:
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check "uv>=0.13,<0.14"

# The build backend is in the lock as well, so that an install resolves nothing by itself.
$(READY): requirements.lock pyproject.toml | $(BIN)/uv
	VIRTUAL_ENV=.venv $(BIN)/uv pip sync -q --require-hashes requirements.lock
	VIRTUAL_ENV=.venv $(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(NPM): tests/functional/package.json
	npm install --prefix tests/functional --no-package-lock --no-audit --no-fund --loglevel=error
	@touch $@
