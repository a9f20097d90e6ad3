"""What an instance's own OpenAPI tells, in whatever shape it comes."""

from __future__ import annotations

import pytest
from loopback import Answer, answering
from pydantic import SecretStr

from extractor.alation import AlationClient, Capabilities
from extractor.alation.capabilities import of_document
from extractor.config import AlationSettings

TOKEN = Answer(201, {"api_access_token": "at"})
NODE = {"properties": {"otype": {"enum": ["table", "column", "dataflow"]}, "key": {"type": "string"}}}
DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "Lineage", "version": "2024.1"},
    "paths": {
        "/integration/v2/lineage/": {"post": {}, "delete": {}, "get": {}, "parameters": []},
        "/integration/v2/dataflow": {"post": {}, "get": {}, "patch": {}, "delete": {}},
        "/integration/v2/lineage/other/": {"put": {}},
    },
    "components": {"schemas": {"Node": NODE, "State": {"enum": ["running", "failed"]}}},
}


def read(answer: Answer) -> Capabilities | None:
    """What is made of an answer of the OpenAPI route."""
    with answering(TOKEN, answer) as server:
        settings = AlationSettings.model_validate({"url": server.url, "user_id": 1, "retries": 0})
        with AlationClient.from_settings(settings, SecretStr("rt")) as client:
            return client.capabilities()


def test_reads_methods_types_and_version():
    """The routes are known by their last part, the object types by their list of words."""
    found = read(Answer(200, DOCUMENT))
    assert found == Capabilities(
        "2024.1",
        frozenset({"GET", "POST", "DELETE"}),
        frozenset({"GET", "POST", "PATCH", "DELETE"}),
        frozenset({"table", "column", "dataflow"}),
    )
    assert found.supports("table")
    assert not found.supports("bi_report")


def test_what_is_not_said_is_supported():
    """A document without a list of types says nothing about them."""
    found = of_document({"paths": {}})
    assert found == Capabilities()
    assert found.supports("bi_report")


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, b"<html>", {"Content-Type": "text/html"}),
        Answer(200, b"<html>Swagger UI</html>", {"Content-Type": "text/html"}),
        Answer(200, b"openapi: 3.0.3\npaths: {}\n", {"Content-Type": "application/vnd.oai.openapi"}),
        Answer(403, {"detail": "no", "code": "403000"}),
        Answer(503),
        Answer(200, []),
        Answer(200, {"paths": []}),
        Answer(close=True),
    ],
)
def test_an_instance_that_does_not_show_it_is_no_error(answer):
    """Hidden, forbidden, a page for people, another format: nothing is known then."""
    assert read(answer) is None
