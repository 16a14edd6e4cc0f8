"""Failures as text and rows: the list, and what a change would change."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console

from graph_models.estimates import exact_amounts
from graph_models.money import say_amount
from graph_models.time import Millis
from impactgraph.cli import formats
from impactgraph.cli.blast_text import say_circumstances, say_scope
from impactgraph.cli.decode import (
    duration_in,
    key_in,
    known_moment,
    moment_in,
    money_estimates_in,
    nodes_in,
)
from impactgraph.cli.encode.values import Json
from impactgraph.cli.output import Rows, print_heading, print_lines, print_rest, table
from impactgraph.impact.estimate_text import say_number

_COLUMNS = {
    "failure": "id",
    "target": "target",
    "class": "class",
    "severity": "severity",
    "active": "active",
    "started_at": "startedAt",
    "expected_end": "expectedEnd",
    "ended_at": "endedAt",
    "summary": "summary",
}
"""Key of the JSON by column."""
_FIGURES = {
    "orders": "orders",
    "stuck now": "stuck",
    "promises missed": "promisesMissed",
    "postings": "postings",
    "customer messages": "notifications",
}
_FIELDS = {
    "began": "startedAt",
    "expected end": "expectedEnd",
    "ended": "endedAt",
    "delay": "delay",
    "share of requests that fail": "errorRate",
    "drain": "drain",
    "scope": "scope",
    "severity": "severity",
    "summary": "summary",
    "evidence": "evidence",
}
"""Fields of a failure that a change can set, by their name in the text."""
_DONE = {"report": "Reported", "update": "Updated", "resolve": "Resolved"}


def print_failures(out: Console, answer: Json) -> None:
    """Prints a page of failures."""
    at, page = known_moment(answer["asOf"]), answer["failures"]
    failures = nodes_in(page)
    if not failures:
        out.print("No failure is on record.", style="bold")
        return
    rows = table("failure", "state", "severity", "what")
    for each in failures:
        summary = f"{each['summary']}: " if each["summary"] else ""
        rows.add_row(
            key_in(each["id"]),
            _state(each, at),
            formats.words(each["severity"]),
            f"{summary}{say_circumstances(each, at)}",
        )
    out.print(rows)
    out.print(f"As of {formats.dated(at)}. {formats.zone_note()}", style="dim")
    print_rest(out, page, has_csv=False)


def _state(failure: Json, at: Millis) -> str:
    if failure["active"]:
        return "active"
    return "announced" if known_moment(failure["startedAt"]) > at else "ended"


def failure_rows(page: Json) -> Rows:
    """A row for each failure."""
    rows = (
        {column: each[key] for column, key in _COLUMNS.items()} | {"target": each["target"]["id"]}
        for each in nodes_in(page)
    )
    return Rows(tuple(_COLUMNS), rows)


def print_preview(out: Console, payload: Json, verb: str) -> None:
    """Prints what a change would change: fields of the failure, and figures of its blast radius."""
    failure, preview = payload["failure"], payload["preview"]
    before, after = preview["before"], preview["after"]
    at = known_moment(after["asOf"])
    name = key_in(failure["id"])
    if before is None:
        summary = f": {failure['summary']}" if failure["summary"] else ""
        out.print(f"{name} would be reported{summary}", style="bold")
        print_lines(out, [say_circumstances(failure, at)])
    else:
        out.print(f"{name} would be {'resolved' if verb == 'resolve' else 'updated'}.", style="bold")
        changes = [*_changed_fields(before["failures"][0], failure, at)]
        print_lines(out, changes or ["No field would change."])
    print_heading(out, "What it affects, expected")
    out.print(_figures(preview))
    residual = after["residual"]
    if residual is not None and residual["needAction"]:
        orders = formats.count(residual["needAction"], "order")
        print_lines(out, [f"{orders} still wait for a replay or a person after its end."])


def _changed_fields(before: Json, after: Json, at: Millis) -> Iterator[str]:
    for name, key in _FIELDS.items():
        if before[key] != after[key]:
            old, new = (_say_field(key, each[key], at) for each in (before, after))
            yield f"{name}: {old} -> {new}"


def _say_field(key: str, value: Any, at: Millis) -> str:
    if key == "scope":
        return say_scope(value)
    if value in (None, ""):
        return "unknown" if key == "expectedEnd" else formats.NOTHING
    if key.endswith(("At", "End")):
        return formats.at(moment_in(value), at)
    if key in ("delay", "drain"):
        return formats.duration(duration_in(value))
    return formats.words(value) if key == "severity" else str(value)


def _figures(preview: Json) -> Any:
    """The figures before and after, and by how much they differ; without `before` only those after."""
    after, before = _estimates(preview["after"]), _estimates(preview["before"])
    columns = ("after the report",) if before is None else ("now", "then", "difference")
    rows = table("", *columns, right=columns)
    for title, key in _FIGURES.items():
        cells = [each[key]["expected"] for each in (before, after) if each is not None]
        difference = [_with_sign(cells[1] - cells[0])] if len(cells) == 2 else []
        rows.add_row(title, *map(say_number, cells), *difference)
    for currency in dict.fromkeys(name for each in (before, after) for name in _amounts(each)):
        cells = [_amounts(each).get(currency) for each in (before, after) if each is not None]
        texts = [say_amount(each, currency) if each is not None else formats.NOTHING for each in cells]
        rows.add_row("value" if len(rows.rows) == len(_FIGURES) else "", *texts)
    return rows


def _estimates(blast: Json | None) -> Json | None:
    return blast["totals"]["estimates"] if blast is not None else None


def _amounts(estimates: Json | None) -> dict[str, Any]:
    """The expected value in each currency."""
    amounts = money_estimates_in(estimates["value"]) if estimates is not None else []
    return {each.currency: each.expected for each in exact_amounts(amounts)}


def _with_sign(number: float) -> str:
    return "0" if abs(number) < 0.5 else f"{number:+,.0f}"


def figure_rows(preview: Json) -> Rows:
    """The figures before and after a change, expected: a row for each."""
    before, after = _estimates(preview["before"]), _estimates(preview["after"])
    assert after is not None

    def rows() -> Iterator[Mapping[str, object]]:
        for key in _FIGURES.values():
            then = after[key]["expected"]
            yield {"figure": key, "before": before[key]["expected"] if before else None, "after": then}

    return Rows(("figure", "before", "after"), rows())


def print_done(out: Console, failure: Json, verb: str) -> None:
    """Prints what was done, and what to ask next."""
    out.print()
    out.print(
        f"{_DONE[verb]} {failure['id']}. See impactgraph blast-radius --failure {key_in(failure['id'])}."
    )
