"""Measures as text, and as rows: one a figure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from impactgraph.cli import formats
from impactgraph.cli.decode import duration_in, key_in, known_moment, money_in
from impactgraph.cli.encode.values import Json
from impactgraph.cli.output import Rows, table

_MOST_GROUPS = 5
"""Of a grouping."""
_MOST_STEPS = 10
_TIMES = ("detect", "acknowledge", "mitigate", "heal")
_COUNTS = ("incidents", *_TIMES, "orders", "promises\nmissed")
_OF_ALERTS = ("alerts", "alerts per\nincident", "quiet")
_COLUMNS = ("period", "of", "key", "measure", "value", "unit")
_PLAIN = {
    "incidents": "incidents",
    "failures": "failures",
    "alerts": "alerts",
    "alertsPerIncident": "alerts_per_incident",
    "quietShare": "quiet_share",
    "actions": "actions",
    "orders": "orders",
    "promisesMissed": "promises_missed",
    "counted": "counted",
}
"""Measure by key of the JSON."""


def print_measures(out: Console, answer: Json) -> None:
    """Prints incidents by period and group, promises, exceptions, money, forecasts, and what is not known."""
    out.print(f"Measures by {answer['by'].lower()}.", style="bold")
    at = formats.day_and_time(known_moment(answer["asOf"]))
    out.print(f"As of {at}; the last period is not over. Times are medians.", style="dim")
    periods = [(each["key"], each["figures"]) for each in answer["periods"]]
    columns = _COUNTS + _OF_ALERTS * any(figures["alerts"] for _, figures in periods)
    out.print(_incidents("period", periods, columns))
    for grouping in ("cause", "owner", "element"):
        groups = [each for each in answer["groups"] if each["grouping"] == grouping]
        if groups:
            out.print()
            first = [(each["name"] or formats.NOTHING, each["figures"]) for each in groups[:_MOST_GROUPS]]
            out.print(_incidents(grouping, first, columns))
            _print_rest(out, len(groups) - _MOST_GROUPS)
    _print_service(out, answer["service"])
    _print_steps(out, answer["steps"])
    _print_postings(out, answer["postings"])
    _print_forecasts(out, answer["forecasts"])
    if answer["notes"]:
        out.print()
        for note in answer["notes"]:
            out.print(note)


def _incidents(title: str, rows: Sequence[tuple[str, Json]], columns: Sequence[str]) -> Table:
    """`columns`: headings, those of `_texts`; those of alerts are left out where there is none."""
    lines = table(title, *columns, right=columns)
    for key, each in rows:
        lines.add_row(key, *_texts(each)[: len(columns)])
    return lines


def _texts(each: Json) -> tuple[str, ...]:
    """The figures of a row, in the order of the columns."""
    return (
        f"{each['incidents']:,}",
        *(_span(each[name]["median"]) for name in _TIMES),
        _expectation(each, "orders"),
        _expectation(each, "promisesMissed"),
        f"{each['alerts']:,}",
        formats.NOTHING if each["alertsPerIncident"] is None else f"{each['alertsPerIncident']:.1f}",
        formats.NOTHING if each["quietShare"] is None else formats.share(each["quietShare"]),
    )


def _span(text: str | None) -> str:
    span = duration_in(text)
    return formats.NOTHING if span is None else formats.duration(span)


def _expectation(figures: Json, name: str) -> str:
    return f"{figures[name]:,.0f}" if figures["counted"] else formats.NOTHING


def _print_rest(out: Console, rest: int) -> None:
    if rest > 0:
        out.print(f"{rest:,} more: --format csv.", style="dim")


def _print_service(out: Console, levels: Sequence[Json]) -> None:
    if not levels:
        return
    out.print()
    figures = ("promises", "kept", "share")
    rows = table("period", "channel", *figures, right=figures)
    for each in levels:
        numbers = f"{each['promises']:,}", f"{each['kept']:,}", formats.share(each["share"])
        rows.add_row(each["period"], each["channel"], *numbers)
    out.print(rows)


def _print_steps(out: Console, steps: Sequence[Json]) -> None:
    failing_steps = sorted((each for each in steps if each["failed"]), key=lambda each: -each["rate"])
    if not failing_steps:
        return
    out.print()
    figures = ("entered", "with errors", "rate")
    rows = table("period", "step", *figures, right=figures)
    for each in failing_steps[:_MOST_STEPS]:
        numbers = f"{each['entered']:,}", f"{each['failed']:,}", formats.share(each["rate"])
        rows.add_row(each["period"], each["name"], *numbers)
    out.print(rows)
    _print_rest(out, len(failing_steps) - _MOST_STEPS)


def _print_postings(out: Console, postings: Sequence[Json]) -> None:
    if not postings:
        return
    out.print()
    figures = ("count", "amount times days")
    rows = table("period", "late posting", *figures, right=figures)
    for each in postings:
        amounts = formats.money(money_in(each["moneyDays"]))
        rows.add_row(each["period"], formats.words(each["type"]), f"{each['postings']:,}", amounts)
    out.print(rows)


def _print_forecasts(out: Console, forecasts: Sequence[Json]) -> None:
    if not forecasts:
        return
    out.print()
    figures = ("orders", "forecast to miss", "missed")
    rows = table("incident", "forecast at", *figures, "likeliest cause", right=figures)
    for each in forecasts:
        at = formats.day_and_time(known_moment(each["at"]))
        numbers = f"{each['orders']:,}", f"{each['expected']:,.1f}", f"{each['happened']:,}"
        rows.add_row(key_in(each["incident"]), at, *numbers, each["headline"])
    out.print(rows)


def measure_rows(answer: Json) -> Rows:
    """A row for each figure that is known: period (empty: all), of what, its key, measure, value, unit."""
    return Rows(_COLUMNS, (dict(zip(_COLUMNS, row, strict=True)) for row in _rows(answer)))


def _rows(answer: Json) -> Iterator[tuple[object, ...]]:
    for each in answer["periods"]:
        yield from _figures(each["key"], "all", "", each["figures"])
    for each in answer["groups"]:
        yield from _figures("", each["grouping"], each["key"], each["figures"])
    for each in answer["service"]:
        for name in ("promises", "kept", "share"):
            yield each["period"], "channel", each["channel"], name, each[name], ""
    for each in answer["steps"]:
        for name in ("entered", "failed", "rate"):
            yield each["period"], "step", each["step"], name, each[name], ""
    for each in answer["postings"]:
        yield each["period"], "posting", each["type"], "postings", each["postings"], ""
        for money in each["moneyDays"]:
            unit = f"{money['currency']} days"
            yield each["period"], "posting", each["type"], "money_days", money["amount"], unit
    for each in answer["forecasts"]:
        for name in ("orders", "expected", "happened"):
            yield "", "forecast", key_in(each["incident"]), name, each[name], ""


def _figures(period: str, of: str, key: str, figures: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    for name, measure in _PLAIN.items():
        if figures[name] is not None:
            yield period, of, key, measure, figures[name], ""
    for name in _TIMES:
        for part in ("median", "longest"):
            if figures[name][part] is not None:
                yield period, of, key, f"{name}_{part}", figures[name][part], "duration"
