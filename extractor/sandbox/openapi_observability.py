"""What the sandbox's Data Observability takes and gives, as OpenAPI 3.0. Source: *Alation Integration APIs*."""

from __future__ import annotations

from typing import Any

from extractor.sandbox.observability_routes import LARGEST_ID, ROOT, TENANT

_Schema = dict[str, Any]
_TEXT: _Schema = {"type": "string"}
_SAID: _Schema = {"type": "string", "minLength": 1}
_NUMBER: _Schema = {"type": "integer"}
_ID: _Schema = {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}

SECURITY: _Schema = {
    "observabilityKey": {"type": "apiKey", "in": "header", "name": "X-TLM-Key"},
    "observabilityBearer": {"type": "http", "scheme": "bearer"},
}
SCHEMAS: _Schema = {
    "ObservabilityRefusal": {
        "type": "object",
        "properties": {"description": _TEXT, "status": _NUMBER},
        "required": ["description"],
    },
    "Integration": {
        "type": "object",
        "properties": {"url": _TEXT, "user_id": _NUMBER},
        "required": ["url", "user_id"],
        "additionalProperties": False,
    },
    "Mapping": {
        "type": "object",
        "properties": {
            "asset_id": _TEXT,
            "data_source_id": _NUMBER,
            "data_source_name": _TEXT,
            "schema_id": _NUMBER,
            "schema_name": _TEXT,
            "table_id": _NUMBER,
            "table_name": _TEXT,
        },
        "required": ["asset_id", "data_source_id", "schema_name", "table_id", "table_name"],
    },
    "MappingJob": {
        "type": "object",
        "properties": {
            "status": {"type": "string", "enum": ["IN_PROGRESS", "COMPLETED", "FAILED"]},
            "error_message": {"type": "string", "nullable": True},
            "result": {"type": "array", "items": {"$ref": "#/components/schemas/Mapping"}, "nullable": True},
        },
        "required": ["status", "error_message", "result"],
    },
}
_MESSAGE: _Schema = {"type": "object", "properties": {"message": _TEXT}, "required": ["message"]}
_STARTED: _Schema = {
    "type": "object",
    "properties": {"message": _TEXT, "job_id": {"type": "string", "format": "uuid"}},
    "required": ["message", "job_id"],
}
_REFUSALS = {
    400: "A parameter or a field is missing or wrong",
    401: "The key is missing or wrong",
    404: "It does not exist",
    409: "The asset has a mapping already",
}


def _ref(name: str) -> _Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: _Schema) -> _Schema:
    return {"application/json": {"schema": schema}}


def _operation(name: str, answer: _Schema, words: str, *refusals: int, **more: Any) -> _Schema:
    refused = _json(_ref("ObservabilityRefusal"))
    return {
        "operationId": name,
        "security": [{scheme: []} for scheme in SECURITY],
        "responses": {
            "200": {"description": words, "content": _json(answer)},
            **{str(s): {"description": _REFUSALS[s], "content": refused} for s in (401, *refusals)},
        },
        **more,
    }


def _query(name: str, schema: _Schema, words: str, *, required: bool = True) -> list[_Schema]:
    return [{"name": name, "in": "query", "schema": schema, "description": words, "required": required}]


def _body(**fields: _Schema) -> _Schema:
    return {"required": True, "content": _json({"type": "object", "properties": fields, "required": list(fields)})}


_BASE = f"{ROOT}/{TENANT}/configuration"
_MAPPINGS: _Schema = {"type": "array", "items": _ref("Mapping")}
_OVERWRITE: _Schema = {"type": "boolean", "default": False}

PATHS: _Schema = {
    f"{_BASE}/integrations/alation": {
        "put": _operation(
            "putIntegration",
            _ref("Integration"),
            "The connection, without its token",
            400,
            requestBody=_body(url=_SAID, user_id=_ID, refresh_api_token=_SAID),
        ),
        "get": _operation("getIntegration", _ref("Integration"), "The connection, without its token", 404),
        "delete": _operation("deleteIntegration", _MESSAGE, "It is gone", 404),
    },
    f"{_BASE}/mappings/alation/auto": {
        "post": _operation(
            "startMapping",
            _STARTED,
            "The job that maps",
            400,
            parameters=_query("should_overwrite", _OVERWRITE, "Also assets that have a mapping.", required=False),
        ),
        "get": _operation(
            "getMappingJob",
            _ref("MappingJob"),
            "Where the job stands",
            400,
            404,
            parameters=_query("job_id", _SAID, "The job's id."),
        ),
    },
    f"{_BASE}/mappings/alation": {
        "get": _operation("getMappings", _MAPPINGS, "All mappings"),
        "post": _operation(
            "postMapping",
            _ref("Mapping"),
            "The mapping",
            400,
            404,
            409,
            requestBody=_body(asset_id=_SAID, alation_table_id=_ID),
        ),
        "delete": _operation(
            "deleteMapping", _MESSAGE, "It is gone", 400, 404, parameters=_query("asset_id", _SAID, "The asset's id.")
        ),
    },
}
