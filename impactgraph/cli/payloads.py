"""`impactgraph payloads`: duplicate and incomplete orders, stock differences, and errors by message."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common
from impactgraph.cli.order_filter import Where
from impactgraph.cli.question_options import AsOf

if TYPE_CHECKING:
    from graph_models.diagnosis import PayloadKind

Kinds = Annotated[
    tuple[str, ...],
    Parameter(
        name="--kind",
        help="Only this kind: duplicate_order, incomplete, stock_difference, error_template; repeatable.",
        negative=(),
        show_default=False,
    ),
]
Count = Annotated[int, Parameter(help="Number of findings to list; csv: all.")]


def payloads(
    *, kind: Kinds = (), where: Where = (), as_of: AsOf = None, first: Count = 20, common: Common = COMMON
) -> int:
    """Prints the findings; returns the exit status."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.order_filter import order_filter
    from impactgraph.cli.output import present
    from impactgraph.cli.payloads_data import payloads_json, payloads_rows
    from impactgraph.cli.payloads_text import print_payloads
    from impactgraph.cli.question import OptionReader
    from impactgraph.cli.stores import existing_store
    from impactgraph.cli.times import parse_moment_option
    from impactgraph.usecases.pages import check_first
    from impactgraph.usecases.payloads import PayloadsQuestion, find_payload_findings, list_payload_findings

    now = system_clock()
    reader = OptionReader()
    at = reader.read(parse_moment_option, "--as-of", as_of, now)
    filter_ = reader.read(order_filter, where, now if at is None else at)
    kinds = reader.read(parse_kinds, kind)
    size = reader.read(check_first, first)
    reader.raise_problems()
    assert filter_ is not None
    question = PayloadsQuestion(filter_, kinds or None, at)
    with existing_store(common.store) as store:
        page = list_payload_findings(store, question, now, size)
        present(
            common.format,
            text=lambda out: print_payloads(out, page, question.asked_for),
            data=lambda: payloads_json(page),
            rows=lambda: payloads_rows(find_payload_findings(store, question, now)),
        )
        return 1 if page.total_count else 0


def parse_kinds(names: tuple[str, ...]) -> "tuple[PayloadKind, ...]":
    """Kinds by name. Raises BadInputError with the names that exist."""
    from graph_models.diagnosis import PayloadKind
    from impactgraph.cli.question import parse_members

    return parse_members("--kind", PayloadKind, names)
