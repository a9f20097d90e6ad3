"""Hold events against OpenLineage's published schema: `make test-openlineage`.

Always against the classes that OpenLineage generates from it and releases as openlineage-python: a field that the
schema does not have, one that it demands, a value of another type and an address of another version are errors. With
SPEC (https://openlineage.io/spec, or a folder with the same files: `spec/` of OpenLineage's repository at a release)
also against the schema's own documents: each event and each facet by the address that it names itself.

It runs in an environment of its own, with openlineage-python, cattrs and jsonschema.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from cattrs import Converter, transform_error
from jsonschema import Draft202012Validator, FormatChecker
from openlineage.client.generated import column_lineage_dataset, documentation_job, schema_dataset, sql_job
from openlineage.client.generated.base import EventType, InputDataset, Job, OutputDataset, Run, RunEvent
from referencing import Registry, Resource

_FACETS = {
    "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet,
    "schema": schema_dataset.SchemaDatasetFacet,
    "sql": sql_job.SQLJobFacet,
    "documentation": documentation_job.DocumentationJobFacet,
}
_OURS = {"_producer", "_schemaURL"}


def _text(value: Any, _: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


_CONVERTER = Converter(forbid_extra_keys=True)
_CONVERTER.register_structure_hook(str, _text)


def check(event: dict[str, Any], seen: Counter[str]) -> None:
    """Structure every part of an event by its class.

    Raises:
        Exception: cattrs' error of whatever does not fit.
        ValueError: a facet that no class is known for, or an address of another version.
    """
    parts = {"run": Run, "job": Job}
    for name, cls in parts.items():
        _named(event[name], cls, seen)
    for name, cls in (("inputs", InputDataset), ("outputs", OutputDataset)):
        for dataset in event[name]:
            _named(dataset, cls, seen)
    _same("schemaURL", event["schemaURL"], RunEvent)
    RunEvent(
        eventTime=event["eventTime"],
        eventType=EventType(event["eventType"]),
        producer=event["producer"],
        run=Run(runId=event["run"]["runId"]),
        job=Job(namespace="", name=""),
    )
    if unknown := event.keys() - {"eventTime", "eventType", "producer", "schemaURL", "run", "job", "inputs", "outputs"}:
        raise ValueError(f"the event has {', '.join(unknown)}")


def _named(part: dict[str, Any], cls: type[Any], seen: Counter[str]) -> None:
    _CONVERTER.structure({name: value for name, value in part.items() if name != "facets"}, cls)
    for name, facet in part.get("facets", {}).items():
        known = _FACETS[name]
        _same(name, facet["_schemaURL"], known)
        if not facet["_producer"]:
            raise ValueError(f"{name} has no producer")
        _CONVERTER.structure({n: v for n, v in facet.items() if n not in _OURS}, known)
        seen[name] += 1


def _same(name: str, url: str, cls: Any) -> None:
    if url != cls._get_schema():
        raise ValueError(f"{name}: {url} is not {cls._get_schema()}")


_PUBLISHED_AT = "https://openlineage.io/spec"


def documents(spec: str) -> Registry[Any]:
    """The published documents by their addresses: from a server, or from a folder by the ``$id`` in each file."""
    if "://" in spec:

        def fetch(address: str) -> Resource[Any]:
            with urlopen(address.replace(_PUBLISHED_AT, spec.rstrip("/"), 1)) as answer:  # noqa: S310 - named by who runs this
                return Resource.from_contents(json.load(answer))

        return Registry(retrieve=fetch)
    found = [json.loads(path.read_bytes()) for path in sorted(Path(spec).rglob("*.json"))]
    return Registry().with_resources((one["$id"], Resource.from_contents(one)) for one in found if "$id" in one)


def check_by_documents(event: dict[str, Any], registry: Registry[Any], seen: Counter[str]) -> None:
    """Validate an event, and each of its facets, by the schema whose address it names.

    Raises:
        ValueError: all that does not fit.
    """
    named = [event["run"], event["job"], *event["inputs"], *event["outputs"]]
    facets = [facet for one in named for facet in one.get("facets", {}).values()]
    problems = []
    for address, value in [(event["schemaURL"], event), *((facet["_schemaURL"], facet) for facet in facets)]:
        validator = Draft202012Validator({"$ref": address}, registry=registry, format_checker=FormatChecker())
        problems += [f"{error.json_path}: {error.message} ({address})" for error in validator.iter_errors(value)]
        seen["documents"] += 1
    if problems:
        raise ValueError("; ".join(problems))


def main(path: Path, spec: str = "") -> int:
    """Check the events of a file; the exit code."""
    seen: Counter[str] = Counter()
    registry = documents(spec) if spec else None
    problems = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        seen["events"] += 1
        try:
            check(json.loads(line), seen)
            if registry is not None:
                check_by_documents(json.loads(line), registry, seen)
        except Exception as error:  # noqa: BLE001 - every problem of every event is told
            problems += 1
            print(f"{path}:{number}: {'; '.join(transform_error(error))}")
    print(", ".join(f"{name} {count}" for name, count in seen.items()), f"- {problems} do not fit")
    return 1 if problems or not seen["columnLineage"] else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
