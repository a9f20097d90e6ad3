"""A night in Airflow 3: a Bash operator runs the command, a Python operator reads its report and passes on the counts.

Put it into the folder of the DAGs. The command lives in an environment of its own, so that its packages and Airflow's
need not agree; ``program`` says where. The token comes from the environment of the worker, as a file:
``ALATION_LINEAGE_REFRESH_TOKEN_FILE``. A run that a worker lost goes on where it was when the task is tried again.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG

RUN = (
    "{{ params.program }} {{ params.command }} --quiet --log-format json "
    "--config {{ params.config }} --json {{ params.report }}"
)


def counts(report: str) -> dict[str, Any]:
    """What a run did, for the tasks that come after it (XCom) and for whoever reads the task's log."""
    told = json.loads(Path(report).read_text(encoding="utf-8"))
    for line in told["warnings"]:
        print(f"warning: {line}")
    return {
        "records": told["records"]["read"],
        "edges": told["edges"]["derived"],
        "unparsed_share": told["unparsed_share"],
        "plan": told["plan"],
    }


with DAG(
    "alation_lineage",
    description="Table and column lineage from query logs into Alation",
    schedule="30 4 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    params={
        "program": "/opt/lineage/bin/alation-lineage",
        "command": "run",
        "config": "/var/lib/alation-lineage/lineage.toml",
        "report": "/var/lib/alation-lineage/report.json",
    },
    tags=["lineage"],
):
    run = BashOperator(task_id="run", bash_command=RUN, append_env=True, retries=2, retry_delay=timedelta(minutes=10))
    tell = PythonOperator(task_id="counts", python_callable=counts, op_args=["{{ params.report }}"])
    run >> tell
