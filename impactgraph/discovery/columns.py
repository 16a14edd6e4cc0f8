"""Columns of a table, or attributes of objects, as a sample of their values shows them."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from impactgraph.discovery.time_formats import TimeFormat, time_format_of

_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_COMMA = re.compile(r"-?([0-9]{1,3}([.' ][0-9]{3})+|[0-9]+),[0-9]{1,4}")
_CURRENCY = re.compile(r"[A-Z]{3}")
NEARLY_ALL = 0.98
FEW_VALUES = 200
"""Values of a column up to which it is one of categories."""


@dataclass(frozen=True)
class Column:
    """One column: a value a row, empty where the row has none."""

    name: str
    values: Sequence[str]

    @cached_property
    def counts(self) -> Counter[str]:
        """Rows by value, without the empty one."""
        counts = Counter(self.values)
        counts.pop("", None)
        return counts

    @property
    def value_count(self) -> int:
        """Rows with a value."""
        return self.counts.total()

    @property
    def distinct(self) -> int:
        return len(self.counts)

    @cached_property
    def times(self) -> TimeFormat | None:
        """How it writes moments; None where it has none."""
        return time_format_of(self.name, list(self.counts))

    @cached_property
    def is_number(self) -> bool:
        return self._share(_PLAIN) >= NEARLY_ALL or self.has_comma

    @cached_property
    def has_comma(self) -> bool:
        """Whether it has amounts with a decimal comma."""
        whole = sum(count for value, count in self.counts.items() if _PLAIN.fullmatch(value))
        comma = sum(count for value, count in self.counts.items() if _COMMA.fullmatch(value))
        return comma > 0 and whole + comma >= NEARLY_ALL * self.value_count

    @cached_property
    def is_currency(self) -> bool:
        return self.distinct <= FEW_VALUES and self._share(_CURRENCY) >= NEARLY_ALL

    @property
    def is_category(self) -> bool:
        """Whether it has few values, each of many rows."""
        return 0 < self.distinct <= min(FEW_VALUES, max(1, self.value_count // 3)) and not self.is_decimal

    @cached_property
    def is_decimal(self) -> bool:
        return self.is_number and any("." in value or "," in value for value in self.counts)

    def _share(self, pattern: re.Pattern[str]) -> float:
        if not self.value_count:
            return 0.0
        return (
            sum(count for value, count in self.counts.items() if pattern.fullmatch(value)) / self.value_count
        )


def columns_of(rows: Sequence[Mapping[str, str]], names: Sequence[str]) -> dict[str, Column]:
    return {name: Column(name, [row.get(name, "") for row in rows]) for name in names}


def groups(owner: Column, other: Column) -> dict[str, set[str]]:
    """The values of `other` in the rows of each value of `owner`, without empty ones."""
    values_of: dict[str, set[str]] = {}
    for one, two in zip(owner.values, other.values, strict=True):
        if one:
            values = values_of.setdefault(one, set())
            if two:
                values.add(two)
    return values_of


def constant_share(owner: Column, other: Column) -> float:
    """Share of the values of `owner`, of those with any, in whose rows `other` has one value."""
    sizes = [len(values) for values in groups(owner, other).values() if values]
    return sum(size == 1 for size in sizes) / len(sizes) if sizes else 0.0
