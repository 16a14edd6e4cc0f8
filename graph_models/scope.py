"""Whom a failure touches: within a dimension any value matches, across dimensions all must."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DIMENSIONS = (
    "locations",
    "regions",
    "channels",
    "modes",
    "message_types",
    "versions",
    "carriers",
    "suppliers",
    "currencies",
    "workflows",
)


@dataclass(frozen=True, slots=True)
class Scope:
    """`limits` is a sorted tuple of (dimension, sorted values); a dimension that is absent is not restricted.

    Dimensions are those of DIMENSIONS (values are bare keys) and `attributes.NAME` for any other attribute of the order.
    """

    limits: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @staticmethod
    def of(**limits: Iterable[str]) -> "Scope":
        return Scope.from_mapping(limits)

    @staticmethod
    def from_mapping(limits: Mapping[str, Iterable[str]]) -> "Scope":
        return Scope(tuple(sorted((name, tuple(sorted(set(values)))) for name, values in limits.items())))

    def values(self, dimension: str) -> tuple[str, ...] | None:
        """None where the dimension is not restricted."""
        return next((values for name, values in self.limits if name == dimension), None)

    @property
    def everything(self) -> bool:
        return not self.limits

    @property
    def nothing(self) -> bool:
        """True where some dimension allows no value at all."""
        return any(not values for _, values in self.limits)

    def narrowed(self, other: "Scope") -> "Scope":
        """What both allow; may be `nothing`."""
        if not other.limits:
            return self
        if not self.limits:
            return other
        merged = {name: frozenset(values) for name, values in self.limits}
        for name, values in other.limits:
            merged[name] = merged[name] & frozenset(values) if name in merged else frozenset(values)
        return Scope.from_mapping(merged)

    def within(self, other: "Scope") -> bool:
        """True where all that this scope allows, the other allows too."""
        mine = {name: frozenset(values) for name, values in self.limits}
        return all(name in mine and mine[name] <= frozenset(values) for name, values in other.limits)

    def without(self, *dimensions: str) -> "Scope":
        return Scope(tuple((name, values) for name, values in self.limits if name not in dimensions))

    def as_dict(self) -> dict[str, list[str]]:
        return {name: list(values) for name, values in self.limits}


EVERYWHERE = Scope()
