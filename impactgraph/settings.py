"""Settings from the environment, read once; each variable is the name with the prefix IMPACTGRAPH_."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from graph_models.incident_life import RankWeights
from impactgraph.addresses import without_credentials

_ORIGIN = r"https?://[A-Za-z0-9.\-\[\]:]+"
_SOURCE = r"(?:'none'|'self'|https?://[A-Za-z0-9.*\-:]+)"
_WEIGHTS = "promises|money|customers|age"
_LEVEL = "debug|info|warning|error"


class Settings(BaseSettings):
    """Raises pydantic's ValidationError for an invalid value; the error names the variable."""

    model_config = SettingsConfigDict(env_prefix="IMPACTGRAPH_", frozen=True, extra="ignore")

    store: str = Field(
        default=".impactgraph", description="Folder of the embedded store, or address of a Neo4j database."
    )
    neo4j_user: str | None = Field(
        default=None, description="User of the Neo4j database, where its address names none."
    )
    neo4j_password: SecretStr | None = Field(default=None, description="Password of that user.")
    neo4j_password_file: Path | None = Field(
        default=None, description="File that has the password, as secrets are mounted."
    )
    cache: Path | None = Field(
        default=None,
        description=(
            "Folder for copies of a Neo4j record, one a process [default: the user's cache]; may be removed "
            "while none runs."
        ),
    )
    host: str = Field(default="127.0.0.1", description="Address that `serve` listens on.")
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port that `serve` listens on; 0: any free one."
    )
    server: str | None = Field(
        default=None, description="Address of the server that commands ask instead of a store."
    )
    url: str | None = Field(
        default=None,
        description="Public address of the server: for links that answers end with, for logins of browsers, "
        "and for the checks of `Host` and of origins.",
    )
    chat: str | None = Field(
        default=None,
        pattern=r"^(https?|slack|msteams|xmpp|ircs?|matrix)://\S*\{channel\}\S*$",
        description=(
            "Address of a chat channel, with {channel} in place of its name: makes contacts such as "
            "#oms-oncall links."
        ),
    )
    messages: Path | None = Field(
        default=None,
        description="Folder with the company's own texts of customer messages: a YAML file a language.",
    )
    sources: Path | None = Field(
        default=None, description="File of the live sources that `serve` follows (docs/sources.md)."
    )
    rank: str | None = Field(
        default=None,
        pattern=rf"^({_WEIGHTS})=\d+(\.\d+)?(,({_WEIGHTS})=\d+(\.\d+)?)*$",
        description=(
            "What counts in the rank of incidents, such as promises=10,money=0.01,customers=1,age=0.5: a "
            "missed promise, a unit of the reporting currency, an affected order, an hour; by default "
            "promises, then orders, then value."
        ),
    )
    notices: Path | None = Field(
        default=None, description="File of the rules of notices that `serve` sends (docs/notices.md)."
    )
    access: Path | None = Field(
        default=None, description="File that says who may ask and change what (docs/access.md)."
    )
    admin_key_file: Path | None = Field(
        default=None,
        description=(
            "File with a key of the role admin, as secrets are mounted (`impactgraph keys generate`)."
        ),
    )
    open: bool = Field(
        default=False,
        description=(
            "Whether `serve` may listen on other than the loopback address without authentication: only "
            "behind a proxy that authenticates."
        ),
    )
    session_secret_file: Path | None = Field(
        default=None,
        description=(
            "File with the secret that signs sessions of browsers, the same for every process [default: a "
            "random one a process]; two lines while one replaces another."
        ),
    )
    session_idle: float = Field(
        default=60, gt=0, le=10_080, description="Minutes after which a session that is not used ends."
    )
    session_length: float = Field(
        default=12, gt=0, le=720, description="Hours after which a session ends, also where it is used."
    )
    mcp: str | None = Field(
        default=None,
        pattern=r"^[^\s,/]+(,[^\s,/]+)*$",
        description=(
            "Hosts, by commas, under which assistants reach the tools that `serve` then has at /mcp, such as "
            "localhost,127.0.0.1,impactgraph.example.com (docs/mcp.md)."
        ),
    )
    personal: str | None = Field(
        default=None,
        pattern=r"^[^=,\s]+=(plain|hash|mask|drop)(,[^=,\s]+=(plain|hash|mask|drop))*$",
        description=(
            "What is kept of personal attributes of orders, such as customer-email=hash,customer-name=drop: "
            "overrides `personal` of the access file, attribute by attribute (docs/retention.md)."
        ),
    )
    personal_key_file: Path | None = Field(
        default=None, description="File with the secret by which values of personal attributes are hashed."
    )
    retention: Path | None = Field(
        default=None,
        description="File of the rules by which `serve` removes ended orders (docs/retention.md).",
    )
    audit_rotate: str = Field(
        default="64MB",
        description="When the audit log beside an embedded store goes on in a new file: at a size such as "
        "64MB, `month` or `off`; the same for all commands (docs/access.md).",
    )
    timezone: str = Field(
        default="UTC",
        description="IANA name of the zone of times in the text of the command line, such as Europe/Berlin.",
    )
    deadline: float = Field(
        default=10.0, gt=0, le=600, description="Seconds that a request may take; a request may ask for less."
    )
    max_depth: int = Field(default=20, ge=1, description="How deep a GraphQL selection may be nested.")
    max_aliases: int = Field(default=60, ge=0, description="How many aliases a GraphQL document may have.")
    max_tokens: int = Field(
        default=20_000, ge=100, description="How many tokens a GraphQL document may have."
    )
    max_cost: int = Field(default=250_000, ge=1000, description="How many objects a GraphQL answer may have.")
    kept_pages: int = Field(
        default=256 * 1024 * 1024,
        ge=0,
        description="Bytes of lists that are kept for their next pages; those used least recently leave.",
    )
    max_body: int = Field(
        default=64 * 1024 * 1024, ge=1024, description="Bytes of the largest body that is read."
    )
    log_format: Literal["text", "json"] = Field(
        default="text",
        description="Form of the logs of `serve` and `follow` on standard error: text or json.",
    )
    log_level: str = Field(
        default="info",
        pattern=rf"^({_LEVEL})(,[a-z0-9_.]+=({_LEVEL}))*$",
        description=(
            "From which level on our own logs are written (debug, info, warning, error), and levels of "
            "others: `info,impactgraph.sources=debug,neo4j=info`."
        ),
    )
    access_log: bool = Field(
        default=False, description="Whether each request that was answered is a line in the logs."
    )
    drain: float = Field(
        default=0,
        ge=0,
        le=600,
        description=(
            "Seconds for which a server that was asked to stop still answers, while /readyz says that it "
            "stops and load balancers go elsewhere."
        ),
    )

    @property
    def log_levels(self) -> Mapping[str, str]:
        """By name of the log; other libraries log from `warning` on."""
        own, *others = self.log_level.split(",")
        levels = {"impactgraph": own, "neo4j": "error"}  # the driver logs each retry
        return levels | {name: level for name, _, level in (each.partition("=") for each in others)}

    max_message: int = Field(
        default=1024 * 1024, ge=1024, description="Bytes of the largest message of a WebSocket that is read."
    )
    max_requests: int = Field(
        default=512,
        ge=4,
        description="Requests under way at the same time; further ones are refused with 503.",
    )
    max_sockets: int = Field(
        default=2_000,
        ge=1,
        description="WebSockets open at the same time; further ones are refused with 503.",
    )
    max_spool: int = Field(
        default=2 * 1024 * 1024 * 1024,
        ge=0,
        description="Bytes of exports that wait on the disk for clients that take them slowly; further ones "
        "are refused with 503.",
    )
    ingest_first: bool = Field(
        default=True,
        description="Whether a quarter of the requests under way is kept for events, else for questions.",
    )
    rate_requests: int = Field(
        default=12_000,
        ge=0,
        description="Requests a minute of a user or key, events aside, where the access file says nothing "
        "else; 0: no limit.",
    )
    rate_points: int = Field(
        default=30_000_000,
        ge=0,
        description="Cost points a minute of a user or key: objects that answers may have; 0: no limit.",
    )
    rate_failures: int = Field(
        default=600,
        ge=0,
        description="Requests a minute of an address that do not prove who sends them; 0: no limit.",
    )
    allowed_hosts: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9.,:\[\]\- ]*$",
        description="Names of the server in the header Host, separated by commas, beside that of "
        "IMPACTGRAPH_URL; by default those of the loopback address where it listens there, else all.",
    )
    cors_origins: str = Field(
        default="",
        pattern=rf"^({_ORIGIN}(\s*,\s*{_ORIGIN})*)?$",
        description="Origins whose pages may use the API, such as https://portal.example.com, separated by "
        "commas.",
    )
    frame_ancestors: str = Field(
        default="'none'",
        pattern=rf"^{_SOURCE}( {_SOURCE})*$",
        description="Who may show the explorer in a frame, as in a content security policy, such as "
        "'self' https://portal.example.com.",
    )
    hsts: int = Field(
        default=0,
        ge=0,
        description="Seconds for which browsers use https only (Strict-Transport-Security); 0: no such "
        "header.",
    )
    introspection: bool = Field(default=True, description="Whether GraphQL answers questions on its schema.")
    graphiql: bool = Field(default=True, description="Whether /graphql shows browsers GraphiQL.")
    operations: Path | None = Field(
        default=None,
        description="File or folder of persisted operations: GraphQL documents that clients name by hash.",
    )
    operations_only: bool = Field(
        default=False,
        description="Whether all GraphQL documents but the persisted ones and those of the explorer are "
        "refused.",
    )

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """What `repr` and `str` show: no passwords, also not those of addresses."""
        for name, value in super().__repr_args__():
            yield name, without_credentials(value) if isinstance(value, str) else value

    @property
    def kept_personal(self) -> dict[str, str]:
        """What is kept, by the name of the attribute."""
        pairs = (each.partition("=") for each in (self.personal or "").split(",") if each)
        return {name: form for name, _, form in pairs}

    @property
    def rank_weights(self) -> RankWeights | None:
        """None where incidents are ranked by promises, then orders, then value."""
        if self.rank is None:
            return None
        pairs = (each.partition("=") for each in self.rank.split(","))
        return RankWeights(**{name: float(weight) for name, _, weight in pairs})
