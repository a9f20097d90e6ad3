"""The sandbox as an ASGI application: its routes, one transaction a request, and the gate that misbehaves."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from extractor.sandbox import (
    catalog_routes,
    control_routes,
    dataflow_routes,
    jobs,
    lineage_routes,
    observability_routes,
    page,
    token_routes,
)
from extractor.sandbox.call import Call, Handler, Refusal, refused
from extractor.sandbox.faults import WIRE_KINDS, Fault, Faults
from extractor.sandbox.openapi import lineage_document, whole_document

Authenticate = Callable[[Engine, Faults, Request], None]
"""Refuses a request that does not carry what its service asks for."""

_REMEMBERED_REQUESTS = 20_000
_DETAILS = {
    401: "Authentication failed",
    403: "You do not have permission to perform this action.",
    429: "Request was throttled.",
}


def make_app(engine: Engine) -> ASGIApp:
    """The whole sandbox above a database that `extractor.sandbox.store` opened."""
    faults = Faults()
    seen: deque[dict[str, Any]] = deque(maxlen=_REMEMBERED_REQUESTS)

    def open_route(path: str, method: str, handler: Handler) -> Route:
        return Route(path, _endpoint(engine, faults, handler, None), methods=[method])

    def route(path: str, method: str, handler: Handler) -> Route:
        return Route(path, _endpoint(engine, faults, handler, _authenticate), methods=[method])

    def observability(path: str, method: str, handler: Handler) -> Route:
        whole = f"{observability_routes.ROOT}/{{tenant}}/configuration{path}"
        return Route(whole, _endpoint(engine, faults, handler, observability_routes.authenticate), methods=[method])

    def requests(_: Call) -> JSONResponse:
        return JSONResponse(list(seen))

    def forget(_: Call) -> JSONResponse:
        seen.clear()
        return JSONResponse([])

    token = "/integration/v1"  # noqa: S105 - a route, not a secret
    routes = [
        open_route(f"{token}/createRefreshToken/", "POST", token_routes.create_refresh),
        open_route(f"{token}/regenRefreshToken/", "POST", token_routes.regenerate_refresh),
        open_route(f"{token}/validateRefreshToken/", "POST", token_routes.validate_refresh),
        open_route(f"{token}/createAPIAccessToken/", "POST", token_routes.create_access),
        open_route(f"{token}/validateAPIAccessToken/", "POST", token_routes.validate_access),
        open_route(f"{token}/revokeAPIAccessTokens/", "POST", token_routes.revoke_access),
        open_route("/oauth/v2/token", "POST", token_routes.oauth),
        open_route("/oauth/v2/token/", "POST", token_routes.oauth),
        open_route("/openapi/lineage/", "GET", lineage_document),
        open_route("/sandbox/openapi.json", "GET", whole_document),
        route("/integration/v2/lineage/", "POST", lineage_routes.post),
        route("/integration/v2/lineage/", "DELETE", lineage_routes.delete),
        route("/integration/v2/lineage/", "GET", lineage_routes.show),
        route("/integration/v2/dataflow/", "POST", dataflow_routes.post),
        route("/integration/v2/dataflow/", "PATCH", dataflow_routes.patch),
        route("/integration/v2/dataflow/", "DELETE", dataflow_routes.delete),
        route("/integration/v2/dataflow/", "GET", dataflow_routes.show),
        route("/api/v1/bulk_metadata/job/", "GET", jobs.show),
        route("/integration/v1/schema/", "GET", catalog_routes.schemas),
        route("/integration/v1/table/", "GET", catalog_routes.tables),
        route("/integration/v1/column/", "GET", catalog_routes.columns),
        route("/integration/v1/datasource/", "GET", catalog_routes.native_data_sources),
        route("/integration/v2/datasource/", "GET", catalog_routes.connector_data_sources),
        route("/integration/v1/datasource/{number:int}/", "GET", catalog_routes.one_native),
        route("/integration/v2/datasource/{number:int}/", "GET", catalog_routes.one_of_connector),
        route("/integration/v2/schema/", "GET", catalog_routes.schemas),
        route("/integration/v2/table/", "GET", catalog_routes.tables),
        route("/integration/v2/column/", "GET", catalog_routes.columns),
        observability("/integrations/alation", "PUT", observability_routes.connect),
        observability("/integrations/alation", "GET", observability_routes.show),
        observability("/integrations/alation", "DELETE", observability_routes.disconnect),
        observability("/mappings/alation/auto", "POST", observability_routes.start),
        observability("/mappings/alation/auto", "GET", observability_routes.job),
        observability("/mappings/alation", "GET", observability_routes.mappings),
        observability("/mappings/alation", "POST", observability_routes.add),
        observability("/mappings/alation", "DELETE", observability_routes.remove),
        open_route("/", "GET", page.show),
        open_route("/sandbox/graph", "GET", control_routes.graph),
        open_route("/sandbox/jobs", "GET", control_routes.jobs),
        open_route("/sandbox/assumptions", "GET", control_routes.assumptions),
        open_route("/sandbox/faults", "POST", control_routes.add_fault),
        open_route("/sandbox/faults", "GET", control_routes.list_faults),
        open_route("/sandbox/faults", "DELETE", control_routes.clear_faults),
        open_route("/sandbox/requests", "GET", requests),
        open_route("/sandbox/requests", "DELETE", forget),
    ]
    app = Starlette(routes=routes, exception_handlers={404: _no_such_page, 405: _no_such_method})
    app.router.redirect_slashes = False
    return _Gate(app, faults, seen)


def _no_such_page(request: Request, _: Exception) -> Response:
    """What Django answers on a route without its slash, or on none: a page."""
    page = f"<!DOCTYPE html><html><head><title>Page not found</title></head><body>{len(request.url.path)}</body></html>"
    return HTMLResponse(page, 404)


def _no_such_method(request: Request, _: Exception) -> Response:
    here = [r for r in request.app.routes if isinstance(r, Route) and r.path_regex.match(request.url.path)]
    allowed = sorted({method for route in here for method in route.methods or ()})
    words = f'Method "{request.method}" not allowed.'
    is_alation = not request.url.path.startswith(f"{observability_routes.ROOT}/")
    body = {"detail": words, "code": "405000"} if is_alation else observability_routes.refused_words(405, words)
    return JSONResponse(body, 405, {"Allow": ", ".join(allowed)})


def _endpoint(
    engine: Engine, faults: Faults, handler: Handler, authenticate: Authenticate | None
) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        body = await request.body()
        try:
            if authenticate is not None:
                authenticate(engine, faults, request)
            with engine.begin() as db:
                return handler(
                    Call(
                        request.method,
                        request.url.path,
                        request.query_params,
                        request.headers,
                        body,
                        request.path_params,
                        db,
                        faults,
                    )
                )
        except Refusal as refusal:
            return JSONResponse(refusal.body, refusal.status)

    return endpoint


def _authenticate(engine: Engine, faults: Faults, request: Request) -> None:
    """Check the token in a transaction of its own, so that its expiry outlives the refusal."""
    token = token_routes.access_token_of(request.headers)
    with engine.begin() as db:
        if faults.take("expire_token", request.method, request.url.path):
            token_routes.expire_access(db, token)
    with engine.connect() as db:
        token_routes.check_access(db, token)


class _Gate:
    """Stands before the application: remembers each request, and carries out the faults of the wire."""

    def __init__(self, app: ASGIApp, faults: Faults, seen: deque[dict[str, Any]]) -> None:
        self._app = app
        self._faults = faults
        self._seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_ours(scope["path"]):
            return await self._app(scope, receive, send)
        entry = {"method": scope["method"], "path": scope["path"], "query": scope["query_string"].decode("latin-1")}
        self._seen.append(entry)

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
            await send(message)

        for kind in WIRE_KINDS:
            fault = self._faults.take(kind, scope["method"], scope["path"])
            if fault and fault.kind == "slow":
                await asyncio.sleep(fault.value)
            elif fault and fault.kind == "drop":
                return await _break_off(send)
            elif fault and fault.kind == "drop_after":
                await self._app(scope, receive, _into_nothing)
                return await _break_off(send)
            elif fault:
                await _drained(receive)
                return await _answer(fault, scope["path"])(scope, receive, noted)
        return await self._app(scope, receive, noted)


def _is_ours(path: str) -> bool:
    """Whether a path is the sandbox's own and none of Alation's."""
    return path == "/" or path.startswith("/sandbox/")


async def _into_nothing(_: Message) -> None:
    """Where an answer goes that nobody gets."""


async def _drained(receive: Receive) -> None:
    """Read the request to its end, so that the connection can be kept."""
    while (await receive()).get("more_body"):
        pass


async def _break_off(send: Send) -> None:
    """Promise a body and close the connection without it."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})


def _answer(fault: Fault, path: str) -> Response:
    headers = {} if fault.retry_after_s is None else {"Retry-After": str(fault.retry_after_s)}
    if fault.kind == "redirect":
        status = fault.status if 300 <= fault.status < 400 else 301
        return Response(status_code=status, headers={"Location": f"{path.rstrip('/')}/elsewhere/?token=in-the-query"})
    if fault.kind == "html":
        return HTMLResponse("<!DOCTYPE html><html><body>The server is resting.</body></html>", fault.status, headers)
    detail = _DETAILS.get(fault.status, f"The sandbox was told to answer {fault.status}.")
    if path.startswith(f"{observability_routes.ROOT}/"):
        return JSONResponse(observability_routes.refused_words(fault.status, detail), fault.status, headers)
    return JSONResponse(refused(fault.status, fault.status * 1000, detail).body, fault.status, headers)
