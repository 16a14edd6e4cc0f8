"""`impactgraph explain`: why a failure affects an order, hop by hop, or where it was stopped."""

from typing import TYPE_CHECKING

from impactgraph.cli.options import COMMON, Common
from impactgraph.cli.order_text import OrderText
from impactgraph.cli.question_options import NO_FORECAST_OPTIONS, AsOf, FailureId, ForecastOptions, Zone

if TYPE_CHECKING:
    from rich.console import Console

    from graph_models.impact import Question
    from graph_models.time import Millis
    from impactgraph.cli.encode.values import Json
    from impactgraph.cli.output import Rows


def explain(
    failure: FailureId,
    order: OrderText,
    /,
    *,
    as_of: AsOf = None,
    timezone: Zone = "UTC",
    forecast: ForecastOptions = NO_FORECAST_OPTIONS,
    common: Common = COMMON,
) -> None:
    """Prints why a failure affects an order, hop by hop, or where it was stopped."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.order_text import identify
    from impactgraph.cli.output import present
    from impactgraph.cli.question import OptionReader, QuestionOptions, parse_question

    target = find_target(common)
    options = QuestionOptions(failures=(failure,), as_of=as_of, timezone=timezone, forecast=forecast)
    question = parse_question(options, target.now, OptionReader())
    with target.open() as answers:
        key = identify(answers, order)
        answer = answers.explain(question, key)
    present(
        common.format,
        timezone=question.timezone,
        text=lambda out: _print_explanation(out, answer, question, key),
        data=lambda: answer["explanation"],
        rows=lambda: _rows(answer["explanation"]),
    )


def _print_explanation(out: "Console", answer: "Json", question: "Question", order: str) -> None:
    from impactgraph.cli.blast_text import say_absorption
    from impactgraph.cli.decode import known_moment
    from impactgraph.cli.links import explain_selection, print_link
    from impactgraph.cli.output import print_heading

    explanation, at = answer["explanation"], known_moment(answer["asOf"])
    paths = explanation["paths"]
    out.print(explanation["sentence"], style="bold")
    for number, path in enumerate(paths, 1):
        if len(paths) > 1:
            out.print()
            out.print(f"Path {number} of {len(paths)}: {path['sentence']}")
        _print_path(out, path, at)
    if explanation["stoppedBy"]:
        print_heading(out, "Stopped by")
        for each in explanation["stoppedBy"]:
            out.print(f"  {say_absorption(each)}")
    print_link(out, question, explain_selection(order))


def _print_path(out: "Console", path: "Json", now: "Millis") -> None:
    from impactgraph.cli import formats
    from impactgraph.cli.decode import known_moment
    from impactgraph.cli.output import print_lines

    out.print()
    for number, hop in enumerate(path["hops"], 1):
        effect = f"{formats.words(hop['effect'])} from {formats.at(known_moment(hop['at']), now)}"
        out.print(f"{number:3}. {hop['from']} -> {hop['to']}: {effect} ({hop['rule']})", soft_wrap=True)
        print_lines(out, [hop["detail"]], indent=5, style="dim")


def _rows(explanation: "Json") -> "Rows":
    """A row for each hop of each path."""
    from impactgraph.cli.output import Rows

    rows = (
        {"path": path_number, "hop": hop_number, **hop}
        for path_number, path in enumerate(explanation["paths"], 1)
        for hop_number, hop in enumerate(path["hops"], 1)
    )
    return Rows(("path", "hop", "from", "to", "rule", "effect", "at", "detail"), rows)
