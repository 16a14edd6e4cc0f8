"""Alerts as GraphQL's AlertInput, which files have too: a JSON array, or one object a line."""

import json
from collections.abc import Mapping
from typing import Any, cast

from graph_models.enums import FailureClass
from graph_models.ids import key_of
from graph_models.incidents import Alert
from graph_models.scope import DIMENSIONS, EVERYWHERE, Scope
from graph_models.time import parse_moment
from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.json_text import refuse_repeated_key
from impactgraph.topology.near import nearest
from impactgraph.usecases.failure_events import iso
from impactgraph.usecases.failure_input import camel_case, scope_fields, scope_in
from impactgraph.usecases.validation import element_id

_DIMENSIONS = (*(camel_case(name) for name in DIMENSIONS), "attributes")
_FIELDS = ("id", "element", "startedAt", "endedAt", "class", "scope", "text")
_EXAMPLE = '{"id": "a1", "element": "system:oms", "startedAt": "2026-03-02T09:00:00Z"}'


def alert_input(alert: Alert) -> dict[str, Any]:
    """The fields that are set."""
    fields: dict[str, Any] = {"id": alert.key, "element": alert.element, "startedAt": iso(alert.started_at)}
    if alert.ended_at is not None:
        fields["endedAt"] = iso(alert.ended_at)
    if alert.failure_class is not None:
        fields["class"] = alert.failure_class.value
    if not alert.scope.everything:
        fields["scope"] = scope_fields(alert.scope)
    return fields | ({"text": alert.text} if alert.text else {})


def parse_alerts(text: str, place: str) -> tuple[Alert, ...]:
    """The alerts of a file with this name. Raises BadInputError with every problem and its line."""
    problems: list[Problem] = []
    alerts: list[Alert] = []
    for line, document in _documents(text, place):
        try:
            alerts.append(_alert(document))
        except ValueError as error:
            problems.append(Problem(str(error), place, line))
    if problems:
        raise BadInputError(*problems)
    return tuple(alerts)


def _documents(text: str, place: str) -> list[tuple[int | None, object]]:
    """(line, alert) of each line, or of each member of an array."""
    if text.lstrip().startswith("["):
        try:
            refuse_repeated_key(text)
            return [(None, each) for each in cast("list[object]", json.loads(text))]
        except (ValueError, RecursionError) as error:
            raise BadInputError(Problem(f"It is not a JSON array of alerts: {error}.", place)) from error
    documents: list[tuple[int | None, object]] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                refuse_repeated_key(line)
                documents.append((number, json.loads(line)))
            except (ValueError, RecursionError) as error:
                problems.append(Problem(f"It is not JSON: {error}. Write {_EXAMPLE}.", place, number))
    if problems:
        raise BadInputError(*problems)
    return documents


def _alert(document: object) -> Alert:
    """Raises ValueError with what is wrong."""
    if not isinstance(document, dict):
        raise ValueError(f"an alert is an object such as {_EXAMPLE}, not {document!r}.")
    fields = cast("Mapping[str, Any]", document)
    for name in fields:
        if name not in _FIELDS:
            near = nearest(name, _FIELDS, 1)
            hint = f" Did you mean {near[0]}?" if near else f" Known are {', '.join(_FIELDS)}."
            raise ValueError(f"an alert has no field {name!r}.{hint}")
    for name in ("id", "element", "startedAt"):
        if not isinstance(fields.get(name), str) or not fields[name].strip():
            raise ValueError(f"`{name}` is {fields.get(name)!r}; an alert is such as {_EXAMPLE}.")
    return Alert(
        key=fields["id"].strip(),
        element=element_id(fields["element"].strip()),
        started_at=_moment("startedAt", fields["startedAt"]),
        ended_at=_moment("endedAt", fields["endedAt"]) if fields.get("endedAt") is not None else None,
        failure_class=_class(fields.get("class")),
        scope=_scope(fields.get("scope")),
        text=str(fields.get("text") or ""),
    )


def _moment(name: str, value: object) -> int:
    try:
        return parse_moment(cast(str, value))
    except (ValueError, TypeError) as error:
        raise ValueError(f"`{name}` is {value!r}, no moment such as 2026-03-02T09:00:00Z.") from error


def _class(value: object) -> FailureClass | None:
    if value is None:
        return None
    try:
        return FailureClass(str(value).upper())
    except ValueError:
        names = ", ".join(each.value.lower() for each in FailureClass)
        raise ValueError(f"`class` is {value!r}; it is one of {names}.") from None


def _scope(value: object) -> Scope:
    if value is None:
        return EVERYWHERE
    if not isinstance(value, dict):
        raise ValueError(f'`scope` is {value!r}; it is an object such as {{"locations": ["store-014"]}}.')
    fields = cast("Mapping[str, Any]", value)
    for name, values in fields.items():
        if name not in _DIMENSIONS:
            dimensions = ", ".join(_DIMENSIONS)
            raise ValueError(f"`scope.{name}` is no dimension; there are {dimensions}.")
        if name == "attributes":
            _check_attributes(values)
        elif not _is_list_of_texts(values):
            raise ValueError(f"`scope.{name}` is {values!r}; it is a list of values.")
    kinds = {"locations": "location", "workflows": "workflow"}
    return scope_in(
        {
            name: [key_of(each, kinds[name]) for each in values] if name in kinds else values
            for name, values in fields.items()
        }
    )


def _check_attributes(values: object) -> None:
    lists = cast("dict[str, Any]", values).values() if isinstance(values, dict) else (None,)
    if not all(map(_is_list_of_texts, lists)):
        raise ValueError(f'`scope.attributes` is {values!r}; write {{"carrier": ["northpost"]}}.')


def _is_list_of_texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(each, str) for each in cast("list[Any]", values))
