"""One HTTP request."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    """With its query, percent-encoded."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""

    def __str__(self) -> str:
        return f"{self.method} {self.path[:500]} {dict(self.headers)} {self.body[:1000]!r}"
