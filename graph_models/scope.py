"""Scopes of failures: the locations, channels and other attributes of the orders that a failure affects."""

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
    """A conjunction of restrictions: an order is in scope if, for each dimension in `limits`, its value is
    listed.

    `limits` is a sorted tuple of (dimension, sorted values); an absent dimension is not restricted.

    Dimensions are those of DIMENSIONS (values are bare keys) and `attributes.NAME` for any other attribute of
    the order.
    """

    limits: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @staticmethod
    def of(**limits: Iterable[str]) -> "Scope":
        return Scope.from_mapping(limits)

    @staticmethod
    def from_mapping(limits: Mapping[str, Iterable[str]]) -> "Scope":
        return Scope(tuple(sorted((name, tuple(sorted(set(values)))) for name, values in limits.items())))

    def values(self, dimension: str) -> tuple[str, ...] | None:
        """Returns the values of a dimension; None where it is not restricted."""
        return next((values for name, values in self.limits if name == dimension), None)

    @property
    def everything(self) -> bool:
        return not self.limits

    @property
    def nothing(self) -> bool:
        """True if some dimension allows no value at all."""
        return any(not values for _, values in self.limits)

    def intersection(self, other: "Scope") -> "Scope":
        """Returns the scope that both allow; it may be `nothing`."""
        if not other.limits:
            return self
        if not self.limits:
            return other
        intersection = {name: frozenset(values) for name, values in self.limits}
        for name, values in other.limits:
            intersection[name] = (
                intersection[name] & frozenset(values) if name in intersection else frozenset(values)
            )
        return Scope.from_mapping(intersection)

    def is_within(self, other: "Scope") -> bool:
        """Whether the other scope allows everything that this scope allows."""
        mine = {name: frozenset(values) for name, values in self.limits}
        return all(name in mine and mine[name] <= frozenset(values) for name, values in other.limits)

    def without(self, *dimensions: str) -> "Scope":
        return Scope(tuple((name, values) for name, values in self.limits if name not in dimensions))

    def as_dict(self) -> dict[str, list[str]]:
        return {name: list(values) for name, values in self.limits}


EVERYWHERE = Scope()
