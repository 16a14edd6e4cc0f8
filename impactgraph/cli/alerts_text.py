"""Text and data of `impactgraph alerts`."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from impactgraph.alerts.message import AlertMessage, SenderReport
from impactgraph.alerts.trial import Trial
from impactgraph.cli.encode import iso_moment
from impactgraph.cli.formats import NOTHING, day_and_time
from impactgraph.cli.output import Rows, print_lines, table

if TYPE_CHECKING:
    from rich.console import Console

    from impactgraph.cli.encode.values import Json
    from impactgraph.sources.waiting_alerts import WaitingAlert

MOST_LABELS = 12


def print_report(out: "Console", report: SenderReport, results: Sequence[Trial]) -> None:
    for number, trial in enumerate(results):
        if number:
            out.print()
        _print_trial(out, trial)
    for reason in report.pass_reasons:
        out.print(f"It would be passed over: {reason}.", soft_wrap=True)
    if report.withheld:
        out.print(f"The sender left out {report.withheld} alerts of the group: raise its limit (max_alerts).")
    if report.confirm:
        out.print(f"It asks to confirm a subscription: {report.confirm}", soft_wrap=True)
    if not (results or report.pass_reasons or report.withheld or report.confirm):
        out.print("It has no alert.")


def _print_trial(out: "Console", trial: Trial) -> None:
    message = trial.outcome.message
    out.print(f"{message.name or message.key}: {_state(trial)} at {day_and_time(message.at)}", style="bold")
    out.print(f"  {trial.outcome.failure}", style="dim", soft_wrap=True)
    labels = [f"{name}={value}" for name, value in message.labels.items() if len(value) <= 60]
    print_lines(out, [", ".join(labels[:MOST_LABELS])], indent=2, style="dim")
    print_lines(out, [_verdict(trial)], indent=2)
    for suggestion, rule in zip(trial.suggestions, trial.proposed_rules, strict=True):
        print_lines(out, [f"It may be about {suggestion.element}: {suggestion.because}. The rule:"], indent=2)
        for line in rule.splitlines():
            out.print(f"    {line}", soft_wrap=True)


def _state(trial: Trial) -> str:
    message = trial.outcome.message
    if isinstance(message, AlertMessage):
        return message.state.value.replace("_", " ")
    return "change ended" if message.is_end else "change started"


def _verdict(trial: Trial) -> str:
    outcome = trial.outcome
    if trial.problem:
        return f"It would be quarantined: {trial.problem.rstrip('.')}."
    if outcome.pass_reason:
        return f"It would be passed over: {outcome.pass_reason}."
    assert outcome.event is not None
    data = outcome.data
    what = {
        "failure.reported": f"a failure of {data.get('target')}, {data.get('class')}",
        "failure.resolved": "the end of the failure, if it is on record",
        "change.started": f"the start of a change of {', '.join(data.get('elements', ()))}",
        "change.ended": f"the end of a change of {', '.join(data.get('elements', ()))}",
    }[outcome.event["type"]]
    return f"It would be {what}: {outcome.reason}."


def report_data(report: SenderReport, results: Sequence[Trial]) -> "Json":
    return {
        "alerts": [trial_data(each) for each in results],
        "passed": list(report.pass_reasons),
        "withheld": report.withheld,
        "confirm": report.confirm or None,
    }


def trial_data(trial: Trial) -> "Json":
    outcome, message = trial.outcome, trial.outcome.message
    return {
        "key": outcome.failure,
        "state": _state(trial),
        "at": iso_moment(message.at),
        "name": message.name,
        "labels": dict(message.labels),
        "rule": outcome.rule.line if outcome.rule else None,
        "event": outcome.event,
        "passedOver": outcome.pass_reason or None,
        "quarantined": trial.problem or None,
        "reason": outcome.reason or None,
        "suggestions": [
            {"element": each.element, "because": each.because, "rule": rule}
            for each, rule in zip(trial.suggestions, trial.proposed_rules, strict=True)
        ],
    }


_COLUMNS = ("key", "state", "at", "name", "event", "target", "class", "reason", "suggestion")


def trial_rows(results: Sequence[Trial]) -> Rows:
    return Rows(_COLUMNS, [_row(each) for each in results])


def _row(trial: Trial) -> dict[str, object]:
    outcome = trial.outcome
    data = outcome.data
    return {
        "key": outcome.failure,
        "state": _state(trial),
        "at": iso_moment(outcome.message.at),
        "name": outcome.message.name,
        "event": outcome.event["type"] if outcome.event is not None else None,
        "target": data.get("target"),
        "class": data.get("class"),
        "reason": trial.problem or outcome.pass_reason or outcome.reason,
        "suggestion": next((each.element for each in trial.suggestions), None),
    }


def print_waiting(out: "Console", alerts: "Sequence[WaitingAlert]") -> None:
    if not alerts:
        out.print("No alerts wait for a rule.")
        return
    rows = table("number", "received", "source", "alert", "may be about", "because", right=("number",))
    for alert in alerts:
        suggestions = alert.trial.suggestions if alert.trial else ()
        received_at = alert.entry.received_at
        name = alert.trial.outcome.message.name if alert.trial else alert.entry.reason
        rows.add_row(
            str(alert.entry.number),
            day_and_time(received_at) if received_at else NOTHING,
            alert.entry.origin,
            name,
            suggestions[0].element if suggestions else NOTHING,
            suggestions[0].because if suggestions else NOTHING,
        )
    out.print(rows)
    for rule in _rules(alerts):
        for line in rule.split("\n"):
            out.print(line, soft_wrap=True)
    out.print("To apply rules to them: impactgraph alerts replay --sources FILE.", style="dim")


def _rules(alerts: "Sequence[WaitingAlert]") -> Iterator[str]:
    """What to paste, each once: a rule for the first suggestion of each alert."""
    rules = dict.fromkeys(
        each.trial.proposed_rules[0] for each in alerts if each.trial is not None and each.trial.suggestions
    )
    if rules:
        yield ""
        yield "Rules for these suggestions, to check and paste:"
        yield from rules


def waiting_data(alerts: "Sequence[WaitingAlert]") -> "list[Json]":
    return [
        {
            "number": each.entry.number,
            "receivedAt": iso_moment(each.entry.received_at),
            "sender": each.sender,
            "source": each.entry.origin,
            "reason": each.entry.reason,
            "alert": trial_data(each.trial) if each.trial else None,
        }
        for each in alerts
    ]


def waiting_rows(alerts: "Sequence[WaitingAlert]") -> Rows:
    rows = [
        {
            "number": each.entry.number,
            "source": each.entry.origin,
            **(_row(each.trial) if each.trial else {"reason": each.entry.reason}),
        }
        for each in alerts
    ]
    return Rows(("number", "source", *_COLUMNS), rows)
