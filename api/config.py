"""The settings that the API needs; impactgraph.settings.Settings satisfies them."""

from pathlib import Path
from typing import Protocol

from graph_models.incident_life import RankWeights


class ApiSettings(Protocol):
    @property
    def deadline(self) -> float:
        """Seconds that a request may take."""
        ...

    @property
    def messages(self) -> Path | None:
        """Folder with the company's own texts of customer messages."""
        ...

    @property
    def max_depth(self) -> int: ...

    @property
    def max_aliases(self) -> int: ...

    @property
    def max_tokens(self) -> int: ...

    @property
    def max_cost(self) -> int: ...

    @property
    def kept_pages(self) -> int:
        """Bytes of lists that are kept for their next pages."""
        ...

    @property
    def max_body(self) -> int: ...

    @property
    def host(self) -> str:
        """Address that the server listens on."""
        ...

    @property
    def url(self) -> str | None:
        """Public address of the server."""
        ...

    @property
    def allowed_hosts(self) -> str:
        """Names of the server, separated by commas."""
        ...

    @property
    def cors_origins(self) -> str:
        """Origins whose pages may use the API, separated by commas."""
        ...

    @property
    def frame_ancestors(self) -> str:
        """Who may show the pages in a frame, as in a content security policy."""
        ...

    @property
    def hsts(self) -> int:
        """Seconds for which browsers use https only; 0: no such header."""
        ...

    @property
    def max_requests(self) -> int:
        """Under way at the same time."""
        ...

    @property
    def max_sockets(self) -> int:
        """Open at the same time."""
        ...

    @property
    def max_spool(self) -> int:
        """Bytes of exports that wait on the disk for their clients."""
        ...

    @property
    def ingest_first(self) -> bool:
        """Whether a quarter of the requests is kept free for events, else for questions."""
        ...

    @property
    def rate_requests(self) -> int:
        """Of a principal in a minute; 0: no limit."""
        ...

    @property
    def rate_points(self) -> int:
        """Cost points of a principal in a minute; 0: no limit."""
        ...

    @property
    def rate_failures(self) -> int:
        """Requests of an address in a minute that do not prove who sends them; 0: no limit."""
        ...

    @property
    def introspection(self) -> bool: ...

    @property
    def graphiql(self) -> bool: ...

    @property
    def operations(self) -> Path | None:
        """File or folder of persisted operations."""
        ...

    @property
    def operations_only(self) -> bool:
        """Whether all other documents are refused."""
        ...

    @property
    def chat(self) -> str | None:
        """Address of a chat channel, with {channel} in place of its name."""
        ...

    @property
    def rank_weights(self) -> RankWeights | None:
        """By which incidents are ranked."""
        ...

    @property
    def access_log(self) -> bool:
        """Whether each request that was answered is logged."""
        ...
