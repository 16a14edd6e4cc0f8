"""The report of an incident as Markdown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from graph_models.counts import say_count

_ESCAPED = str.maketrans({"|": "\\|", "<": "&lt;", "\n": " ", "\r": " "})


def markdown_of(document: Mapping[str, Any]) -> str:
    """`document` is the report as JSON: see `impactgraph.usecases.incident_document`."""
    parts = (_head, _causes, _figures, _residual, _timeline, _checklist, _work)
    return "\n".join(line for part in parts for line in part(document)) + "\n"


def _head(document: Mapping[str, Any]) -> Iterator[str]:
    yield f"# {_plain(document['id'])}"
    yield ""
    flapping = " It is flapping: it began and ended again and again." if document["flapping"] else ""
    yield f"As of {_time(document['asOf'])}. State: {document['state'].lower()}.{flapping} Times are UTC."
    yield ""
    yield f"**{_plain(document['headline'])}**"
    yield ""
    yield _plain(document["impact"])
    yield ""
    yield f"- Since: {_time(document['startedAt'])}"
    yield f"- At stake: {_plain(document['atStake'])}"
    yield f"- Owner: {_plain(document['owner'] or 'nobody')}"
    yield f"- Assigned to: {_plain(document['assignee'] or 'nobody')}"


def _causes(document: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        (each["name"], each["class"].lower().replace("_", " "), _share(each["likelihood"]), each["evidence"])
        for each in document["causes"]
    ]
    rows.append(("unknown", "", _share(document["unknown"]), "None of these."))
    yield from _table("Causes", ("cause", "class", "likelihood", "evidence"), rows)
    sentences = [path for each in document["causes"][:1] for path in each["path"]]
    yield from ("", *(f"- {_plain(each)}" for each in sentences)) if sentences else ()


def _figures(document: Mapping[str, Any]) -> Iterator[str]:
    if document["figures"]:
        yield from _table("What is affected", ("figure", "expected"), document["figures"].items())


def _residual(document: Mapping[str, Any]) -> Iterator[str]:
    residual = document["residual"]
    if residual is None:
        return
    yield from ("", "## What is left", "")
    yield f"- {say_count(residual['healed'], 'order has', 'orders have')} recovered."
    drain_text = f" (backlog cleared by {_time(residual['drainedBy'])})" if residual["drainedBy"] else ""
    healing = say_count(residual["healing"], "order recovers", "orders recover")
    yield f"- {healing} without action{drain_text}."
    yield f"- {say_count(residual['needAction'], 'order waits', 'orders wait')} for a replay or a person."
    yield f"- {say_count(residual['recordsToReplay'], 'record comes', 'records come')} only when sent again."


def _timeline(document: Mapping[str, Any]) -> Iterator[str]:
    rows = [(_time(each["at"]), each["text"]) for each in document["timeline"]]
    yield from _table("Timeline", ("time", "what"), rows)


def _checklist(document: Mapping[str, Any]) -> Iterator[str]:
    if not document["checklist"]:
        return
    yield from ("", "## Checklist", "")
    for step in document["checklist"]:
        box = "x" if step["done"] else " "
        owner = f" ({_plain(step['owner'])})" if step["owner"] else ""
        approval = f". Needs approval: {_plain(step['approval'])}" if step["approval"] else ""
        work = _event("Done", step["done"], step["by"]) or _event(
            "Started", step["started"], step["startedBy"]
        )
        yield f"- [{box}] {step['number']}. {_plain(step['text'])}{owner}{approval}{work}"


def _event(verb: str, at: str | None, by: str | None) -> str:
    return f". {verb} {_time(at)} by {_plain(by or 'somebody')}" if at else ""


def _work(document: Mapping[str, Any]) -> Iterator[str]:
    if not document["actions"]:
        return
    by_person: dict[str, list[str]] = {}
    for action in document["actions"]:
        by_person.setdefault(action["by"] or "somebody", []).append(f"{_time(action['at'])} {action['what']}")
    yield from _table(
        "Who did what", ("who", "what"), ((who, "; ".join(by_person[who])) for who in sorted(by_person))
    )


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    yield f"| {' | '.join(columns)} |"
    yield f"|{' --- |' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(_plain(value) for value in row)} |"


def _plain(text: str) -> str:
    """The text in one line, with no character that a table or HTML would read as its own."""
    return text.translate(_ESCAPED)


def _time(text: str) -> str:
    return text[:19].replace("T", " ")


def _share(likelihood: float) -> str:
    return f"{likelihood * 100:.0f} %" if likelihood >= 0.005 else "< 1 %"
