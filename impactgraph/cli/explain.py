"""`impactgraph explain`: why a failure affects an order, hop by hop, or where it was stopped."""

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common
from impactgraph.cli.question_options import NO_FORECAST_OPTIONS, AsOf, ForecastOptions, Zone

if TYPE_CHECKING:
    from rich.console import Console

    from graph_models.impact import Explanation, Path
    from graph_models.time import Millis
    from impactgraph.cli.blast_answer import BlastAnswer
    from impactgraph.cli.output import Rows

FailureId = Annotated[str, Parameter(help="Id of a reported failure, such as F-stock or failure:F-stock.")]
OrderId = Annotated[str, Parameter(help="Id of an order, such as O-1001 or order:O-1001.")]


def explain(
    failure: FailureId,
    order: OrderId,
    /,
    *,
    as_of: AsOf = None,
    timezone: Zone = "UTC",
    forecast: ForecastOptions = NO_FORECAST_OPTIONS,
    common: Common = COMMON,
) -> None:
    """Prints why a failure affects an order, hop by hop, or where it was stopped."""
    from graph_models.ids import key_of
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.blast_answer import open_answer
    from impactgraph.cli.encode import Encoder
    from impactgraph.cli.output import present
    from impactgraph.cli.question import OptionReader, QuestionOptions, parse_question
    from impactgraph.cli.stores import existing_store
    from impactgraph.usecases import impact_pages

    now = system_clock()
    options = QuestionOptions(failures=(failure,), as_of=as_of, timezone=timezone, forecast=forecast)
    question = parse_question(options, now, OptionReader())
    key = key_of(order, "order")
    with existing_store(common.store) as store, open_answer(store, question, now) as blast:
        explanation = impact_pages.explain(store, blast.answer, key, question.as_of)
        present(
            common.format,
            timezone=question.timezone,
            text=lambda out: _print_explanation(out, explanation, blast, key),
            data=lambda: Encoder(blast.answer.as_of, blast.topology).encode(explanation),
            rows=lambda: _rows(explanation),
        )


def _print_explanation(out: "Console", explanation: "Explanation", blast: "BlastAnswer", order: str) -> None:
    from impactgraph.cli.links import explain_selection, print_link
    from impactgraph.cli.output import print_heading

    out.print(explanation.sentence, style="bold")
    for number, path in enumerate(explanation.paths, 1):
        if len(explanation.paths) > 1:
            out.print()
            out.print(f"Path {number} of {len(explanation.paths)}: {path.sentence}")
        _print_path(out, path, blast.answer.as_of)
    if explanation.stopped_by:
        print_heading(out, "Stopped by")
        for each in explanation.stopped_by:
            out.print(f"  {each.element}: {each.detail} ({each.rule})")
    print_link(out, blast.question, explain_selection(order))


def _print_path(out: "Console", path: "Path", now: "Millis") -> None:
    from impactgraph.cli import formats
    from impactgraph.cli.output import print_lines

    out.print()
    for number, hop in enumerate(path.hops, 1):
        effect = f"{formats.words(hop.effect)} from {formats.at(hop.at, now)}"
        out.print(f"{number:3}. {hop.source} -> {hop.target}: {effect} ({hop.rule})", soft_wrap=True)
        print_lines(out, [hop.detail], indent=5, style="dim")


def _rows(explanation: "Explanation") -> "Rows":
    """A row for each hop of each path."""
    from impactgraph.cli.encode import Encoder
    from impactgraph.cli.output import Rows

    encoder = Encoder()
    rows = (
        {"path": path_number, "hop": hop_number, **encoder.encode(hop)}
        for path_number, path in enumerate(explanation.paths, 1)
        for hop_number, hop in enumerate(path.hops, 1)
    )
    return Rows(("path", "hop", "from", "to", "rule", "effect", "at", "detail"), rows)
