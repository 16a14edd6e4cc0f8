"""`impactgraph payloads`: trouble in what messages say."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.asking import AsOf
from impactgraph.cli.filtering import Where
from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from graph_models.diagnosis import PayloadFinding, PayloadKind
    from graph_models.orders import Page
    from impactgraph.cli.shape import Shape
    from impactgraph.cli.show import Rows

Kinds = Annotated[
    tuple[str, ...],
    Parameter(
        name="--kind",
        help="Of this kind only: duplicate_order, incomplete, stock_difference, error_template; give it again for several.",
        negative=(),
        show_default=False,
    ),
]
Count = Annotated[int, Parameter(help="How many to list; csv: all.")]


def payloads(
    *, kind: Kinds = (), where: Where = (), as_of: AsOf = None, first: Count = 20, common: Common = COMMON
) -> int:
    """Tells what was found, and gives the exit status."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.filtering import filter_of
    from impactgraph.cli.question import Reading
    from impactgraph.cli.shape import connection
    from impactgraph.cli.show import present
    from impactgraph.cli.stores import existing
    from impactgraph.cli.times import read_moment
    from impactgraph.usecases.pages import check_first
    from impactgraph.usecases.payloads import PayloadsQuestion, find_payload_findings, list_payload_findings

    now, reading = system_clock(), Reading()
    at = reading.tried(read_moment, "--as-of", as_of, now)
    filtered = reading.tried(filter_of, where, now if at is None else at)
    kinds, size = reading.tried(kinds_of, kind), reading.tried(check_first, first)
    reading.done()
    assert filtered is not None
    asked = PayloadsQuestion(filtered, kinds or None, at)
    with existing(common.store) as store:
        page = list_payload_findings(store, asked, now, size)
        present(
            common.format,
            people=lambda out: _tell(out, page),
            data=lambda: connection(page, finding),
            rows=lambda: _rows(find_payload_findings(store, asked, now)),
        )
        return 1 if page.total_count else 0


def kinds_of(words: tuple[str, ...]) -> "tuple[PayloadKind, ...]":
    """Raises BadInputError with the words that there are."""
    from graph_models.diagnosis import PayloadKind
    from impactgraph.errors import BadInputError, Problem

    names = [word.strip().upper().replace("-", "_") for word in words]
    unknown = [word for word, name in zip(words, names, strict=True) if name not in PayloadKind.__members__]
    if unknown:
        known = ", ".join(kind.value.lower() for kind in PayloadKind)
        raise BadInputError(Problem(f"--kind is {', '.join(map(repr, unknown))}; give one of {known}."))
    return tuple(PayloadKind[name] for name in names)


def _tell(out: "Console", page: "Page[PayloadFinding]") -> None:
    from impactgraph.cli import say
    from impactgraph.cli.show import table

    if not page.total_count:
        out.print(
            "No order was sent twice or lacks anything, no stock figures differ, and there are no errors.",
            style="bold",
        )
        return
    out.print(f"{say.count(page.total_count, 'finding')} in what messages say.", style="bold")
    made = table("kind", "finding", "last", "worth", "suspects", right=("worth",))
    for each in page.items:
        suspects = ", ".join(dict.fromkeys(str(cause.element) for cause in each.suspects[:3])) or say.NOTHING
        made.add_row(
            say.word(each.kind), each.sentence, say.day_and_time(each.until), say.money(each.value), suspects
        )
    out.print()
    out.print(made)
    if page.has_next:
        out.print(
            f"{page.total_count - len(page.items):,} more: --first N, or --format csv for all.", style="dim"
        )


def finding(found: "PayloadFinding") -> "Shape":
    """With the names of GraphQL's PayloadFinding."""
    from impactgraph.cli.records_text import cause_shape
    from impactgraph.cli.shape import moneys, when

    return {
        "kind": found.kind.value,
        "sentence": found.sentence,
        "key": dict(found.key),
        "count": found.count,
        "total": found.total,
        "from": when(found.since),
        "to": when(found.until),
        "value": moneys(found.value),
        "orders": [{"id": f"order:{key}"} for key in found.orders],
        "samples": list(found.samples),
        "suspects": [cause_shape(cause) for cause in found.suspects],
    }


def _rows(found: "Sequence[PayloadFinding]") -> "Rows":
    from impactgraph.cli.show import Rows

    return Rows(
        ("kind", "sentence", "key", "count", "total", "from", "to", "value", "orders", "samples", "suspects"),
        map(_row, found),
    )


def _row(found: "PayloadFinding") -> Mapping[str, object]:
    shape = finding(found)
    return {name: shape[name] for name in ("kind", "sentence", "count", "total", "from", "to")} | {
        "key": "; ".join(f"{name}={value}" for name, value in found.key.items()),
        "value": "; ".join(f"{money.amount:f} {money.currency}" for money in found.value),
        "orders": "; ".join(found.orders),
        "samples": "; ".join(found.samples),
        "suspects": "; ".join(str(cause.element) for cause in found.suspects),
    }
