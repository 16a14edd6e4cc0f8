"""Findings about records: to read, as JSON with GraphQL's names, as rows."""

from collections.abc import Mapping, Sequence

from rich.console import Console

from graph_models.diagnosis import Cause, RateFinding, RecordFinding
from graph_models.enums import RecordEffect
from graph_models.orders import Page
from graph_models.time import HOUR
from impactgraph.cli import say
from impactgraph.cli.shape import Shape, connection, lasting, money, moneys, path, when
from impactgraph.cli.show import Rows, table
from impactgraph.errors import BadInputError, Problem
from impactgraph.usecases.records import RecordAnswer

_MOST_RATES = 12
_COLUMNS = (
    "order", "fulfillment", "kind", "type", "effect", "due", "late_by", "amount", "currency", "expected_amount", "cause", "cause_element", "evidence",
)  # fmt: skip


def effects_of(words: tuple[str, ...]) -> tuple[RecordEffect, ...]:
    """Raises BadInputError with the words that there are."""
    names = [word.strip().upper().replace("-", "_") for word in words]
    unknown = [word for word, name in zip(words, names, strict=True) if name not in RecordEffect.__members__]
    if unknown:
        known = ", ".join(effect.value.lower() for effect in RecordEffect)
        raise BadInputError(Problem(f"--effect is {', '.join(map(repr, unknown))}; give one of {known}."))
    return tuple(RecordEffect[name] for name in names)


def tell(
    out: Console, watched: RecordAnswer, page: Page[RecordFinding], rates: Sequence[RateFinding]
) -> None:
    at = watched.findings.at
    if not page.total_count:
        out.print(
            f"Every record that is due by {say.day_and_time(at)} has come, once and in order.", style="bold"
        )
    else:
        out.print(
            f"{say.count(page.total_count, 'record')} {'needs' if page.total_count == 1 else 'need'} a look.",
            style="bold",
        )
        out.print(f"As of {say.day_and_time(at)}. Times are UTC.", style="dim")
        _totals(out, watched)
        _list(out, page, at)
    if rates:
        _rates(out, rates, at)


def _totals(out: Console, watched: RecordAnswer) -> None:
    made = table(
        "record",
        "type",
        "what is wrong",
        "how many",
        "amount",
        "longest",
        right=("how many", "amount", "longest"),
    )
    for each in watched.totals():
        made.add_row(
            say.word(each.kind),
            each.type,
            say.word(each.effect),
            f"{each.count:,}",
            say.money(each.amount),
            say.span(each.longest or None),
        )
    out.print()
    out.print(made)


def _list(out: Console, page: Page[RecordFinding], at: int) -> None:
    made = table(
        "fulfillment",
        "type",
        "what is wrong",
        "due",
        "late by",
        "amount",
        "expected",
        "likely cause",
        right=("late by", "amount", "expected"),
    )
    for each in page.items:
        made.add_row(
            each.fulfillment, each.type, say.word(each.effect), say.at(each.due, at), say.span(each.late_by),
            say.money([each.amount] if each.amount else []), say.money([each.expected_amount] if each.expected_amount else []), _cause(each.likely_cause),
        )  # fmt: skip
    out.print()
    out.print(made)
    if page.has_next:
        out.print(
            f"{page.total_count - len(page.items):,} more: --first N, or --format csv for all.", style="dim"
        )


def _cause(cause: Cause | None) -> str:
    if cause is None:
        return say.NOTHING
    return f"{cause.failure}, by {cause.element}" if cause.failure else str(cause.element)


def _rates(out: Console, rates: Sequence[RateFinding], at: int) -> None:
    made = table(
        "hour",
        "record",
        "type",
        "came",
        "usual",
        "from",
        "to",
        "likely cause",
        right=("came", "usual", "from", "to"),
    )
    for each in rates[:_MOST_RATES]:
        figures = (f"{each.count:,}", f"{each.usual:,.0f}", f"{each.low:,.0f}", f"{each.high:,.0f}")
        made.add_row(
            say.at(each.since, at), say.word(each.kind), each.type, *figures, _cause(each.likely_cause)
        )
    out.print()
    out.print("Hours with more or fewer than usual", style="bold")
    out.print(made)
    if len(rates) > _MOST_RATES:
        out.print(f"{len(rates) - _MOST_RATES:,} more: --format json.", style="dim")


def data_of(watched: RecordAnswer, page: Page[RecordFinding], rates: Sequence[RateFinding]) -> Shape:
    """GraphQL's `records` and `recordRates`, and the totals."""
    totals = [
        {
            "kind": e.kind.value,
            "type": e.type,
            "effect": e.effect.value,
            "count": e.count,
            "amount": moneys(e.amount),
            "longest": lasting(e.longest),
        }
        for e in watched.totals()
    ]
    return {
        "asOf": when(watched.findings.at),
        "totals": totals,
        "records": connection(page, finding),
        "recordRates": [rate(each) for each in rates],
    }


def finding(found: RecordFinding) -> Shape:
    return {
        "order": {"id": f"order:{found.order}"},
        "fulfillment": f"fulfillment:{found.fulfillment}",
        "kind": found.kind.value,
        "type": found.type,
        "effect": found.effect.value,
        "due": when(found.due),
        "lateBy": lasting(found.late_by),
        "amount": money(found.amount) if found.amount else None,
        "expectedAmount": money(found.expected_amount) if found.expected_amount else None,
        "likelyCause": cause_shape(found.likely_cause),
    }


def cause_shape(cause: Cause | None) -> Shape | None:
    if cause is None:
        return None
    return {
        "kind": cause.kind,
        "likelihood": cause.likelihood,
        "failure": {"id": f"failure:{cause.failure}"} if cause.failure else None,
        "element": {"id": cause.element} if cause.element else None,
        "path": path(cause.path) if cause.path else None,
        "evidence": cause.evidence,
    }


def rate(found: RateFinding) -> Shape:
    return {
        "kind": found.kind.value,
        "type": found.type,
        "from": when(found.since),
        "to": when(found.since + HOUR),
        "count": found.count,
        "usual": found.usual,
        "low": found.low,
        "high": found.high,
        "hours": found.hours,
        "season": found.season,
        "amount": moneys(found.amount),
        "likelyCause": cause_shape(found.likely_cause),
    }


def csv_of(watched: RecordAnswer) -> Rows:
    return Rows(_COLUMNS, map(_row, watched.all()))


def _row(found: RecordFinding) -> Mapping[str, object]:
    shape, cause = finding(found), found.likely_cause
    plain = {name: shape[name] for name in ("fulfillment", "kind", "type", "effect", "due")}
    return plain | {
        "order": f"order:{found.order}",
        "late_by": shape["lateBy"],
        "amount": f"{found.amount.amount:f}" if found.amount else None,
        "currency": found.amount.currency if found.amount else None,
        "expected_amount": f"{found.expected_amount.amount:f}" if found.expected_amount else None,
        "cause": f"failure:{cause.failure}" if cause and cause.failure else None,
        "cause_element": cause.element if cause else None,
        "evidence": cause.evidence if cause else None,
    }
