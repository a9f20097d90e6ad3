"""``alation-lineage alation ...``: single calls to Alation, for an admin who looks or cleans up by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from extractor.cli.options import DEFAULT_CONFIG, AsJson, ConfigFile
from extractor.cli.terminal import print_json, say
from extractor.errors import ConfigError
from extractor.report import ExitCode, counted

if TYPE_CHECKING:
    from extractor.alation import AlationClient, JobRef
    from extractor.alation.auth import TokenInfo
    from extractor.config import AlationSettings, Config
    from extractor.models import Node

_END = "an end as OTYPE:KEY, for example table:12.sales.orders or dataflow:api/lineage/wh/0a1b"
Foreign = Annotated[bool, typer.Option("--foreign", help="Also what is not below api/<namespace>/, after a question.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Answer the question with yes.")]


def add_to(app: typer.Typer) -> None:
    """Hang the commands into the tree."""
    group = typer.Typer(no_args_is_help=True, help="Single calls to Alation, by hand.")
    tree: dict[tuple[str, str], dict[str, Callable[..., None]]] = {
        ("lineage", "The links of one object."): {"get": lineage_get, "delete": lineage_delete},
        ("dataflow", "Dataflows."): {"list": dataflow_list, "show": dataflow_show, "delete": dataflow_delete},
        ("job", "Jobs."): {"show": job_show},
        ("token", "The token."): {"check": token_check},
    }
    for (name, what), commands in tree.items():
        inner = typer.Typer(no_args_is_help=True, help=what)
        for word, command in commands.items():
            inner.command(word)(command)
        group.add_typer(inner, name=name)
    app.add_typer(group, name="alation")


def lineage_get(
    end: Annotated[str, typer.Argument(metavar="OBJECT", help=f"{_END}; with --id a number stands for the key.")],
    config: ConfigFile = DEFAULT_CONFIG,
    by_id: Annotated[
        bool, typer.Option("--id", help="OBJECT is OTYPE:NUMBER, the number as in Alation's URL.")
    ] = False,
    only: Annotated[bool, typer.Option("--only", help="Without the lineage of a table's columns.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the nearest sources and targets of an object.

    Example: alation-lineage alation lineage get table:12.mart.net --only
    """
    node = _end_of(end)
    if by_id and not node.key.isdigit():
        raise ConfigError(f"{end}: with --id a number is needed, for example {node.otype}:931")
    with _connected(config) as client:
        if by_id:
            answer = client.get_lineage_by_id(node.otype, int(node.key), only_otype=only)
        else:
            answer = client.get_lineage(node, only_otype=only)
    if as_json:
        print_json(answer)
        return
    for path in answer["paths"]:
        say(" -> ".join(", ".join(map(_shown, segment)) for segment in path))
    say(counted(len(answer["paths"]), "path"))


def lineage_delete(
    source: Annotated[str, typer.Argument(help=_END)],
    target: Annotated[str, typer.Argument(help=_END)],
    config: ConfigFile = DEFAULT_CONFIG,
    foreign: Foreign = False,
    yes: Yes = False,
) -> None:
    """Delete one link. Ours are those that begin or end in a dataflow below api/<namespace>/.

    Example: alation-lineage alation lineage delete table:12.raw.sales dataflow:api/lineage/wh/0a1b2c
    """
    settings = _settings(config)
    ends = _end_of(source), _end_of(target)
    ours = [node.key for node in ends if node.otype == "dataflow" and _is_ours(node.key, settings.namespace)]
    if not ours:
        _refuse_or_ask([f"the link {source} -> {target}"], settings.namespace, foreign=foreign, yes=yes)
    with _connected(config) as client:
        _follow(client, _alation(settings), client.delete_lineage(*ends))
    if ours:
        say("the state still counts the link as there, so the next run does not bring it back by itself")


def dataflow_list(
    config: ConfigFile = DEFAULT_CONFIG,
    foreign: Annotated[bool, typer.Option("--foreign", help="All dataflows, not ours alone.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the dataflows below api/<namespace>/ that Alation holds.

    Example: alation-lineage alation dataflow list --json
    """
    settings = _settings(config)
    found: list[dict[str, Any]] = []
    with _connected(config) as client:
        for page in client.dataflow_pages(None):
            found += [d for d in page["dataflow_objects"] if foreign or _is_ours(_id_of(d), settings.namespace)]
    found.sort(key=_id_of)
    if as_json:
        print_json(found)
        return
    for dataflow in found:
        say(f"{_id_of(dataflow)}\t{dataflow.get('title') or ''}")
    say(counted(len(found), "dataflow"))


def dataflow_show(
    external_id: Annotated[str, typer.Argument(help="Its external id, api/...")],
    config: ConfigFile = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Show a dataflow: its words, its SQL and its paths.

    Example: alation-lineage alation dataflow show api/lineage/wh/0a1b2c
    """
    with _connected(config) as client:
        answer = client.get_dataflows([external_id])
    if not answer["dataflow_objects"]:
        raise ConfigError(f"Alation holds no dataflow {external_id}; see: alation-lineage alation dataflow list")
    if as_json:
        print_json(answer)
        return
    for name, value in answer["dataflow_objects"][0].items():
        if value:
            say(f"{name}:\n{value}\n" if "\n" in str(value) else f"{name}: {value}")
    for path in answer["paths"]:
        say(" -> ".join(", ".join(map(_shown, segment)) for segment in path))


def dataflow_delete(
    external_ids: Annotated[list[str], typer.Argument(metavar="ID...", help="External ids, api/...")],
    config: ConfigFile = DEFAULT_CONFIG,
    foreign: Foreign = False,
    yes: Yes = False,
) -> None:
    """Delete dataflows with all their paths. Those of ours come back with the next run that still wants them.

    Example: alation-lineage alation dataflow delete api/lineage/wh/0a1b2c
    """
    from extractor.pipeline.forgetting import forget_dataflows

    settings = _settings(config)
    others = [name for name in external_ids if not _is_ours(name, settings.namespace)]
    if others:
        _refuse_or_ask(others, settings.namespace, foreign=foreign, yes=yes)
    with _connected(config) as client:
        _follow(client, _alation(settings), client.delete_dataflows(external_ids))
    forget_dataflows(settings, [name for name in external_ids if name not in others])


def job_show(
    job: Annotated[str, typer.Argument(help="Its number or its name.")],
    config: ConfigFile = DEFAULT_CONFIG,
    wait: Annotated[bool, typer.Option("--wait", help="Follow it to its end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show where a job stands and what it could not do.

    Example: alation-lineage alation job show 4711 --wait
    """
    from extractor.alation import JobRef

    settings = _alation(_settings(config))
    ref = JobRef.parse(job)
    with _connected(config) as client:
        status = client.wait(ref, settings.job_deadline_s, settings.job_poll_s) if wait else client.job(ref)
    if as_json:
        shown = {"status": status.state, "msg": status.message, "result": status.result, "failures": status.failures}
        print_json(shown)
    else:
        say(f"job {ref.shown}: {'not known' if status.vanished else status.state} {status.message}".rstrip())
        for line in status.failures:
            say(f"  failed: {line}")
    is_bad = status.vanished or status.failures or status.state == "failed"
    raise typer.Exit(ExitCode.FAILED if is_bad else ExitCode.DONE)


def token_check(config: ConfigFile = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Tell whether the token works and when it ends; nothing of it is shown.

    Example: alation-lineage alation token check
    """
    from extractor.pipeline.tokens import token_warnings

    settings = _alation(_settings(config))
    with _connected(config) as client:
        token, access = client.check_token(), client.check_access_token()
        warnings = token_warnings(client)
    if as_json:
        whose = {"user_id": settings.user_id, "name": token.name or None}
        ends = {"expires_at": token.expires_at, "days_left": token.days_left()}
        active = {"active": token.active, "access_token_active": access.active}
        print_json({**whose, **active, **ends, "warnings": warnings})
    else:
        _say_token(settings, token, access)
    for line in warnings:
        say(f"warning: {line}", error=True)
    raise typer.Exit(ExitCode.DONE if token.active and access.active else ExitCode.FAILED)


def _say_token(settings: AlationSettings, token: TokenInfo, access: TokenInfo) -> None:
    what = f"the refresh token of user {settings.user_id}" if settings.user_id is not None else "the OAuth client"
    days = token.days_left()
    end = "" if days is None else f", ends in {days:.0f} days"
    say(f"{what}{f' ({token.name})' if token.name else ''}: {'active' if token.active else 'NOT active'}{end}")
    say(f"an access token: {'active' if access.active else 'NOT active'}")


def _settings(config: Any) -> Config:
    from extractor.config import load_config

    return load_config(config)


def _alation(settings: Config) -> AlationSettings:
    if settings.alation is None:
        raise ConfigError("the configuration has no [alation] section: add url and user_id")
    return settings.alation


def _connected(config: Any) -> AlationClient:
    from extractor.pipeline.runs import connect

    return connect(_alation(_settings(config)))


def _end_of(text: str) -> Node:
    from extractor.models import Node
    from extractor.otypes import OTYPES

    otype, colon, key = text.partition(":")
    if not colon or not key or otype not in OTYPES:
        raise ConfigError(f"{text!r} is none: give {_END}. Object types: {', '.join(OTYPES)}")
    return Node(otype, key)


def _is_ours(external_id: str, namespace: str) -> bool:
    return external_id.startswith(f"api/{namespace}/")


def _refuse_or_ask(names: list[str], namespace: str, *, foreign: bool, yes: bool) -> None:
    """Let what is not ours pass only when the user says so twice.

    Raises:
        ConfigError: the user did not.
    """
    listed = "; ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    if not foreign:
        raise ConfigError(
            f"{listed}: this is not below api/{namespace}/, so it is of another tool, another installation or made by "
            "hand. Only with --foreign is it deleted"
        )
    if not yes and not typer.confirm(f"Delete what is not ours: {listed}?"):
        raise ConfigError("nothing was deleted")


def _follow(client: AlationClient, settings: AlationSettings, ref: JobRef) -> None:
    status = client.wait(ref, settings.job_deadline_s, settings.job_poll_s)
    say(f"job {ref.shown}: {status.state} {status.message}".rstrip())
    for line in status.failures:
        say(f"  failed: {line}", error=True)
    if status.failures:
        raise typer.Exit(ExitCode.FAILED)


def _id_of(dataflow: dict[str, Any]) -> str:
    return str(dataflow.get("external_id") or "")


def _shown(node: dict[str, Any]) -> str:
    return f"{node.get('otype')}:{node.get('key')}{' (TMP)' if node.get('is_temp') else ''}"
