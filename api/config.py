"""What the API needs to be told; impactgraph.settings.Settings fits."""

from typing import Protocol


class ApiSettings(Protocol):
    @property
    def deadline(self) -> float:
        """Seconds a request may take."""
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
    def max_body(self) -> int: ...
