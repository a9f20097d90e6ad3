"""What a user of Alation's own SDK does, in a process of its own (it reconfigures logging when it is imported).

Arguments: URL, user id, refresh token. Writes what it saw as one JSON object.
"""

from __future__ import annotations

import json
import os
import sys

os.environ["NO_PROXY"] = "127.0.0.1"

import allie_sdk as allie
import requests


def node(otype: str, key: str) -> allie.DataflowPathObject:
    """An end of a path."""
    return allie.DataflowPathObject(otype=otype, key=key)


def payload(title: str) -> allie.DataflowPayload:
    """One dataflow with a table path and a column path."""
    flow = node("dataflow", "api/etl/o1")
    return allie.DataflowPayload(
        dataflow_objects=[allie.Dataflow(external_id="api/etl/o1", title=title, content="INSERT", group_name="etl")],
        paths=[
            [[node("table", "12.sales.orders")], [flow], [node("table", "12.mart.revenue")]],
            [[node("column", "12.sales.orders.amount")], [flow], [node("column", "12.mart.revenue.amount")]],
        ],
    )


def dataflows(alation: allie.Alation) -> dict:
    """Create, replace, read, change and delete a dataflow."""
    by_name = allie.DataflowParams(keyField="external_id")
    created = alation.dataflow.create_or_replace_dataflows(payload("orders"))
    replaced = alation.dataflow.create_or_replace_dataflows(payload("orders again"))
    read = alation.dataflow.get_dataflows(["api/etl/o1"], by_name)
    number = read.dataflow_objects[0].id
    updated = alation.dataflow.update_dataflows([allie.DataflowPatchItem(id=number, title="patched")])
    after = alation.dataflow.get_dataflows([number], allie.DataflowParams(keyField="id"))
    deleted = alation.dataflow.delete_dataflows(["api/etl/o1", "api/none"], by_name)
    return {
        "statuses": [jobs[0].status for jobs in (created, replaced, updated, deleted)],
        "replaced": [jobs[0].result[0].mapping[0].replaced for jobs in (created, replaced)],
        "read": [read.dataflow_objects[0].title, len(read.paths), read.paths[0][1][0].key],
        "patched": after.dataflow_objects[0].title,
        "deleted": [deleted[0].result[0].mapping[0].external_id, deleted[0].result[0].failed],
        "left": len(alation.dataflow.get_dataflows().dataflow_objects),
    }


def catalog(alation: allie.Alation) -> dict:
    """Read schemas, tables, columns and data sources."""
    tables = alation.rdbms.get_tables(allie.TableParams(ds_id={12}))
    return {
        "schemas": [s.key for s in alation.rdbms.get_schemas(allie.SchemaParams(ds_id={12}))],
        "tables": [[t.key, t.schema_name] for t in tables],
        "columns": len(alation.rdbms.get_columns(allie.ColumnParams(ds_id={12}, table_id={tables[0].id}))),
        "all_columns": len(alation.rdbms.get_columns()),
        "native": [s.id for s in alation.datasource.get_native_datasources()],
        "connected": [s.id for s in alation.datasource.get_ocf_datasources()],
    }


def refusals(alation: allie.Alation, url: str, user_id: int, token: str) -> dict:
    """A wrong token, and a payload that is wrong."""
    try:
        allie.Alation(host=url, user_id=user_id, refresh_token=token + "x")
    except requests.HTTPError as error:
        status = error.response.status_code
    wrong = allie.DataflowPayload(dataflow_objects=[allie.Dataflow(external_id="etl/o1")], paths=[])
    try:
        alation.dataflow.create_or_replace_dataflows(wrong)
    except requests.HTTPError as error:
        return {"wrong_token": status, "wrong_body": error.response.json()["code"]}
    return {}


def read_back(url: str, user_id: int, token: str) -> None:
    """What the SDK sees of a dataflow that we uploaded, and that it can take it away."""
    alation = allie.Alation(host=url, user_id=user_id, refresh_token=token)
    by_name = allie.DataflowParams(keyField="external_id")
    read = alation.dataflow.get_dataflows(["api/test/wh/one"], by_name)
    flow = read.dataflow_objects[0]
    paths = sorted([[[n.otype, n.key] for n in segment] for segment in path] for path in read.paths)
    deleted = alation.dataflow.delete_dataflows(["api/test/wh/one"], by_name)
    seen = {"words": [flow.external_id, flow.title, flow.content], "paths": paths, "deleted": deleted[0].status}
    sys.stderr.write(json.dumps(seen))


def main(url: str, user_id: int, token: str) -> None:
    """The whole session."""
    alation = allie.Alation(host=url, user_id=user_id, refresh_token=token)
    seen = {"dataflows": dataflows(alation), "catalog": catalog(alation)}
    body = payload("by lineage").generate_api_post_payload()
    seen["lineage"] = [
        job["status"] for job in alation.dataflow.async_post_dict_payload("/integration/v2/lineage/", body)
    ]
    seen["refusals"] = refusals(alation, url, user_id, token)
    by_oauth = allie.Alation(host=url, client_id="sandbox", client_secret=token)
    seen["oauth"] = len(by_oauth.rdbms.get_schemas())
    alation.authentication.revoke_access_tokens()
    sys.stderr.write(json.dumps(seen))


if __name__ == "__main__":
    (read_back if sys.argv[4:] == ["read_back"] else main)(sys.argv[1], int(sys.argv[2]), sys.argv[3])
