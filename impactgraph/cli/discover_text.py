"""The drafts of `discover` as text."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from graph_models.percent import percent
from graph_models.time import SECOND, Millis
from impactgraph.cli.formats import NOTHING, count, dated, duration
from impactgraph.cli.output import print_heading, print_lines, table

if TYPE_CHECKING:
    from rich.console import Console

    from impactgraph.usecases.discover import ActivityGuess, Drafts, StepDraft

_MOST_DOUBTS = 40


def print_drafts(out: "Console", drafts: "Drafts", paths: Mapping[str, Path], files: Sequence[str]) -> None:
    """Prints what was drafted, how sure it is, and the next commands."""
    for file, kind in drafts.kinds.items():
        out.print(f"{file} is {kind}.", soft_wrap=True)
    draft = drafts.topology
    out.print(
        f"{count(drafts.entries, 'entry', 'entries')}: {count(draft.events, 'event')} of orders, "
        f"{count(draft.fulfillments, 'fulfillment')}, {dated(draft.begin)} to {dated(draft.end)} UTC.",
        soft_wrap=True,
    )
    _print_losses(out, drafts)
    if drafts.mapping is not None:
        _print_mapping(out, drafts)
    _print_steps(out, drafts)
    _print_doubts(out, drafts)
    print_heading(out, "Written")
    print_lines(out, (str(path) for path in paths.values()))
    out.print("Next:")
    commands = [f"impactgraph validate {paths['topology']}", f"impactgraph apply {paths['topology']}"]
    mapping = f" --mapping {paths['mapping']}" if "mapping" in paths else ""
    commands.append(f"impactgraph ingest {' '.join(files)}{mapping} --dry-run")
    print_lines(out, commands)


def _print_losses(out: "Console", drafts: "Drafts") -> None:
    lines = [
        f"{count(number, 'entry', 'entries')} passed over: {reason}"
        f"{f', activity {activity!r}' if activity else ''}"
        for (reason, activity), number in drafts.passed.most_common(20)
    ]
    lines += [
        f"{count(number, 'event is', 'events are')} not valid: {reason}"
        for reason, number in drafts.refused.most_common(5)
    ]
    print_lines(out, lines)


def _print_mapping(out: "Console", drafts: "Drafts") -> None:
    mapping = drafts.mapping
    assert mapping is not None
    print_heading(out, f"The draft mapping, guessed from {count(mapping.rows, 'entry', 'entries')}")
    rows = table("field", "value", "", "evidence")
    for field, guess in mapping.guesses():
        value = f"{{attribute: {guess.value}}}" if guess.is_attribute else guess.value
        rows.add_row(field, value, guess.sureness.value, guess.evidence)
    for each in mapping.activities:
        rows.add_row(_sections(each), each.activity, each.sureness.value, each.evidence)
    out.print(rows)
    if mapping.spare_columns:
        print_lines(out, [f"not used: {', '.join(mapping.spare_columns)}"], 0)


def _sections(guess: "ActivityGuess") -> str:
    return " + ".join(f"{name} {value}".strip() for name, value in guess.meanings) or "(left out)"


def _print_steps(out: "Console", drafts: "Drafts") -> None:
    print_heading(out, "The draft topology")
    numbers = ("fulfillments", "median", "95 of 100", "mean")
    rows = table("step", *numbers, "then", "records", right=numbers)
    for workflow in drafts.topology.workflows:
        for step in workflow.steps:
            dwell = step.dwell
            spans = (dwell.p50, dwell.p95, dwell.mean) if dwell is not None else (None, None, None)
            records = Counter(record.type for record in step.records if record.is_regular)
            rows.add_row(
                f"{workflow.key}/{step.key}",
                f"{step.fulfillments:,}",
                *(_span(span) for span in spans),
                _then(step),
                ", ".join(records),
            )
    out.print(rows)


def _span(span: Millis | None) -> str:
    if span is None:
        return NOTHING
    return f"{span / SECOND:.1f} s" if 0 < span < 10 * SECOND else duration(span)


def _then(step: "StepDraft") -> str:
    parts = [f"{then.step} {percent(then.share)}" for then in step.then]
    if step.ends_share:
        parts.append(f"complete {percent(step.ends_share)}")
    return ", ".join(parts)


def _print_doubts(out: "Console", drafts: "Drafts") -> None:
    doubts = drafts.doubts
    if not doubts:
        return
    print_heading(out, "Unsure")
    lines = [f"{doubt.subject}: {doubt.text}" if doubt.subject else doubt.text for doubt in doubts]
    print_lines(out, lines[:_MOST_DOUBTS])
    if len(lines) > _MOST_DOUBTS:
        out.print(f"  … and {len(lines) - _MOST_DOUBTS:,} more (all are in the draft, and in --format json)")
