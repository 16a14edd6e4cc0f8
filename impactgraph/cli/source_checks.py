"""The checks of the files of sources and of notices, with every file and secret that they name."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import cast

from impactgraph.cli.checks import CheckResult
from impactgraph.cli.formats import count
from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.otlp import require_otlp
from impactgraph.notices.channels import sender_of
from impactgraph.notices.config import Channel
from impactgraph.notices.format import load_rules
from impactgraph.sources.alert_documents import alert_translator
from impactgraph.sources.config import (
    AlertsSource,
    FolderSource,
    KafkaSource,
    ListSource,
    PostgresSource,
    Secret,
    SourceConfig,
    TracesSource,
    WebhookSource,
)
from impactgraph.sources.format import load_sources
from impactgraph.sources.kafka import require_kafka
from impactgraph.sources.live_sources import mapper_of
from impactgraph.sources.mappings import mapping_version
from impactgraph.sources.postgres import require_postgres
from impactgraph.topology.document import Map, parse_document


def check_sources(file: Path | None, secrets: list[Secret]) -> Iterator[CheckResult]:
    """The sources with their mappings, alert rules, folders and secrets; adds the secrets to the list.

    Connects to nothing.
    """
    if file is None:
        return
    try:
        configs = load_sources(file)
    except BadInputError as error:
        yield from _failures("sources", error.problems)
        return
    lines, problems = _lines(file, "sources"), list[Problem]()
    for config in configs:
        secrets += secrets_in(config)
        for problem in _of_source(config):
            problems.append(_with_place(problem, f"source {config.key}", file, lines.get(config.key)))
    yield from _failures("sources", problems)
    if not problems:
        yield CheckResult("sources", "ok", f"{file}: {count(len(configs), 'source')}")


def check_notices(file: Path | None, secrets: list[Secret]) -> Iterator[CheckResult]:
    """The channels and rules with their secrets, which it adds to the list; sends nothing."""
    if file is None:
        return
    try:
        rules = load_rules(file)
    except BadInputError as error:
        yield from _failures("notices", error.problems)
        return
    lines, problems = _lines(file, "channels"), list[Problem]()
    for key, channel in rules.channels.items():
        secrets += secrets_in(channel)
        for problem in _of_channel(channel):
            problems.append(_with_place(problem, f"channel {key}", file, lines.get(key)))
    yield from _failures("notices", problems)
    if not problems:
        yield CheckResult("notices", "ok", f"{file}: {count(len(rules.channels), 'channel')}")


def secrets_in(config: SourceConfig | Channel) -> Iterator[Secret]:
    """Every secret that a declaration names, in whichever field."""
    for field in fields(config):
        yield from _secrets_of(getattr(config, field.name))


def _secrets_of(value: object) -> Iterator[Secret]:
    """The value, or what is in a tuple or in a map by name."""
    match value:
        case Secret():
            yield value
        case tuple():
            yield from (each for each in cast(tuple[object, ...], value) if isinstance(each, Secret))
        case Mapping():
            yield from _secrets_of(tuple(cast(Mapping[str, object], value).values()))
        case _:
            pass


def _of_source(config: SourceConfig) -> Iterator[Problem]:
    for secret in secrets_in(config):
        yield from _problems_of(secret.read)
    match config:
        case FolderSource():
            if (mapping := config.mapping) is not None:
                yield from _problems_of(lambda: mapping_version(mapping))
            yield from _missing_folder(config.path)
        case ListSource():
            if config.path is not None:
                yield from _missing_folder(config.path)
            if config.query is not None:
                yield from _problems_of(require_postgres)
        case AlertsSource():
            yield from _problems_of(lambda: alert_translator(config))
        case KafkaSource() | PostgresSource() | WebhookSource() | TracesSource():
            yield from _problems_of(lambda: mapper_of(config))
            yield from _problems_of(_REQUIREMENTS.get(config.kind, _nothing))


def _missing_folder(folder: Path) -> Iterator[Problem]:
    if not os.path.isdir(folder):  # never raises, as Path.is_dir may
        yield Problem(f"There is no folder {folder}: make it, or correct `path`.")


def _nothing() -> None: ...


_REQUIREMENTS: Mapping[str, Callable[[], None]] = {
    "kafka": require_kafka,
    "postgres": require_postgres,
    "traces": require_otlp,
}
"""By the kind of source: what raises BadInputError where a library is missing."""


def _of_channel(channel: Channel) -> list[Problem]:
    """Of its address only where all secrets are there: it is made of them."""
    missing = [problem for secret in secrets_in(channel) for problem in _problems_of(secret.read)]
    return missing or _problems_of(lambda: sender_of(channel))


def _with_place(problem: Problem, of: str, file: Path, line: int | None) -> Problem:
    """A problem of another file keeps its place there."""
    if problem.file is not None:
        return replace(problem, message=f"{of}: {problem.message}")
    return Problem(f"{of}: {problem.message}", str(file), line)


def _lines(file: Path, section: str) -> Mapping[str, int]:
    """The line of each key of a section of a file that was read without an error before."""
    root = parse_document(file.read_text(encoding="utf-8-sig"), str(file)).root
    members = root.get(section) if isinstance(root, Map) else None
    return members.lines if isinstance(members, Map) else {}


def _problems_of(work: Callable[[], object]) -> list[Problem]:
    try:
        work()
    except BadInputError as error:
        return list(error.problems)
    return []


def _failures(check: str, problems: "tuple[Problem, ...] | list[Problem]") -> Iterator[CheckResult]:
    yield from (CheckResult(check, "fail", str(problem)) for problem in problems)
