"""Incidents as text: the sentence, what they affect, their causes; and as rows."""

from collections.abc import Iterator, Mapping

from rich.console import Console

from graph_models.time import Millis
from impactgraph.cli import formats
from impactgraph.cli.decode import has_next, key_in, known_moment, moment_in, nodes_in
from impactgraph.cli.encode.values import Json
from impactgraph.cli.output import Rows, print_hanging, print_headline, print_lines, table

_MOST_CAUSES = 3
_MOST_NAMES = 10
_LEAST_SHOWN = 0.005
"""Of a likelihood."""
_COLUMNS = (
    "incident",
    "state",
    "reason",
    "assignee",
    "started_at",
    "cause",
    "class",
    "likelihood",
    "failures",
    "alerts",
    "orders",
    "owner",
)


def print_incidents(out: Console, answer: Json) -> None:
    """Prints the incidents that affect anything, then names the quiet ones."""
    incidents = list(nodes_in(answer["incidents"]))
    at = known_moment(answer["asOf"])
    loud = [each for each in incidents if not each["quiet"]]
    quiet = [each for each in incidents if each["quiet"]]
    total = answer["incidents"]["totalCount"]
    if not total:
        out.print(
            "There is no incident, or all are closed: --all lists those of the last week.", style="bold"
        )
        return
    what = f"{formats.count(total, 'incident')}, most costly first"
    print_headline(out, f"{what}." if total > 1 else f"{formats.count(total, 'incident')}.", at)
    for number, incident in enumerate(loud, 1):
        _print_incident(out, number, incident, at)
    if quiet:
        out.print()
        what = formats.count(len(quiet), "incident")
        out.print(f"Quiet: {what} without effect on orders, as far as is known.", style="bold")
        print_lines(out, (_quiet_text(incident) for incident in quiet))
    if has_next(answer["incidents"]):
        out.print(f"{total - len(incidents):,} more: use --first.", style="dim")


def _print_incident(out: Console, number: int, incident: Json, at: int) -> None:
    out.print()
    out.print(f"{number}. {incident['headline']}", style="bold")
    owner = incident["owner"]
    since = formats.at(known_moment(incident["startedAt"]), at)
    lines = [f"Since {since}." + (f" Owner: {owner['name']}." if owner else "")]
    lines += [_state_text(incident), formats.without_zone(incident["impact"])]
    if incident["residual"] is not None:
        lines.append(_residual_text(incident["residual"], at))
    failures = [key_in(each["id"]) for each in incident["failures"]]
    alerts = [each["id"] for each in nodes_in(incident["alerts"]) if not each["sender"]]
    lines += [_names("Failures", failures)] * bool(failures) + [_names("Alerts", alerts)] * bool(alerts)
    print_lines(out, lines, indent=3)
    causes = table("likely cause", "class", "likelihood", "evidence", right=("likelihood",))
    for cause in incident["likelyCause"][:_MOST_CAUSES]:
        causes.add_row(
            cause["element"]["id"],
            formats.words(cause["class"]),
            formats.share(cause["score"]),
            cause["evidence"],
        )
    others = 1 - incident["unknown"] - sum(each["score"] for each in incident["likelyCause"][:_MOST_CAUSES])
    if others >= _LEAST_SHOWN:
        causes.add_row("others", "", formats.share(others), "")
    causes.add_row("unknown", "", formats.share(incident["unknown"]), "None of these.")
    out.print(causes)


def _quiet_text(incident: Json) -> str:
    """Such as `F-1: An outage of Loyalty is the likeliest cause of failure F-1 (97 %). Quiet: ...`"""
    return f"{key_in(incident['id'])}: {incident['headline']} Quiet: {incident['reason']}."


def _names(title: str, names: list[str]) -> str:
    return f"{title}: {', '.join(names[:_MOST_NAMES])}" + (" ..." if len(names) > _MOST_NAMES else "")


def _state_text(incident: Json) -> str:
    """Such as `Acknowledged, assigned to ana. At stake: 3 promises, orders worth 900 EUR.`"""
    state = incident["state"].capitalize()
    if incident["flapping"]:
        state += ", flapping"
    if incident["assignee"]:
        state += f", assigned to {incident['assignee']}"
    stake = "Quiet" if incident["quiet"] else "At stake"
    return f"{state}. {stake}: {incident['reason']}."


def _residual_text(residual: Json, now: Millis) -> str:
    drained_at = moment_in(residual["drainedBy"])
    until = f", backlog cleared by {formats.at(drained_at, now)}" if drained_at is not None else ""
    records = formats.count(residual["records"], "record")
    return (
        f"Left: {residual['healing']:,} recover without action{until}; {residual['needAction']:,} wait for a "
        f"replay or a person, and {records}."
    )


def print_work(out: Console, incident: Json) -> None:
    """Prints an incident after an action."""
    out.print(f"{incident['id']} (version {incident['version']}): {incident['headline']}", style="bold")
    out.print(_state_text(incident))
    out.print(_names("Failures", [key_in(each["id"]) for each in incident["failures"]]))


def action_rows(incident: Json) -> Rows:
    """A row for each action on an incident, oldest first."""
    columns = ("at", "kind", "by", "note", "assignee", "playbook", "step")
    rows = ({name: each[name] for name in columns} for each in incident["actions"])
    return Rows(columns, [row | {"kind": str(row["kind"]).lower()} for row in rows])


def print_checklist(out: Console, incident: Json) -> None:
    """Prints the steps, with what each saves."""
    out.print(incident["headline"], style="bold")
    if not incident["checklist"]:
        out.print("No playbook fits its cause.")
    for step in incident["checklist"]:
        box = _BOXES[step["state"]]
        owner = f" ({step['owner']['name']})" if step["owner"] else ""
        head = f"[{box}] {step['number']}. "
        print_hanging(out, head, f"{step['text']}{owner}")
        if step["approvalName"]:
            print_lines(out, [f"Needs approval: {step['approvalName']}."], len(head))
        print_lines(out, [*_request_lines(step), _saves_text(step)], len(head), style="dim")


_BOXES = {"open": " ", "started": "-", "done": "x"}
_SENT = {"SENT": "sent", "WAITING": "waits to be sent", "FAILED": "failed", "GIVEN_UP": "given up"}


def _request_lines(step: Json) -> list[str]:
    """Who started a step, and the outcome of the request to carry it out."""
    if step["state"] == "open" and step["automation"]:
        return [f"To start it sends a request to {step['automation']}."]
    lines: list[str] = []
    if step["state"] == "started":
        lines.append(f"Started {formats.dated(known_moment(step['at']))} by {step['by'] or 'somebody'}.")
    if request := step["request"]:
        reason = f": {request['reason']}" if request["reason"] else ""
        text = f"Request to {request['channel']}: {_SENT[request['state']]}{reason}"
        lines.append(text if text.endswith(".") else f"{text}.")
    return lines


def _saves_text(step: Json) -> str:
    """Such as `Saves now: 212 promises, 900 orders; in an hour: 90 promises, 400 orders.`"""
    if step["state"] == "done":
        return f"Done {formats.dated(known_moment(step['at']))} by {step['by'] or 'somebody'}."
    if step["saves"] is None:
        return step["savesReason"] or ""
    of = _RECORDS if step["effect"]["kind"] == "HOLD" else _ORDERS
    text = f"Saves now: {_saving_text(step['saves'], of)}"
    later = step["savesInAnHour"]
    text = f"{text}; in an hour: {_saving_text(later, of)}." if later is not None else f"{text}."
    delays = round(step["delays"]["expected"]) if step["delays"] else 0
    late = [f"Makes {formats.count(delays, 'record')} late."] if delays > 0 else []
    return " ".join((text, *late, *step["savesAssumes"]))


_ORDERS = {"promisesMissed": "promise", "orders": "order"}
_RECORDS = {
    "postings": "posting",
    "notifications": "customer message",
    "tasks": "task",
    "supplierOrders": "supplier order",
}


def _saving_text(estimates: Json, of: Mapping[str, str]) -> str:
    """Such as `6 promises, 3 orders`, `12 orders, but costs 3 promises`."""
    counts = {name: round(estimates[name]["expected"]) for name in of}
    if not any(counts.values()):
        return "nothing"
    is_short = of is _RECORDS or min(counts.values()) < 0
    gains = [formats.count(n, of[name]) for name, n in counts.items() if n > 0 or (n == 0 and not is_short)]
    costs = [formats.count(-n, of[name]) for name, n in counts.items() if n < 0]
    if not costs:
        return ", ".join(gains)
    return f"{', '.join(gains) or 'nothing'}, but costs {', '.join(costs)}"


def checklist_rows(incident: Json) -> Rows:
    """A row for each step."""
    return Rows(_STEP_COLUMNS, _step_rows(incident))


_STEP_COLUMNS = ("number", "text", "owner", "approval", "state", "by", "at", "saved_promises", "saved_orders")


def _step_rows(incident: Json) -> Iterator[Mapping[str, object]]:
    for step in incident["checklist"]:
        saves = step["saves"]
        yield {
            "number": step["number"],
            "text": step["text"],
            "owner": step["owner"]["key"] if step["owner"] else None,
            "approval": step["approvalName"],
            "state": step["state"],
            "by": step["by"],
            "at": step["at"],
            "saved_promises": saves["promisesMissed"]["expected"] if saves else None,
            "saved_orders": saves["orders"]["expected"] if saves else None,
        }


def incident_rows(answer: Json) -> Rows:
    """A row for each incident."""
    return Rows(_COLUMNS, _rows(answer))


def _rows(answer: Json) -> Iterator[Mapping[str, object]]:
    for incident in nodes_in(answer["incidents"]):
        cause = incident["likelyCause"][0] if incident["likelyCause"] else None
        estimates = incident["estimates"]
        yield {
            "incident": key_in(incident["id"]),
            "state": incident["state"].lower(),
            "reason": incident["reason"],
            "assignee": incident["assignee"],
            "started_at": incident["startedAt"],
            "cause": cause["element"]["id"] if cause else None,
            "class": cause["class"].lower() if cause else None,
            "likelihood": cause["score"] if cause else None,
            "failures": len(incident["failures"]),
            "alerts": incident["alerts"]["totalCount"],
            "orders": estimates["orders"]["expected"] if estimates else None,
            "owner": incident["owner"]["key"] if incident["owner"] else None,
        }
