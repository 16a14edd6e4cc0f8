"""A mapping of version 2: what the records of another system mean, by rules (docs/mapping.md).

`impactgraph.ingest.rules_format` reads it from YAML, `impactgraph.ingest.rule_mapper` applies it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from impactgraph.ingest.expressions import Expression, Template


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueRule:
    """Where a value comes from, and how it is read: a template, or the first expression that has a value."""

    template: Template | None = None
    alternatives: tuple[Expression, ...] = ()
    map: Mapping[str, str] | str | None = None
    """From texts of the log to texts, or the name of one of the mapping's `maps`."""
    default: str | None = None
    time_format: str | None = None
    zone: str | None = None
    decimal: str | None = None
    decimals: Template | None = None
    """How many of the last digits of a whole number are decimals."""
    line: int = 0
    """Of the mapping file."""

    @property
    def expressions(self) -> tuple[Expression, ...]:
        read = self.alternatives or (self.template.expressions if self.template else ())
        return (*read, *self.decimals.expressions) if self.decimals else read

    @property
    def constant(self) -> str | None:
        """Its text where it reads nothing."""
        return self.template.constant if self.template else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """What the events of a rule, or of a whole mapping, have in common; None: as one level above."""

    id: ValueRule | None = None
    time: ValueRule | None = None
    order: ValueRule | None = None
    fulfillment: ValueRule | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PartRule:
    """Fulfillments of an order.placed: one, or one for each member of a list."""

    for_each: Expression | None = None
    values: Mapping[str, ValueRule] = field(default_factory=dict[str, ValueRule])


@dataclass(frozen=True, kw_only=True, slots=True)
class EventRule:
    """An event that a record becomes; each member of `values` is a field of its data."""

    type: str
    """Of a CloudEvent, or `step.ended`."""
    basis: Basis = field(default_factory=Basis)
    when: Expression | None = None
    values: Mapping[str, ValueRule] = field(default_factory=dict[str, ValueRule])
    attributes: Mapping[str, ValueRule] = field(default_factory=dict[str, ValueRule])
    parts: tuple[PartRule, ...] = ()
    flags: frozenset[str] = frozenset()
    """Those that are set: `adds`, `earliest`, `last`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    basis: Basis = field(default_factory=Basis)
    when: Expression | None = None
    for_each: Expression | None = None
    events: tuple[EventRule, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CsvRecords:
    """How a CSV file is written; None: as its content shows."""

    delimiter: str | None = None
    encoding: str | None = None
    quote: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OcelObjects:
    """Which objects of an OCEL log are orders and fulfillments, and how they are related."""

    order: str
    fulfillment: str | None = None
    id: str | None = None
    """Template of the fulfillment's id, of `{order}` and `{fulfillment}`."""
    through: tuple[str, ...] = ()
    qualifiers: tuple[str, ...] = ()
    """Relations between objects that count; none: all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleMapping:
    source: str
    basis: Basis = field(default_factory=Basis)
    activity: ValueRule | None = None
    by_activity: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict[str, tuple[Rule, ...]])
    rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict[str, tuple[Rule, ...]])
    """By name."""
    maps: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    records: Expression | None = None
    """Where the records are in a JSON document; None: the members of a list, else the document itself."""
    csv: CsvRecords | None = None
    query: str | None = None
    """Of a SQLite database."""
    ocel: OcelObjects | None = None
    time_format: str | None = None
    zone: str | None = None
    decimal: str | None = None
    digest: str = ""
    """Of its text."""

    def activities(self) -> frozenset[str]:
        """Every mapped activity."""
        return frozenset(self.by_activity)

    @property
    def has_earliest(self) -> bool:
        """Whether the earliest record of a fulfillment places it, so that a log is read twice."""
        return any("earliest" in event.flags for _, rule in self.all_rules() for event in rule.events)

    @property
    def activities_of_shared_events(self) -> frozenset[str] | None:
        """Activities of whose records several may be one event: a rule or an event says its id. None: all."""
        if any(_has_own_id(rule) for group in self.rules.values() for rule in group):
            return None
        return frozenset(name for name, group in self.by_activity.items() if any(map(_has_own_id, group)))

    def all_rules(self) -> Iterator[tuple[str, Rule]]:
        """Every rule with its place."""
        for section, groups in (("activities", self.by_activity), ("rules", self.rules)):
            for name, group in groups.items():
                for rule in group:
                    yield f"{section}.{name}", rule

    def names(self) -> dict[str, str]:
        """Fields of the records that it reads, with the field of the mapping that reads each first."""
        names: dict[str, str] = {}
        outer = [("activity", self.activity)] if self.activity is not None else []
        for place, value in (*outer, *_basis_values(self.basis, "")):
            for expression in value.expressions:
                _note(names, expression.names, place)
        for place, rule in self.all_rules():
            for name, expression in (("when", rule.when), ("for_each", rule.for_each)):
                if expression is not None:
                    _note(names, expression.names, f"{place}.{name}")
            for inner, expression, is_of_member in _rule_expressions(rule, f"{place}."):
                read = expression.record_names if is_of_member else expression.names
                _note(names, read, inner)
        return names

    def all_values(self) -> Iterator[tuple[str, ValueRule]]:
        """Every value with its place."""
        if self.activity is not None:
            yield "activity", self.activity
        yield from _basis_values(self.basis, "")
        for place, rule in self.all_rules():
            yield from _basis_values(rule.basis, f"{place}.")
            for event in rule.events:
                yield from _event_values(event, f"{place}.{event.type}.")


def _has_own_id(rule: Rule) -> bool:
    return any(basis.id is not None for basis in (rule.basis, *(event.basis for event in rule.events)))


def _note(names: dict[str, str], found: frozenset[str], place: str) -> None:
    for name in sorted(found):
        names.setdefault(name, place)


def _basis_values(basis: Basis, prefix: str) -> Iterator[tuple[str, ValueRule]]:
    for name in ("id", "time", "order", "fulfillment"):
        value: ValueRule | None = getattr(basis, name)
        if value is not None:
            yield prefix + name, value


def _event_values(event: EventRule, prefix: str) -> Iterator[tuple[str, ValueRule]]:
    yield from _basis_values(event.basis, prefix)
    for name, value in event.values.items():
        yield prefix + name, value
    for name, value in event.attributes.items():
        yield f"{prefix}attributes.{name}", value
    for part in event.parts:
        for name, value in part.values.items():
            yield f"{prefix}fulfillments.{name}", value


def _rule_expressions(rule: Rule, prefix: str) -> Iterator[tuple[str, Expression, bool]]:
    """(place, expression, whether it reads a member of `for_each` and not the record)."""
    in_members = rule.for_each is not None
    for place, value in _basis_values(rule.basis, prefix):
        yield from ((place, expression, in_members) for expression in value.expressions)
    for event in rule.events:
        place = f"{prefix}{event.type}"
        if event.when is not None:
            yield f"{place}.when", event.when, in_members
        outer = replace(event, parts=())
        for name, value in _event_values(outer, f"{place}."):
            yield from ((name, expression, in_members) for expression in value.expressions)
        for part in event.parts:
            if part.for_each is not None:
                yield f"{place}.fulfillments.for_each", part.for_each, in_members
            is_of_member = in_members or part.for_each is not None
            for name, value in part.values.items():
                where = f"{place}.fulfillments.{name}"
                yield from ((where, expression, is_of_member) for expression in value.expressions)
