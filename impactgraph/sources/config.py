"""The declaration of a live source, as a file of sources has it."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from graph_models.time import Millis
from impactgraph.errors import BadInputError

SECOND = 1_000
HOUR = 3_600 * SECOND


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is: an environment variable, or a file. The file of sources never has it."""

    env: str | None = None
    file: Path | None = None

    def read(self) -> str:
        """The secret, without the line break that ends a file. Raises BadInputError where there is none."""
        if self.file is not None:
            try:
                text = self.file.read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or error
                raise BadInputError(
                    f"The secret in the file {self.file} cannot be read: {reason}."
                ) from error
        else:
            text = os.environ.get(self.env or "", "")
        if not text:
            raise BadInputError(f"The secret in {self.place} is empty: set it where this process runs.")
        return text

    @property
    def place(self) -> str:
        return f"the file {self.file}" if self.file else f"the environment variable {self.env}"


@dataclass(frozen=True, slots=True)
class KafkaSource:
    """Topics of a Kafka cluster."""

    key: str
    brokers: tuple[str, ...]
    topics: tuple[str, ...]
    mapping: Path | None = None
    start: str = "earliest"
    """Where a partition without a position begins: `earliest` or `latest`."""
    user: str | None = None
    password: Secret | None = None
    mechanism: str = "PLAIN"
    tls: bool = False
    settings: dict[str, str | Secret] = field(default_factory=dict[str, str | Secret])
    """Further settings of librdkafka."""
    kind: str = "kafka"


@dataclass(frozen=True, slots=True)
class PostgresSource:
    """Rows of a query, in the order of a column that rises."""

    key: str
    connection: str
    query: str
    rising: str
    mapping: Path | None = None
    password: Secret | None = None
    document: str | None = None
    """Column that has the document; None: the row is."""
    wait_for: str = "all"
    """Open transactions that a value waits for: `all`, or `writers`."""
    every: Millis = SECOND
    kind: str = "postgres"


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A folder that files arrive in."""

    key: str
    path: Path
    files: str = "*"
    """Pattern of their names."""
    mapping: Path | None = None
    done: Path | None = None
    """Where files go that were read; None: they stay, and are remembered."""
    failed: Path | None = None
    """Where files go that cannot be read; None: they stay, and are remembered."""
    every: Millis = SECOND
    kind: str = "folder"


@dataclass(frozen=True, slots=True)
class WebhookSource:
    """Documents that another system sends to POST /in/{key}."""

    key: str
    header: str
    """Name of the header that has the secret or the signature."""
    secrets: tuple[Secret, ...]
    """Any of them is right: two while one replaces the other."""
    check: str = "secret"
    """What the header has: `secret`, or `hmac-sha256` of the body."""
    encoding: str = "hex"
    """Of a signature: `hex` or `base64`."""
    prefix: str = ""
    """Text before it in the header, such as `sha256=`."""
    mapping: Path | None = None
    kind: str = "webhook"


@dataclass(frozen=True, slots=True)
class EntraToken:
    """What a token of Microsoft Entra ID must have."""

    tenant: str
    """Id of the tenant that issues it."""
    audience: str
    """Id of the application that it is for: the one that stands for this server."""
    app: str
    """Id of the application that sends."""


@dataclass(frozen=True, slots=True)
class AlertsSource:
    """Alerts or changes that another system sends to POST /webhooks/{sender}/{key}."""

    key: str
    sender: str
    secrets: tuple[Secret, ...] = ()
    """Any of them is right: two while one replaces the other."""
    check: str = "signature"
    """What proves the sender: `signature` (of its kind), `secret` (in `header`), `basic`, `bearer`,
    `token` (in the address), or `entra` (a token of Microsoft Entra ID).
    """
    rules: Path | None = None
    """What the alerts mean; None: all are quarantined."""
    entra: EntraToken | None = None
    header: str = ""
    user: str = ""
    timestamp_header: str = ""
    topics: tuple[str, ...] = ()
    """ARNs of the topics of Amazon SNS that are accepted."""
    kind: str = "alerts"


@dataclass(frozen=True, slots=True)
class TracesSource:
    """Spans of OpenTelemetry that are sent to POST /v1/traces."""

    key: str
    mapping: Path
    secrets: tuple[Secret, ...]
    """Any of them is right: two while one replaces the other."""
    header: str = "Authorization"
    prefix: str = "Bearer "
    """Text before the secret in the header."""
    kind: str = "traces"


@dataclass(frozen=True, slots=True)
class ListSource:
    """What a system says it has, read again and again: files of a folder, an address, or a query."""

    key: str
    system: str
    """Full id or bare key."""
    path: Path | None = None
    """A folder; one of `path`, `url` and `query` is given."""
    files: str = "*"
    """Pattern of the names of its files."""
    url: str | None = None
    secret: Secret | None = None
    """Sent with the request, in `header`."""
    header: str = "Authorization"
    prefix: str = "Bearer "
    """Text before the secret in the header."""
    query: str | None = None
    connection: str = ""
    password: Secret | None = None
    id: str | None = None
    """Column of the ids; None: guessed, as with the three others."""
    state: str | None = None
    amount: str | None = None
    currency: str | None = None
    decimal: str = "."
    encoding: str | None = None
    states: dict[str, str] = field(default_factory=dict[str, str])
    """What the system's words for states mean."""
    partial: bool = False
    """Whether a list lacks what the system has: then nothing counts as missing."""
    placed_within: Millis | None = None
    """How long before the list the orders were placed that it has; None: it has all."""
    shrink: float = 0.2
    """By what share a list may be shorter than the one before; 1: it may be empty."""
    expected: Millis | None = None
    """After how long without a list something is wrong; None: never."""
    every: Millis = HOUR
    kind: str = "list"


SourceConfig: TypeAlias = (
    KafkaSource | PostgresSource | FolderSource | WebhookSource | AlertsSource | TracesSource | ListSource
)
