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
    def url(self) -> str | None:
        """Public address of the server."""
        ...

    @property
    def chat(self) -> str | None:
        """Address of a chat channel, with {channel} in place of its name."""
        ...

    @property
    def rank_weights(self) -> RankWeights | None:
        """By which incidents are ranked."""
        ...
