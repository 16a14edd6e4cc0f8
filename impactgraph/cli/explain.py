"""`impactgraph explain`: why an order is affected, or what stopped the failure before it."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.asking import FORECASTING, AsOf, Forecasting
from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from graph_models.impact import Explanation, Path
    from graph_models.time import Millis
    from impactgraph.cli.answering import Answered
    from impactgraph.cli.show import Rows

FailureId = Annotated[str, Parameter(help="Id of a reported failure, such as F-stock or failure:F-stock.")]
OrderId = Annotated[str, Parameter(help="Id of an order, such as O-1001 or order:O-1001.")]


def explain(
    failure: FailureId,
    order: OrderId,
    /,
    *,
    as_of: AsOf = None,
    forecasting: Forecasting = FORECASTING,
    common: Common = COMMON,
) -> None:
    """Why an order is affected by a failure, hop by hop, or what stopped the failure before it."""
    from graph_models.ids import key_of
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.answering import answered
    from impactgraph.cli.asking import SUPPOSING
    from impactgraph.cli.question import Reading, question_of
    from impactgraph.cli.shape import Named
    from impactgraph.cli.show import present
    from impactgraph.cli.stores import existing
    from impactgraph.usecases import impact_pages

    now = system_clock()
    question = question_of((failure,), SUPPOSING, forecasting, as_of, now, Reading())
    with existing(common.store) as store, answered(store, question, now) as found:
        explanation = impact_pages.explain(store, found.answer, key_of(order, "order"), question.as_of)
        present(
            common.format,
            people=lambda out: _tell(out, explanation, found, key_of(order, "order")),
            data=lambda: Named(found.topology, found.answer.as_of, {}).explanation(explanation),
            rows=lambda: _rows(explanation),
        )


def _tell(out: "Console", found: "Explanation", asked: "Answered", order: str) -> None:
    from impactgraph.cli.links import explain_field, tell_link

    out.print(found.sentence, style="bold")
    for number, path in enumerate(found.paths, 1):
        if len(found.paths) > 1:
            out.print(f"\nWay {number} of {len(found.paths)}: {path.sentence}")
        _tell_path(out, path, asked.answer.as_of)
    if found.stopped_by:
        out.print("\nWhat stopped it", style="bold")
        for each in found.stopped_by:
            out.print(f"  {each.element}: {each.detail} ({each.rule})")
    tell_link(out, asked.question, explain_field(order))


def _tell_path(out: "Console", path: "Path", now: "Millis") -> None:
    from rich.padding import Padding

    from impactgraph.cli import say

    out.print()
    for number, hop in enumerate(path.hops, 1):
        out.print(
            f"{number:3}. {hop.source} -> {hop.target}: {say.word(hop.effect)} from {say.at(hop.at, now)} ({hop.rule})",
            soft_wrap=True,
        )
        out.print(Padding(hop.detail, (0, 0, 0, 5), expand=False), style="dim")


def _rows(found: "Explanation") -> "Rows":
    from impactgraph.cli.shape import hop
    from impactgraph.cli.show import Rows

    rows = (
        {"path": number, "hop": place, **hop(each)}
        for number, path in enumerate(found.paths, 1)
        for place, each in enumerate(path.hops, 1)
    )
    return Rows(("path", "hop", "from", "to", "rule", "effect", "at", "detail"), rows)
