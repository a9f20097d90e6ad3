"""What the sandbox's routes take and give, as OpenAPI 3.0.

``GET /openapi/lineage/`` shows the lineage, dataflow and job routes, as an instance of Alation does where its admin has
switched Swagger on; ``GET /sandbox/openapi.json`` shows all routes that the sandbox has, Data Observability's too.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse

from extractor.otypes import OTYPES
from extractor.sandbox import openapi_observability
from extractor.sandbox.call import Call
from extractor.sandbox.payload import DATAFLOW_FIELDS

VERSION = "2025.1"
_Schema = dict[str, Any]
_TEXT: _Schema = {"type": "string"}
_NUMBER: _Schema = {"type": "integer"}
_LARGEST = 9_000_000_000_000_000
_ID: _Schema = {"type": "integer", "minimum": 0, "maximum": _LARGEST}


def lineage_document(call: Call) -> JSONResponse:  # noqa: ARG001 - a handler's signature
    """``GET /openapi/lineage/``."""
    return JSONResponse(_document("Lineage", _LINEAGE))


def whole_document(call: Call) -> JSONResponse:  # noqa: ARG001 - as above
    """``GET /sandbox/openapi.json``."""
    document = _document("The sandbox", {**_LINEAGE, **_TOKENS, **_CATALOG, **openapi_observability.PATHS})
    parts = document["components"]
    parts["securitySchemes"] = {**parts["securitySchemes"], **openapi_observability.SECURITY}
    parts["schemas"] = {**parts["schemas"], **openapi_observability.SCHEMAS}
    return JSONResponse(document)


def _document(title: str, paths: dict[str, Any]) -> _Schema:
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": VERSION},
        "paths": paths,
        "security": [{"token": []}],
        "components": {
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "TOKEN"}},
            "schemas": _SCHEMAS,
        },
    }


def _ref(name: str) -> _Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(of: _Schema, least: int = 0) -> _Schema:
    return {"type": "array", "items": of, **({"minItems": least} if least else {})}


def _object(required: list[str] | None = None, **fields: _Schema) -> _Schema:
    shown: _Schema = {"type": "object", "properties": fields}
    return {**shown, "required": required} if required else shown


def _closed(of: _Schema) -> _Schema:
    return {**of, "additionalProperties": False}


def _maybe(of: _Schema) -> _Schema:
    return {**of, "nullable": True}


def _answer(schema: _Schema, words: str, headers: _Schema | None = None) -> _Schema:
    return {
        "description": words,
        "content": {"application/json": {"schema": schema}},
        **({"headers": headers} if headers else {}),
    }


def _answers(status: int, schema: _Schema, words: str, *others: int, headers: _Schema | None = None) -> _Schema:
    refusals = {400: "The request is wrong", 401: "The token is not known or has ended", 403: "No token, or no role"}
    found = {str(status): _answer(schema, words, headers)}
    for other in (400, 401, 403, *others):
        found[str(other)] = _answer(_ref("Refusal"), refusals.get(other, "It does not exist"))
    return found


def _parameter(name: str, schema: _Schema, words: str, *, required: bool = False, place: str = "query") -> _Schema:
    return {"name": name, "in": place, "schema": schema, "description": words, "required": required}


def _body(schema: _Schema) -> _Schema:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _job(words: str) -> _Schema:
    return _answers(202, _ref("Accepted"), words)


_OTYPE: _Schema = {"type": "string", "enum": [*OTYPES, "attribute"]}
_KEY: _Schema = {"type": "string", "minLength": 1, "pattern": "\\S"}
_EXTERNAL_ID: _Schema = {"type": "string", "pattern": "^api/[\\s\\S]+$"}
_KEY_FIELD: _Schema = {"type": "string", "enum": ["id", "external_id"], "default": "id"}
_PAGE = [
    _parameter("limit", {"type": "integer", "minimum": 1, "maximum": _LARGEST}, "So many at most; 100 unless said."),
    _parameter("skip", _ID, "Leave out so many."),
]
_NEXT: _Schema = {
    "X-Next-Page": {"schema": _TEXT, "description": "The next page, relative to the host; absent at the end."}
}
_WORDS = {name: _maybe(_TEXT) for name in DATAFLOW_FIELDS}

_SCHEMAS: _Schema = {
    "Refusal": _object(["detail"], detail=_TEXT, code=_TEXT, errors=_list({})),
    "Accepted": {"oneOf": [_object(["job_id"], job_id=_NUMBER), _object(["job_name"], job_name=_TEXT)]},
    "Object": _object(["otype", "key"], otype={"type": "string", "enum": list(OTYPES)}, key=_KEY),
    "End": _object(
        ["otype", "key"], otype={"type": "string", "enum": [n for n in OTYPES if n != "dataflow"]}, key=_KEY
    ),
    "DataflowObject": _object(["otype", "key"], otype={"type": "string", "enum": ["dataflow"]}, key=_EXTERNAL_ID),
    "Path": {
        "type": "array",
        "description": "Segments in the direction of the data; the first and the last hold no dataflow.",
        "items": _list(_ref("End"), 1),
        "minItems": 2,
    },
    "PathThroughDataflow": {
        "type": "array",
        "description": "As a path, with a dataflow in one segment between the ends or several.",
        "items": _list({"anyOf": [_ref("End"), _ref("DataflowObject")]}, 1),
        "minItems": 3,
    },
    "Dataflow": _object(["external_id"], external_id=_EXTERNAL_ID, **_WORDS),
    "ShownObject": _object(["otype", "key"], otype=_TEXT, key=_TEXT, id=_NUMBER, is_temp={"type": "boolean"}),
    "ShownPaths": _list(_list(_list(_ref("ShownObject")))),
    "ShownDataflow": _object(["id", "external_id"], id=_NUMBER, external_id=_TEXT, **_WORDS),
    "Job": _object(["status", "msg", "result"], status=_TEXT, msg=_TEXT, result={"nullable": True}),
    "Token": _object(["user_id", "token_status"], user_id=_NUMBER, token_status=_TEXT, token_expires_at=_TEXT),
    "Row": _object(id=_NUMBER, key=_TEXT, name=_TEXT, ds_id=_NUMBER),
    "DataSource": _object(["id", "title"], id=_NUMBER, title=_TEXT, uri=_TEXT, deleted={"type": "boolean"}),
}

_LINEAGE: _Schema = {
    "/integration/v2/lineage/": {
        "post": {
            "operationId": "postLineage",
            "requestBody": _body(
                _object(["paths"], dataflow_objects=_maybe(_list(_ref("Dataflow"))), paths=_maybe(_list(_ref("Path"))))
            ),
            "responses": _job("The job that adds the paths"),
        },
        "delete": {
            "operationId": "deleteLineage",
            "parameters": [
                _parameter(f"{side}_{what}", schema, f"The link's {side}.", required=True)
                for side in ("source", "target")
                for what, schema in (("otype", _OTYPE), ("key", _KEY))
            ],
            "responses": _job("The job that removes the link"),
        },
        "get": {
            "operationId": "getLineage",
            "parameters": [
                _parameter("otype", {**_OTYPE, "default": "table"}, "The object's type."),
                _parameter("oid", _KEY, "The object's number or key.", required=True),
                _parameter("keyField", {"type": "string", "enum": ["id", "key"], "default": "id"}, "Which of the two."),
                _parameter(
                    "exclude_children",
                    {"type": "boolean", "default": False},
                    "Only objects of that type (assumed name).",
                ),
            ],
            "responses": _answers(
                200, _object(["paths"], paths=_ref("ShownPaths")), "The nearest sources and targets", 404
            ),
        },
    },
    "/integration/v2/dataflow/": {
        "post": {
            "operationId": "postDataflows",
            "requestBody": _body(
                _closed(
                    _object(
                        ["dataflow_objects"],
                        dataflow_objects=_list(_ref("Dataflow"), 1),
                        paths=_maybe(_list(_ref("PathThroughDataflow"))),
                    )
                )
            ),
            "responses": _job("The job that creates or replaces the dataflows"),
        },
        "patch": {
            "operationId": "patchDataflows",
            "requestBody": _body(_list(_closed(_object(["id"], id=_ID, **_WORDS)), 1)),
            "responses": _job("The job that changes the dataflows"),
        },
        "delete": {
            "operationId": "deleteDataflows",
            "parameters": [_parameter("keyField", _KEY_FIELD, "What the body names.")],
            "requestBody": _body(_list({"anyOf": [_ID, _TEXT]})),
            "responses": _job("The job that deletes the dataflows with their paths"),
        },
        "get": {
            "operationId": "getDataflows",
            "description": "All, or those that a body, a list of ids, names by keyField.",
            "parameters": [_parameter("keyField", _KEY_FIELD, "What the body names."), *_PAGE],
            "responses": _answers(
                200,
                _object(
                    ["dataflow_objects", "paths"],
                    dataflow_objects=_list(_ref("ShownDataflow")),
                    paths=_ref("ShownPaths"),
                ),
                "Dataflows and their paths",
                headers=_NEXT,
            ),
        },
    },
    "/api/v1/bulk_metadata/job/": {
        "get": {
            "operationId": "getJob",
            "parameters": [
                _parameter("id", _ID, "The job's number; it or the name is needed."),
                _parameter("name", _TEXT, "The job's name."),
            ],
            "responses": _answers(200, _ref("Job"), "Where the job stands", 404),
        }
    },
}


def _token_route(operation: str, needed: list[str], status: int, answer: _Schema) -> _Schema:
    kinds: dict[str, _Schema] = {"user_id": {"anyOf": [_NUMBER, {**_TEXT, "minLength": 1}]}}
    fields = {name: kinds.get(name, {**_TEXT, "minLength": 1}) for name in needed}
    return {
        "post": {
            "operationId": operation,
            "security": [],
            "requestBody": _body(_object(needed, **fields)),
            "responses": _answers(status, answer, "The token"),
        }
    }


_REFRESH = ["refresh_token", "user_id"]
_OAUTH: _Schema = {
    "post": {
        "operationId": "oauthToken",
        "security": [],
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": _object(
                        ["grant_type"],
                        grant_type={"type": "string", "enum": ["client_credentials"]},
                        client_id=_TEXT,
                        client_secret=_TEXT,
                    )
                }
            },
        },
        "responses": {
            "200": _answer(
                _object(["access_token", "expires_in"], access_token=_TEXT, token_type=_TEXT, expires_in=_NUMBER),
                "An access token",
            ),
            **{
                str(s): _answer(_object(["error"], error=_TEXT, error_description=_TEXT), "Refused") for s in (400, 401)
            },
        },
    }
}
_TOKENS: _Schema = {
    "/integration/v1/createRefreshToken/": _token_route(
        "createRefreshToken", ["username", "password", "name"], 201, _ref("Token")
    ),
    "/integration/v1/regenRefreshToken/": _token_route("regenRefreshToken", _REFRESH, 201, _ref("Token")),
    "/integration/v1/validateRefreshToken/": _token_route("validateRefreshToken", _REFRESH, 200, _ref("Token")),
    "/integration/v1/createAPIAccessToken/": _token_route("createAPIAccessToken", _REFRESH, 201, _ref("Token")),
    "/integration/v1/validateAPIAccessToken/": _token_route(
        "validateAPIAccessToken", ["api_access_token", "user_id"], 200, _ref("Token")
    ),
    "/integration/v1/revokeAPIAccessTokens/": _token_route(
        "revokeAPIAccessTokens", _REFRESH, 200, _object(["detail"], detail=_TEXT)
    ),
    "/oauth/v2/token": _OAUTH,
    "/oauth/v2/token/": {"post": {**_OAUTH["post"], "operationId": "oauthTokenWithSlash"}},
}


def _rows(operation: str, parameters: list[_Schema], row: _Schema) -> _Schema:
    return {
        "get": {
            "operationId": operation,
            "parameters": [*parameters, *_PAGE],
            "responses": _answers(200, _list(row), "A page of them", headers=_NEXT),
        }
    }


_FILTERS = [
    *(_parameter(name, _ID, "Only of that number.") for name in ("id", "ds_id")),
    _parameter("name", _TEXT, "Only of that name; name__iexact, name__contains ... are known too."),
    _parameter("id__gt", _ID, "Only those of larger numbers."),
    _parameter("order_by", {"type": "string", "enum": ["id", "-id", "name", "-name"]}, "In that order."),
]
_HIDDEN = _parameter("include_hidden", {"type": "boolean"}, "Hidden ones too.")
_OF_SCHEMA = _parameter("schema_id", _ID, "Only of that schema.")
_OF_TABLE = _parameter("table_id", _ID, "Only of that table.")
_LISTED = {"schema": [], "table": [_OF_SCHEMA], "column": [_OF_SCHEMA, _OF_TABLE]}
_CATALOG: _Schema = {
    **{
        f"/integration/{version}/{kind}/": _rows(f"{kind}s_{version}", [*_FILTERS, *extra], _ref("Row"))
        for version in ("v1", "v2")
        for kind, extra in _LISTED.items()
    },
    **{
        f"/integration/{version}/datasource/": _rows(f"datasources_{version}", [_HIDDEN], _ref("DataSource"))
        for version in ("v1", "v2")
    },
    **{
        f"/integration/{version}/datasource/{{number}}/": {
            "get": {
                "operationId": f"datasource_{version}",
                "parameters": [_parameter("number", _ID, "Its number.", required=True, place="path")],
                "responses": {
                    **_answers(200, _ref("DataSource"), "The data source"),
                    "404": {
                        "description": "There is none, as JSON; or the path is none, as a page",
                        "content": {"application/json": {"schema": _ref("Refusal")}, "text/html": {"schema": _TEXT}},
                    },
                },
            }
        }
        for version in ("v1", "v2")
    },
}
