#!/usr/bin/env bash
# Run deploy/airflow_dag.py in an Airflow of its own, over a small log, with the program of this repository:
# both tasks must succeed, and the second must tell the counts of the first. `make test-airflow` calls it.
set -euo pipefail
cd "$(dirname "$0")/.."
airflow=$(realpath "$1") program=$(realpath "$2")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

mkdir -p "$folder/logs" "$folder/dags"
cp deploy/airflow_dag.py "$folder/dags/"
printf '{"sql": "insert into mart.net select net from raw.sales", "session": "1", "started_at": "2026-01-01T00:00:00Z"}\n' \
    > "$folder/logs/a.jsonl"
cat > "$folder/lineage.toml" <<TOML
[[source]]
paths = ["logs"]
dialect = "postgres"
data_source_id = 1
unknown_tables = "upload"
catalog = { from_alation = false }
TOML

export AIRFLOW_HOME="$folder/home" AIRFLOW__CORE__DAGS_FOLDER="$folder/dags" AIRFLOW__CORE__LOAD_EXAMPLES=False
export AIRFLOW__LOGGING__COLORED_CONSOLE_LOG=False
"$airflow" db migrate > "$folder/migrate.log" 2>&1 || { tail -20 "$folder/migrate.log"; exit 1; }
conf=$(printf '{"program": "%s", "command": "plan", "config": "%s/lineage.toml", "report": "%s/report.json"}' \
    "$program" "$folder" "$folder")
"$airflow" dags test alation_lineage 2026-01-02 --conf "$conf" > "$folder/test.log" 2>&1 ||
    { tail -60 "$folder/test.log"; exit 1; }
grep -q '"command": "plan"\|alation_lineage' "$folder/test.log"
grep -q "'edges': [1-9]" "$folder/test.log" || { tail -60 "$folder/test.log"; echo "the counts were not told"; exit 1; }
grep -q 'state=success' "$folder/test.log" || { tail -60 "$folder/test.log"; echo "the DAG did not succeed"; exit 1; }
echo "Airflow $("$airflow" version | tail -n 1): both tasks of deploy/airflow_dag.py ran"
