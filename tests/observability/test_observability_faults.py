"""Every call against a service that misbehaves in every way, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sandbox_server import SandboxControl, sandbox

from extractor.errors import AuthenticationFailed, JobFailed, Rejected, RoleMissing, Throttled, Unreachable
from extractor.observability import ObservabilityClient
from tests.observability.service import CATALOG, client

CALLS: dict[str, Callable[[ObservabilityClient, SandboxControl], Any]] = {
    "connect": lambda asked, on: asked.connect("https://other.example.com/", 7, on.secret()),
    "show": lambda asked, _: asked.integration(),
    "disconnect": lambda asked, _: asked.disconnect(),
    "start": lambda asked, _: bool(asked.start_mapping()),
    "job": lambda asked, on: asked.mapping_job(on.job),
    "list": lambda asked, _: asked.mappings(),
    "add": lambda asked, _: asked.add_mapping("a-shops", 2),
    "remove": lambda asked, _: asked.remove_mapping("a-orders"),
}
PASSING: dict[str, dict[str, Any]] = {
    "throttled": {"kind": "status", "status": 429, "retry_after_s": 0},
    "error": {"kind": "status", "status": 500, "retry_after_s": 0},
    "resting": {"kind": "status", "status": 503, "retry_after_s": 0},
    "page": {"kind": "html", "status": 502, "retry_after_s": 0},
    "drop": {"kind": "drop"},
    "slow": {"kind": "slow", "value": 0.05},
}
LASTING: dict[str, tuple[dict[str, Any], type[Exception]]] = {
    "wrong": ({"kind": "status", "status": 400}, Rejected),
    "unknown": ({"kind": "status", "status": 401}, AuthenticationFailed),
    "expired": ({"kind": "expire_token"}, AuthenticationFailed),
    "role": ({"kind": "status", "status": 403}, RoleMissing),
    "throttled": ({"kind": "status", "status": 429, "retry_after_s": 0}, Throttled),
    "error": ({"kind": "status", "status": 500, "retry_after_s": 0}, Unreachable),
    "page": ({"kind": "html", "status": 503, "retry_after_s": 0}, Unreachable),
    "wrong page": ({"kind": "html", "status": 200}, Rejected),
    "not found": ({"kind": "html", "status": 404}, Rejected),
    "redirect": ({"kind": "redirect", "status": 302}, Rejected),
    "drop": ({"kind": "drop"}, Unreachable),
    "late": ({"kind": "slow", "value": 0.4}, Unreachable),
}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """One sandbox with assets for all tests, each of which begins anew with `clean`."""
    with sandbox(tmp_path_factory.mktemp("observability"), CATALOG) as running:
        yield running


@pytest.fixture
def clean(service):
    """The service connected, with a job that has ended and the mapping of a-orders alone."""
    service.clear_faults()
    with client(service) as asked:
        asked.connect(service.url, service.user_id, service.secret())
        service.job = asked.start_mapping()
        asked.wait(service.job, 5, 0.01)
        for mapping in asked.mappings():
            if mapping.asset_id != "a-orders":
                asked.remove_mapping(mapping.asset_id)
    yield service
    service.clear_faults()


def held(service: SandboxControl) -> tuple[Any, Any]:
    """What the service holds."""
    with client(service) as asked:
        return asked.integration(), asked.mappings()


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("call", CALLS)
def test_what_passes_changes_no_answer(clean, call, fault):
    """A call that fails once is tried again, and its answer and effect are those of a quiet service."""
    clean.fault(times=1, **PASSING[fault])
    with client(clean) as asked:
        answer = CALLS[call](asked, clean)
    after = held(clean)
    assert answer is not None
    _undo(clean, call)
    with client(clean) as asked:
        assert CALLS[call](asked, clean) == answer
    assert held(clean) == after


@pytest.mark.parametrize("call", CALLS)
def test_a_lost_answer_does_not_make_a_call_fail(clean, call):
    """The work was done and its answer lost: the second try finds it done, and the call succeeds."""
    paths = {"remove": "DELETE", "disconnect": "DELETE", "add": "POST", "start": "POST", "connect": "PUT"}
    clean.fault("drop_after", times=1, method=paths.get(call, "GET"))
    with client(clean) as asked:
        answer = CALLS[call](asked, clean)
    lost = "it was gone already"
    _undo(clean, call)
    with client(clean) as asked:
        quiet = CALLS[call](asked, clean)
    assert answer == (lost if call in {"remove", "disconnect"} else quiet)


@pytest.mark.parametrize("fault", LASTING)
@pytest.mark.parametrize("call", CALLS)
def test_what_lasts_is_an_error_that_says_who_can_help(clean, call, fault):
    """The class of the error is that of the trouble, no secret is in it, and nothing was changed."""
    before = held(clean)
    how, kind = LASTING[fault]
    clean.fault(**how)
    patience = {"timeout_s": 0.15, "retries": 0} if fault == "late" else {"retries": 1}
    with client(clean, **patience) as asked, pytest.raises(kind) as told:
        CALLS[call](asked, clean)
    assert type(told.value) is kind
    assert clean.token not in str(told.value)
    assert clean.api_key not in str(told.value)
    clean.clear_faults()
    if fault != "late":
        assert held(clean) == before


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "job_failed"}, "told to let this job fail"),
        ({"kind": "job_endless"}, "did not end within 0.3 s"),
        ({"kind": "job_status", "word": "QUEUED"}, "last seen: QUEUED"),
        ({"kind": "job_vanished"}, "does not know"),
    ],
)
def test_a_job_that_does_not_complete_is_an_error(clean, fault, words):
    """FAILED, never ending, a word that nobody knows, and gone: each says so, with the job's id."""
    clean.fault(**fault)
    with client(clean) as asked:
        job = asked.start_mapping()
        with pytest.raises(JobFailed, match=words) as told:
            asked.wait(job, 0.3, 0.05)
    assert job in str(told.value)


@pytest.mark.parametrize("fault", [{"kind": "job_result_string"}, {"kind": "job_polls", "value": 4}])
def test_a_job_that_completes_oddly_is_read(clean, fault):
    """A result as JSON inside of a string, and a job that takes its time."""
    clean.fault(**fault)
    with client(clean) as asked:
        done = asked.wait(asked.start_mapping(), 5, 0.05)
    assert [m.asset_id for m in done.result] == ["a-shops", "a-snow"]


def test_a_poll_that_fails_does_not_lose_the_job(clean):
    """Trouble between two looks at a job is waited out."""
    clean.fault("job_polls", value=3)
    with client(clean) as asked:
        job = asked.start_mapping()
        clean.fault("status", status=503, retry_after_s=0, times=2, method="GET", after=1)
        assert asked.wait(job, 5, 0.05).status == "COMPLETED"


def _undo(service: SandboxControl, call: str) -> None:
    """Bring the service back to where the call can be made once more."""
    with client(service) as asked:
        if call == "disconnect":
            asked.connect(service.url, service.user_id, service.secret())
        if call == "remove":
            asked.add_mapping("a-orders", 1)
        if call == "add":
            asked.remove_mapping("a-shops")
