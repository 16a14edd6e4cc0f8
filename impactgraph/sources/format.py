"""The format of a file of sources. It is read as topologies are: with lines, and all problems at once."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from impactgraph.sources.alerts_format import ALERTS, check_alerts
from impactgraph.sources.config import (
    AlertsSource,
    FolderSource,
    KafkaSource,
    ListSource,
    PostgresSource,
    SourceConfig,
    TracesSource,
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
from impactgraph.sources.kinds import ByKind, Kind, kind_of
from impactgraph.sources.lists_format import LISTS, check_lists
from impactgraph.topology.config_file import ConfigFile
from impactgraph.topology.document import Map
from impactgraph.topology.fields import (
    Field,
    Fields,
    JsonSchema,
    Reading,
    Several,
)
from impactgraph.topology.values import Duration, Flag, Text, Word

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

_TRACES = (
    Field("mapping", FilePath(), "Mapping file that says what spans mean.", required=True),
    Field(
        "secrets", SomeSecrets(), "The secret, or two of them while one replaces the other.", required=True
    ),
    Field("header", HEADER_NAME, "Header that has the secret; default: Authorization."),
    Field("prefix", Text(), "Text before it in the header; default: 'Bearer '."),
)


def _check_user(values: dict[str, Any], node: Map, reading: Reading) -> None:
    if ("user" in values) != ("password" in values):
        reading.wrong("`user` and `password` belong together: give both or neither.", node.line)


KINDS: Mapping[str, Kind] = {
    "kafka": kind_of("Topics of a Kafka cluster.", _KAFKA, KafkaSource, _check_user),
    "postgres": kind_of("Rows of a query in PostgreSQL.", _POSTGRES, PostgresSource),
    "folder": kind_of("A folder that files arrive in.", _FOLDER, FolderSource),
    "webhook": kind_of("Documents that are sent to POST /in/{source}.", _WEBHOOK, WebhookSource),
    "alerts": kind_of(
        "Alerts or changes that are sent to POST /webhooks/{sender}/{source}.",
        ALERTS,
        AlertsSource,
        check_alerts,
    ),
    "list": kind_of("Lists of what a system says it has.", LISTS, ListSource, check_lists),
    "traces": kind_of("Spans of OpenTelemetry that are sent to POST /v1/traces.", _TRACES, TracesSource),
}


FORMAT = Fields((Field("sources", ByKind("source", KINDS), "The live sources by key.", required=True),))


SOURCES_FILE = ConfigFile(
    "Sources",
    "Live sources that impactgraph follows.",
    "The sources",
    "It must be a map with `sources` (docs/sources.md).",
    FORMAT,
)


def load_sources(path: Path) -> tuple[SourceConfig, ...]:
    """The sources of a file, in its order. Raises BadInputError with everything that is wrong in it."""
    return parse_sources(SOURCES_FILE.text_of(path), str(path))


def parse_sources(text: str, name: str = "sources.yaml") -> tuple[SourceConfig, ...]:
    """Raises BadInputError with everything that is wrong, each with its line."""
    values = SOURCES_FILE.values_of(text, name)
    return tuple(values["sources"].values())


def sources_schema() -> JsonSchema:
    """The format as a JSON Schema (2020-12) for editors."""
    return SOURCES_FILE.schema()


def schema_text() -> str:
    """As committed in docs/sources.schema.json."""
    return json.dumps(sources_schema(), indent=2) + "\n"
