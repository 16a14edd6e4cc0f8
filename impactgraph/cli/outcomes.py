"""What came of a change, for people and for programs."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console

from impactgraph.cli.say import count, day_and_time
from impactgraph.cli.shape import Shape, when
from impactgraph.cli.show import Rows
from impactgraph.errors import Problem
from impactgraph.usecases import IngestResult, QuarantinedEvent, TopologyVersion
from impactgraph.usecases.compare_topologies import TopologyChange

MOST_CHANGES = 20


def problem_shape(problems: Sequence[Problem]) -> list[Shape]:
    return [{"message": each.message, "file": each.file, "line": each.line} for each in problems]


def problem_rows(errors: Sequence[Problem], warnings: Sequence[Problem]) -> Rows:
    """A row a problem, the errors first."""
    kinds = (("error", errors), ("warning", warnings))
    rows = (
        {"kind": kind, "file": each.file, "line": each.line, "message": each.message}
        for kind, found in kinds
        for each in found
    )
    return Rows(("kind", "file", "line", "message"), rows)


def version_shape(version: TopologyVersion | None) -> Shape | None:
    if version is None:
        return None
    return {
        "id": f"topology:{version.key}",
        "appliedAt": when(version.applied_at),
        "elements": version.elements,
        "current": version.current,
    }


def change_shape(change: TopologyChange | None) -> Shape | None:
    """GraphQL's TopologyChange; values of fields as the element keeps them, in words."""
    if change is None:
        return None
    found = change.difference
    changed = [
        {"id": each.element, "field": each.field, "before": _value(each.before), "after": _value(each.after)}
        for each in found.changed
    ]
    return {
        "added": list(found.added),
        "removed": list(found.removed),
        "changed": changed,
        "ordersTouched": change.affected_orders,
    }


def change_rows(change: TopologyChange | None) -> Rows:
    return Rows(("change", "id", "field", "before", "after"), _change_rows(change))


def _change_rows(change: TopologyChange | None) -> Iterator[Mapping[str, object]]:
    if change is not None:
        yield from ({"change": "added", "id": each} for each in change.difference.added)
        yield from ({"change": "removed", "id": each} for each in change.difference.removed)
        for each in change.difference.changed:
            yield {
                "change": "changed",
                "id": each.element,
                "field": each.field,
                "before": _value(each.before),
                "after": _value(each.after),
            }


def tell_change(out: Console, change: TopologyChange) -> None:
    """What is other, the first of each sort, and what in flight it touches."""
    found = change.difference
    changed = tuple(dict.fromkeys(f"{each.element} ({each.field})" for each in found.changed))
    for sign, word, names in (
        ("+", "new", found.added),
        ("-", "gone", found.removed),
        ("~", "changed", changed),
    ):
        for name in names[:MOST_CHANGES]:
            out.print(f"  {sign} {name}", soft_wrap=True)
        if len(names) > MOST_CHANGES:
            out.print(f"  {sign} … {len(names) - MOST_CHANGES:,} more {word}")
    out.print(
        f"{count(change.affected_orders, 'order')} in flight still {'has' if change.affected_orders == 1 else 'have'} to pass what differs."
    )


def tell_version(out: Console, version: TopologyVersion) -> None:
    out.print(
        f"Current is topology:{version.key}: {version.elements:,} elements, applied {day_and_time(version.applied_at)}."
    )


def _value(value: object) -> str | float | bool | None:
    return value if isinstance(value, str | int | float | bool) or value is None else repr(value)


def refused_shape(found: QuarantinedEvent) -> Shape:
    return {
        "number": found.number,
        "place": found.place or None,
        "reason": found.reason,
        "receivedAt": when(found.received_at) if found.received_at else None,
        "event": found.text,
    }


def refused_rows(found: Sequence[QuarantinedEvent]) -> Rows:
    rows = (
        {
            "number": each.number,
            "place": each.place,
            "reason": each.reason,
            "received_at": when(each.received_at),
            "event": each.text,
        }
        for each in found
    )
    return Rows(("number", "place", "reason", "received_at", "event"), rows)


def intake_shape(found: IngestResult) -> Shape:
    """The words of the answer to POST /events: taken, repeated, rejected."""
    return {
        "taken": found.accepted_count,
        "repeated": found.duplicate_count,
        "rejected": [refused_shape(each) for each in found.quarantined],
    }
