"""Lineage that no log holds, kept in Alation by runs like all other lineage."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from loopback import Answer, answering
from sandbox_server import sandbox

from extractor import pipeline
from extractor.config import TOKEN_VARIABLE, load_config
from extractor.errors import ConfigError
from extractor.models import Node
from extractor.pipeline import Level
from extractor.pipeline.events import check_events
from extractor.report import ExitCode
from extractor.settings_of_openlineage import EventSettings
from tests.pipeline.company import CATALOG, LOAD, record, run, write_log

SALES, NET = {"otype": "table", "key": "12.raw.sales"}, {"otype": "table", "key": "12.MART.net"}
REPORT = {"otype": "bi_report", "key": "2.bi_report.r1"}
FLOW = {"otype": "dataflow", "key": "api/by_hand"}
OURS = "api/test/bi/by_hand"


@pytest.fixture
def alation(tmp_path, monkeypatch):
    """A sandbox whose token is in the environment."""
    with sandbox(tmp_path, catalog={**CATALOG, "objects": [REPORT]}) as running:
        monkeypatch.setenv(TOKEN_VARIABLE, running.token)
        running.fault("job_polls", value=0)
        yield running


class Installation:
    """A folder with a configuration, a log of one load, and files of paths."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.declare([[[SALES], [FLOW], [NET]], [[NET], [REPORT]]])

    def declare(self, paths: list[Any], content: str = "Copied every Monday.") -> None:
        """Write the file of paths."""
        objects = [{"external_id": "api/by_hand", "content": content}]
        text = json.dumps({"dataflow_objects": objects, "paths": paths}, indent=1)
        (self.folder / "bi.json").write_text(text, encoding="utf-8")

    def config(self, extra: str = ""):
        """The configuration, with that in its [[paths]]."""
        path = self.folder / "lineage.toml"
        path.write_text(
            f'namespace = "test"\n[alation]\nurl = "{self.url}"\nuser_id = 1\nretries = 1\njob_poll_s = 0.05\n'
            "[limits]\nworkers = 1\n[reconcile]\nremovals_always = 100\n"
            '[[source]]\nname = "wh"\npaths = ["logs"]\ndialect = "postgres"\ndata_source_id = 12\ndatabase = "wh"\n'
            f'[[paths]]\nname = "bi"\nfiles = ["bi*.json", "*.csv"]\n{extra}\n',
            encoding="utf-8",
        )
        return load_config(path)

    def run(self, extra: str = ""):
        """A run over everything."""
        return run(self.config(extra))


@pytest.fixture
def installed(tmp_path, alation):
    """The installation, with its log."""
    write_log(tmp_path, "a.jsonl", [record(LOAD.format(day="2024-03-01"))])
    return Installation(tmp_path, alation.url)


def by_hand(alation) -> list[tuple[str, str | None, str]]:
    """The edges that are not of the log."""
    return [edge for edge in alation.edges() if not (edge[1] or "").startswith("api/test/wh/")]


def test_what_is_declared_is_kept_and_sent_once(installed, alation):
    """Dataflow, content and direct link arrive as the catalog spells them; the next run sends nothing."""
    report = installed.run()
    assert report.failures == []
    assert by_hand(alation) == [("12.mart.net", None, "2.bi_report.r1"), ("12.raw.sales", OURS, "12.mart.net")]
    assert alation.dataflows()[OURS]["content"] == "Copied every Monday."
    assert not any("direct" in name for name in alation.dataflows())
    assert alation.temporary() == set()
    alation.forget_requests()
    assert installed.run().plan["keep"] == 3
    assert alation.writes() == []


def test_what_is_no_longer_declared_is_removed(installed, alation):
    """A path that is gone from the file is gone from Alation after the next run; the log's lineage stays."""
    installed.run()
    installed.declare([])
    report = installed.run()
    assert report.failures == []
    assert by_hand(alation) == []
    assert OURS not in alation.dataflows()
    assert len(alation.edges()) > 0


def test_other_words_replace_the_old_ones(installed, alation):
    """A changed sentence is a change, though the edges are the same."""
    installed.run()
    installed.declare([[[SALES], [FLOW], [NET]], [[NET], [REPORT]]], content="Copied every Tuesday.")
    installed.run()
    assert alation.dataflows()[OURS]["content"] == "Copied every Tuesday."
    assert len(by_hand(alation)) == 2
    alation.forget_requests()
    installed.run()
    assert alation.writes() == []


def test_a_file_that_is_wrong_removes_nothing(installed, alation):
    """Its line is told, the run ends with 3, and what was there stays."""
    installed.run()
    before = alation.edges()
    (installed.folder / "bi.json").write_text('{"paths": [\n[[{"otype": "tabel", "key": "1.s.a"}], []]]}')
    report = installed.run()
    assert any("bi.json:2: the otype 'tabel'" in line for line in report.failures)
    assert report.exit_code(0.05) is ExitCode.FAILED
    (installed.folder / "bi.json").unlink()
    assert any("match no file" in line for line in installed.run().failures)
    assert alation.edges() == before


def test_the_csv_is_kept_as_well(installed, alation):
    """Both formats of one [[paths]] are put together."""
    (installed.folder / "more.csv").write_text(
        "source_otype,source_key,dataflow,target_otype,target_key\n"
        "external,sap/VBAK,api/by_hand2,table,12.raw.shops\nbi_report,2.bi_report.r1,,external,mail\n"
    )
    assert installed.run().failures == []
    assert ("sap/VBAK", "api/test/bi/by_hand2", "12.raw.shops") in by_hand(alation)
    assert ("2.bi_report.r1", None, "mail") in by_hand(alation)


def test_a_link_that_others_made_is_not_taken_away(installed, alation):
    """A direct link that was there before stays when it is no longer declared; one of ours goes."""
    with alation.client() as client:
        client.wait(client.post_lineage([], [[[Node(**NET)], [Node(**REPORT)]]]), 5, 0.05)
    shops = {"otype": "table", "key": "12.raw.shops"}
    installed.declare([[[NET, shops], [REPORT]]])
    installed.run()
    assert len(by_hand(alation)) == 2
    installed.declare([[[shops], [REPORT]]])
    installed.run()
    assert len(by_hand(alation)) == 2
    installed.declare([])
    installed.run()
    assert by_hand(alation) == [("12.mart.net", None, "2.bi_report.r1")]


def test_a_link_beside_a_dataflow_stays_and_is_told(installed, alation):
    """Where a dataflow of others links the same two, deleting could take it along: the link stays, with a warning."""
    installed.declare([[[NET], [REPORT]]])
    installed.run()
    with alation.client() as client:
        path = [[Node(**NET)], [Node("dataflow", "api/theirs")], [Node(**REPORT)]]
        client.wait(client.post_lineage([{"external_id": "api/theirs"}], [path]), 5, 0.05)
    installed.declare([])
    report = installed.run()
    assert any("also linked through api/theirs" in line for line in report.warnings)
    assert ("12.mart.net", "api/theirs", "2.bi_report.r1") in by_hand(alation)
    assert report.failures == []


@pytest.mark.parametrize(
    ("policy", "temporary"), [("leave_out", set()), ("upload", {"12.raw.salse", "12.raw.sales.nte"})]
)
def test_what_the_catalog_does_not_hold_is_left_out_or_uploaded(installed, alation, policy, temporary):
    """A typing error in a table or column is reported, and becomes a TMP node only on request."""
    typo, column = {"otype": "table", "key": "12.raw.salse"}, {"otype": "column", "key": "12.raw.sales.nte"}
    real = {"otype": "column", "key": "12.MART.NET.net"}
    installed.declare([[[typo, SALES], [FLOW], [NET]], [[column], [FLOW], [real]]])
    report = installed.run(f'unknown_keys = "{policy}"')
    assert alation.temporary() == temporary
    assert ("12.raw.sales", OURS, "12.mart.net") in by_hand(alation)
    told = {line.what for line in report.names.ranked()}
    assert told == ({"12.raw.salse", "12.raw.sales.nte"} if policy == "leave_out" else set())


def test_a_killed_upload_is_gone_on_with(installed, alation):
    """A job that fails leaves the declared links planned; the next run sends them and the state is whole."""
    alation.fault("job_failed", method="POST", path="/integration/v2/lineage/")
    assert installed.run().failures
    assert by_hand(alation) == []
    alation.clear_faults()
    assert installed.run().failures == []
    assert len(by_hand(alation)) == 2


def test_check_tells_what_is_wrong(installed, tmp_path):
    """Files, links and the lines of what is wrong, before anything runs."""
    found = {f.text for f in pipeline.check(installed.config())}
    assert "paths bi: 1 file with 2 links" in found
    installed.declare([[[FLOW], [NET]]])
    errors = [f.text for f in pipeline.check(installed.config()) if f.level is Level.ERROR]
    assert [text for text in errors if "bi.json" in text and "must not begin or end with a dataflow" in text]


def test_paths_alone_are_a_configuration(tmp_path, alation):
    """Nobody needs a log to keep what people wrote down."""
    installation = Installation(tmp_path, alation.url)
    installation.config()
    path = tmp_path / "lineage.toml"
    text = path.read_text()
    path.write_text(text[: text.index("[[source]]")] + text[text.index("[[paths]]") :])
    assert run(load_config(path)).failures == []
    assert len(alation.edges()) == 2


@pytest.mark.parametrize("more", ["more/*.csv", "more/one.csv"])
def test_files_that_are_not_mounted_take_nothing_away(tmp_path, alation, installed, more):
    """One of two places is gone: what it declared stays, and the run says so."""
    config = installed.config().model_copy(update={"source": []})
    paths = config.paths[0].model_copy(update={"files": ["bi*.json", more]})
    config = config.model_copy(update={"paths": [paths]})
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "one.csv").write_text(
        "source_otype,source_key,dataflow,target_otype,target_key\ntable,12.raw.shops,api/by_hand2,table,12.mart.towns\n"
    )
    run(config)
    before = alation.edges()
    assert ("12.raw.shops", "api/test/bi/by_hand2", "12.mart.towns") in before
    (tmp_path / "more" / "one.csv").unlink()
    report = run(config)
    assert any("no such file" in line for line in report.failures)
    assert (report.plan["remove"], alation.edges()) == (0, before)


def test_events_and_paths_do_not_share_a_name(installed):
    """What a [[paths]] no longer says is removed by its name, so nothing else may bear it."""
    events = EventSettings(name="BI", paths=["events"], namespaces={"postgres://": "wh"})
    with pytest.raises(ConfigError, match="share a name: bi"):
        check_events(installed.config().model_copy(update={"events": [events]}))


def test_declared_dataflows_are_taken_over_by_a_rebuild(installed, alation, tmp_path):
    """Ids with slashes of their own come back, nothing is sent again, and other words are seen from then on."""
    nested = {"otype": "dataflow", "key": "api/team/by_hand"}
    objects = [{"external_id": "api/team/by_hand", "content": "As agreed."}]
    text = json.dumps({"dataflow_objects": objects, "paths": [[[SALES], [nested], [NET]]]})
    (tmp_path / "bi.json").write_text(text, encoding="utf-8")
    installed.run()
    for part in tmp_path.glob("lineage-state.db*"):
        part.unlink()
    assert pipeline.rebuild_state(installed.config()) == (2, 0)
    assert installed.run().plan["keep"] == 2
    (tmp_path / "bi.json").write_text(text.replace("As agreed.", "As agreed anew."), encoding="utf-8")
    assert installed.run().plan["change"] == 1
    assert alation.dataflows()["api/test/bi/team/by_hand"]["content"] == "As agreed anew."
    (tmp_path / "bi.json").write_text('{"paths": []}', encoding="utf-8")
    installed.run()
    assert list(alation.dataflows()) == [name for name in alation.dataflows() if name.startswith("api/test/wh/")]


def test_check_compares_object_types_with_what_the_instance_shows(installed, monkeypatch):
    """Where the instance's OpenAPI lists object types, those that it lacks are told by the [[paths]] that use them."""
    node = {"properties": {"otype": {"enum": ["table", "column", "dataflow"]}}}
    document = {
        "info": {"version": "2021.1"},
        "paths": {"/integration/v2/lineage/": {"post": {}}},
        "components": {"schemas": {"Node": node}},
    }
    token = {"user_id": 1, "token_status": "ACTIVE", "api_access_token": "at"}
    answers = [Answer(200, token), Answer(201, token), Answer(200, document), Answer(200, []), Answer(200, [])]
    with answering(*answers) as server:
        config = installed.config()
        assert config.alation is not None
        config = config.model_copy(update={"alation": config.alation.model_copy(update={"url": server.url})})
        found = [f.text for f in pipeline.check(config) if f.level is Level.WARNING and "no objects of type" in f.text]
    (line,) = found
    assert line.startswith("paths bi: Alation: its OpenAPI of version 2021.1 shows no objects of type bi_report")
