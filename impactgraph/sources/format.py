"""The format of a file of sources. It is read as topologies are: with lines, and all problems at once."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from impactgraph.errors import BadInputError, Problem
from impactgraph.sources.alerts_format import ALERTS, check_alerts
from impactgraph.sources.config import (
    AlertsSource,
    FolderSource,
    KafkaSource,
    PostgresSource,
    SourceConfig,
    WebhookSource,
)
from impactgraph.sources.format_values import (
    HEADER_NAME,
    Connection,
    FilePath,
    SecretPlace,
    Settings,
    SomeSecrets,
)
from impactgraph.topology.document import Map, Node, parse_document
from impactgraph.topology.fields import (
    Field,
    Fields,
    JsonSchema,
    Reading,
    Several,
    display_text,
    source_text,
)
from impactgraph.topology.near import did_you_mean
from impactgraph.topology.references import KeyIndex, either
from impactgraph.topology.schema import duration_schema
from impactgraph.topology.values import Duration, Flag, Text, Word

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MAPPING = Field(
    "mapping", FilePath(), "Mapping file that says what the documents mean; without it they are CloudEvents."
)
_EVERY = Field("every", Duration(least=100), "How often to look; default: 1s.")
_KAFKA = (
    _MAPPING,
    Field("brokers", Several(Text(), least=1), "Brokers to ask first, host:port.", required=True),
    Field("topics", Several(Text(), least=1), "Topics to follow, all their partitions.", required=True),
    Field(
        "start",
        Word(("earliest", "latest")),
        "Where a partition begins that was never read; default: earliest.",
    ),
    Field("user", Text(), "User, where the brokers want one (SASL)."),
    Field("password", SecretPlace(), "Password of the user."),
    Field(
        "mechanism",
        Word(("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")),
        "How the user is authenticated; default: PLAIN.",
    ),
    Field("tls", Flag(), "Whether the connection is encrypted; default: false."),
    Field("settings", Settings(), "Further settings of librdkafka, such as ssl.ca.location."),
)
_POSTGRES = (
    _MAPPING,
    Field(
        "connection",
        Connection(),
        "Connection string of libpq, such as 'host=db dbname=shop'.",
        required=True,
    ),
    Field("password", SecretPlace(), "Password of the user."),
    Field("query", Text(), "Query whose rows are read, without order and limit.", required=True),
    Field("rising", Text(), "Column of the query that rises with each new or changed row.", required=True),
    Field("document", Text(), "Column that has the document in JSON; without it, the row is the document."),
    Field(
        "wait_for",
        Word(("all", "writers")),
        "Open transactions that could still bring a lower value: all, or those that have written, which is "
        "enough for a column that a sequence fills; default: all.",
    ),
    _EVERY,
)
_FOLDER = (
    _MAPPING,
    Field("path", FilePath(), "The folder.", required=True),
    Field("files", Text(), "Pattern of the names to read, such as *.csv; default: all."),
    Field("done", FilePath(), "Folder that read files are moved to; without it they stay."),
    Field("failed", FilePath(), "Folder that unreadable files are moved to; without it they stay."),
    _EVERY,
)
_WEBHOOK = (
    _MAPPING,
    Field(
        "header",
        HEADER_NAME,
        "Header that has the secret or the signature.",
        required=True,
    ),
    Field(
        "secrets", SomeSecrets(), "The secret, or two of them while one replaces the other.", required=True
    ),
    Field(
        "check",
        Word(("secret", "hmac-sha256")),
        "What the header has: the secret, or a signature of the body by it; default: secret.",
    ),
    Field("encoding", Word(("hex", "base64")), "How a signature is written; default: hex."),
    Field("prefix", Text(), "Text before it in the header, such as 'Bearer ' or sha256=."),
)


@dataclass(frozen=True, slots=True)
class _Kind:
    fields: Fields
    make: Callable[..., SourceConfig]
    help: str
    check: Callable[[dict[str, Any], Map, Reading], None]
    """Records what does not fit together."""


def _check_user(values: dict[str, Any], node: Map, reading: Reading) -> None:
    if ("user" in values) != ("password" in values):
        reading.wrong("`user` and `password` belong together: give both or neither.", node.line)


def _check_nothing(values: dict[str, Any], node: Map, reading: Reading) -> None:
    pass


def _kind(
    help: str,
    fields: tuple[Field, ...],
    make: Callable[..., SourceConfig],
    check: Callable[[dict[str, Any], Map, Reading], None] = _check_nothing,
) -> _Kind:
    return _Kind(Fields((Field("kind", Text(), help, required=True), *fields)), make, help, check)


KINDS: Mapping[str, _Kind] = {
    "kafka": _kind("Topics of a Kafka cluster.", _KAFKA, KafkaSource, _check_user),
    "postgres": _kind("Rows of a query in PostgreSQL.", _POSTGRES, PostgresSource),
    "folder": _kind("A folder that files arrive in.", _FOLDER, FolderSource),
    "webhook": _kind("Documents that are sent to POST /in/{source}.", _WEBHOOK, WebhookSource),
    "alerts": _kind(
        "Alerts or changes that are sent to POST /webhooks/{sender}/{source}.",
        ALERTS,
        AlertsSource,
        check_alerts,
    ),
}


class _Sources:
    """A map from the key of a source to its fields, which its kind decides."""

    def read(self, node: Node, line: int, name: str, reading: Reading) -> Any:
        if not isinstance(node, Map):
            return reading.wrong(f"`{name}` must be a map by key, not {display_text(node)}.", line)
        return {key: self._source(key, item, node.lines[key], reading) for key, item in node.items()}

    def _source(self, key: str, node: Node, line: int, reading: Reading) -> SourceConfig | None:
        before = len(reading.problems)
        reading.element = f"source {key}"
        if not _KEY.fullmatch(key):
            reading.wrong("its key may have letters, digits, dots, hyphens and underscores only.", line)
        kind = self._kind(node, line, reading)
        if kind is None or not isinstance(node, Map):
            return None
        values = kind.fields.read(node, reading)
        kind.check(values, node, reading)
        if len(reading.problems) > before:
            return None
        return kind.make(key=key, **{**values, "kind": values["kind"].lower()})

    def _kind(self, node: Node, line: int, reading: Reading) -> _Kind | None:
        if not isinstance(node, Map):
            reading.wrong(f"it must be a map with `kind`, not {display_text(node)}.", line)
            return None
        item = node.get("kind")
        text = (source_text(item) or "") if item is not None else ""
        if kind := KINDS.get(text.lower()):
            return kind
        what = (
            f"must be {either(list(KINDS))}, not {display_text(item)}" if item is not None else "is missing"
        )
        reading.wrong(f"`kind` {what}.{did_you_mean(text, KINDS)}", node.lines.get("kind", line))
        return None

    def schema(self) -> JsonSchema:
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^{_KEY.pattern}$"},
            "additionalProperties": {"oneOf": [_kind_schema(name, kind) for name, kind in KINDS.items()]},
        }


def _kind_schema(name: str, kind: _Kind) -> JsonSchema:
    schema = kind.fields.schema()
    return schema | {
        "properties": {**schema["properties"], "kind": {"const": name, "description": kind.help}}
    }


FORMAT = Fields((Field("sources", _Sources(), "The live sources by key.", required=True),))


def load_sources(path: Path) -> tuple[SourceConfig, ...]:
    """The sources of a file, in its order. Raises BadInputError with everything that is wrong in it."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInputError(Problem(f"The sources cannot be read: {reason}.", str(path))) from error
    return parse_sources(text, str(path))


def parse_sources(text: str, name: str = "sources.yaml") -> tuple[SourceConfig, ...]:
    """Raises BadInputError with everything that is wrong, each with its line."""
    document = parse_document(text, name)
    reading = Reading(KeyIndex(), file=name, problems=document.problems)
    if not isinstance(document.root, Map):
        if not document.problems:
            reading.wrong("It must be a map with `sources` (docs/sources.md).", 1)
        raise BadInputError(*reading.problems)
    values = FORMAT.read(document.root, reading)
    if reading.problems:
        raise BadInputError(*sorted(reading.problems, key=lambda problem: problem.line or 0))
    return tuple(values["sources"].values())


def sources_schema() -> JsonSchema:
    """The format as a JSON Schema (2020-12) for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Sources",
        "description": "Live sources that impactgraph follows.",
        **FORMAT.schema(),
        "$defs": {"duration": duration_schema()},
    }


def schema_text() -> str:
    """As committed in docs/sources.schema.json."""
    return json.dumps(sources_schema(), indent=2) + "\n"
