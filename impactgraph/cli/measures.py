"""`impactgraph measures`: incidents and what they cost, by week or month."""

from typing import Annotated, Literal

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common
from impactgraph.cli.question_options import AsOf

By = Annotated[Literal["week", "month"], Parameter(help="What the periods are, in UTC.")]
Since = Annotated[
    str | None,
    Parameter(
        help="The period that has this moment is the first one: ISO 8601, or relative such as -90d "
        "[default: four weeks before].",
        allow_leading_hyphen=True,
    ),
]
Asked = Annotated[
    int,
    Parameter(help="Number of incidents, latest first, whose impact is computed; each costs two answers."),
]


def measures(
    *,
    by: By = "week",
    since: Since = None,
    as_of: AsOf = None,
    asked: Asked = 20,
    common: Common = COMMON,
) -> None:
    """Prints measures."""
    from impactgraph.cli.answers import find_target
    from impactgraph.cli.measures_text import measure_rows, print_measures
    from impactgraph.cli.output import present
    from impactgraph.cli.question import OptionReader
    from impactgraph.cli.times import parse_moment_option
    from impactgraph.usecases.measures import MeasuresQuestion, PeriodUnit

    target = find_target(common)
    reader = OptionReader()
    at = reader.read(parse_moment_option, "--as-of", as_of, target.now)
    start = reader.read(parse_moment_option, "--since", since, target.now)
    reader.raise_problems()
    question = MeasuresQuestion(PeriodUnit(by), since=start, as_of=at, asked=asked)
    with target.open() as answers:
        answer = answers.measures(question)
    present(
        common.format,
        text=lambda out: print_measures(out, answer),
        data=lambda: answer,
        rows=lambda: measure_rows(answer),
    )
