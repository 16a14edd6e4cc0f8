"""Incidents as text: the sentence, what they affect, their causes; and as rows."""

from collections.abc import Iterator, Mapping

from rich.console import Console

from impactgraph.cli import formats
from impactgraph.cli.decode import has_next, key_in, known_moment, nodes_in
from impactgraph.cli.encode.values import Json
from impactgraph.cli.output import Rows, table

_MOST_CAUSES = 3
_COLUMNS = ("incident", "started_at", "cause", "class", "likelihood", "failures", "alerts", "orders", "owner")


def print_incidents(out: Console, answer: Json) -> None:
    """Prints the incidents that affect anything, then names the quiet ones."""
    incidents = list(nodes_in(answer["incidents"]))
    at = known_moment(answer["asOf"])
    loud = [each for each in incidents if not each["quiet"]]
    quiet = [each for each in incidents if each["quiet"]]
    total = answer["incidents"]["totalCount"]
    if not total:
        out.print("No failure is active, and no alert was given: there is no incident.", style="bold")
        return
    what = f"{formats.count(total, 'incident')}, most costly first"
    out.print(f"{what}." if total > 1 else f"{formats.count(total, 'incident')}.", style="bold")
    out.print(f"As of {formats.day_and_time(at)}. Times are UTC.", style="dim")
    for number, incident in enumerate(loud, 1):
        _print_incident(out, number, incident, at)
    if quiet:
        out.print()
        what = formats.count(len(quiet), "incident")
        out.print(f"Quiet: {what} that nothing explains, or without effect on orders.", style="bold")
        for incident in quiet:
            out.print(f"  {key_in(incident['id'])}: {incident['headline']}")
    if has_next(answer["incidents"]):
        out.print(f"{total - len(incidents):,} more: use --first.", style="dim")


def _print_incident(out: Console, number: int, incident: Json, at: int) -> None:
    out.print()
    out.print(f"{number}. {incident['headline']}", style="bold")
    owner = incident["owner"]
    since = formats.at(known_moment(incident["startedAt"]), at)
    out.print(f"   Since {since}." + (f" Owner: {owner['name']}." if owner else ""))
    out.print(f"   {incident['impact']}")
    names = [key_in(each["id"]) for each in incident["failures"]] + [
        each["id"] for each in nodes_in(incident["alerts"])
    ]
    out.print(f"   Failures and alerts: {', '.join(names[:10])}" + (" ..." if len(names) > 10 else ""))
    causes = table("likely cause", "class", "likelihood", "evidence", right=("likelihood",))
    for cause in incident["likelyCause"][:_MOST_CAUSES]:
        causes.add_row(
            cause["element"]["id"],
            formats.words(cause["class"]),
            formats.share(cause["score"]),
            cause["evidence"],
        )
    causes.add_row("unknown", "", formats.share(incident["unknown"]), "None of these.")
    out.print(causes)


def incident_rows(answer: Json) -> Rows:
    """A row for each incident."""
    return Rows(_COLUMNS, _rows(answer))


def _rows(answer: Json) -> Iterator[Mapping[str, object]]:
    for incident in nodes_in(answer["incidents"]):
        cause = incident["likelyCause"][0] if incident["likelyCause"] else None
        estimates = incident["estimates"]
        yield {
            "incident": key_in(incident["id"]),
            "started_at": incident["startedAt"],
            "cause": cause["element"]["id"] if cause else None,
            "class": cause["class"].lower() if cause else None,
            "likelihood": cause["score"] if cause else None,
            "failures": len(incident["failures"]),
            "alerts": incident["alerts"]["totalCount"],
            "orders": estimates["orders"]["expected"] if estimates else None,
            "owner": incident["owner"]["key"] if incident["owner"] else None,
        }
