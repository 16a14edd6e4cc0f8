"""Orders to come of the cases: forecasts against what was truly placed and affected until the end.

Each case counts twice: as asked, when the end of its failure is an estimate, and with the cost of delay for
the moment at which it truly ended, which shows what is left of the error then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.accuracy.scoring import CASES, HOME, answer_to, scorer

WITHIN = 0.2
"""Of the number truly placed, and truly affected, on all days."""
FACTOR = 1.5
"""By which a case may be off, of those with so many affected orders or more."""
MANY = 30
LEAST_WITHIN_FACTOR = 0.75
"""Of these cases, where the end is known."""
LEAST_HELD = 0.7
"""Of the cases, where the end is known."""
ENDS = ("reported", "known")
TRUTH = {"placed": "placed", "affected": "affected", "promisesMissed": "newly_missed"}
"""Name in the truth by GraphQL's name."""


@dataclass(frozen=True)
class Day:
    """One case: what truly came, and by end and figure the expected number with its range."""

    name: str
    truth: Mapping[str, int]
    forecast: Mapping[str, Mapping[str, Mapping[str, float]]]

    def expected(self, end: str, figure: str) -> float:
        return self.forecast[end][figure]["expected"]

    def holds(self, end: str, figure: str) -> bool:
        of = self.forecast[end][figure]
        return of["low"] <= self.truth[figure] <= of["high"]

    def is_within_factor(self, end: str) -> bool:
        """Of the affected ones."""
        expected, truly = self.expected(end, "affected"), self.truth["affected"]
        return truly / FACTOR <= expected <= truly * FACTOR


@cache
def days() -> tuple[Day, ...]:
    """Of all cases, in their order."""
    return tuple(day_of(case) for case in CASES)


def day_of(case: str) -> Day:
    """Of one case."""
    truth = scorer().load(HOME / "cases" / case / "truth.json.gz")["to_come"]
    said: dict[str, Any] = answer_to(case)["to_come"]
    return Day(case, {name: truth[known] for name, known in TRUTH.items()}, said)


def held(end: str, figure: str, of: Sequence[Day] | None = None) -> int:
    """In how many cases the range holds the truth."""
    return sum(day.holds(end, figure) for day in (days() if of is None else of))


def totals(end: str, figure: str) -> tuple[float, int]:
    """Expected and true number of all cases."""
    return sum(day.expected(end, figure) for day in days()), sum(day.truth[figure] for day in days())


def with_many() -> list[Day]:
    return [day for day in days() if day.truth["affected"] >= MANY]


def rows() -> str:
    """The table of the report."""
    head = (
        "| case | placed: truly | expected | end known | affected: truly | expected | end known | promises "
        "missed: truly | expected | end known |"
    )
    lines = [head, "| --- |" + " ---: |" * 9]
    lines += [_row(day) for day in days()]
    sums = [cell for figure in TRUTH for cell in _sums(figure)]
    held_in = [
        cell for figure in TRUTH for cell in ("", *(f"{held(end, figure)} of {len(days())}" for end in ENDS))
    ]
    lines.append(f"| **all** | {' | '.join(sums)} |")
    lines.append(f"| range holds the truth | {' | '.join(held_in)} |")
    return "\n".join(lines)


def _row(day: Day) -> str:
    cells = [
        cell
        for figure in TRUTH
        for cell in (str(day.truth[figure]), *(_with_range(day.forecast[end][figure]) for end in ENDS))
    ]
    return f"| {day.name} | {' | '.join(cells)} |"


def _with_range(of: Mapping[str, float]) -> str:
    return f"{of['expected']:.0f} ({of['low']:.0f} to {of['high']:.0f})"


def _sums(figure: str) -> list[str]:
    truly = totals(ENDS[0], figure)[1]
    return [str(truly), *(f"{totals(end, figure)[0]:.0f}" for end in ENDS)]


def misses() -> list[str]:
    """The targets that are not met, each in words."""
    missed: list[str] = []
    for end in ENDS:
        for figure in ("placed", "affected"):
            expected, truly = totals(end, figure)
            if abs(expected - truly) > WITHIN * truly:
                missed.append(
                    f"To come, {figure}, end {end}: {expected:.0f}, not within {WITHIN:.0%} of {truly}."
                )
    many = with_many()
    within = sum(day.is_within_factor("known") for day in many)
    if within < LEAST_WITHIN_FACTOR * len(many):
        missed.append(f"To come, end known: {within} of {len(many)} cases are within a factor of {FACTOR}.")
    for figure in TRUTH:
        if held("known", figure) < LEAST_HELD * len(days()):
            missed.append(
                f"To come, {figure}: ranges hold the truth in {held('known', figure)} of {len(days())}."
            )
    return missed
