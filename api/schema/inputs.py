"""Inputs that report, change or suppose a failure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import strawberry
from strawberry.scalars import JSON

from api.schema.enums import FailureClass, Severity
from api.schema.scalars import Moment, Span
from graph_models import failure
from graph_models.enums import Severity as SeverityWord
from graph_models.ids import key_of
from graph_models.scope import EVERYWHERE, Scope
from impactgraph.errors import BadInputError
from impactgraph.usecases.update_failure import FailureChange
from impactgraph.usecases.validation import element_id


@strawberry.input(
    description="Which orders a failure affects: any of the values of a dimension, and all dimensions; null "
    "does not restrict."
)
class ScopeInput:
    locations: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Locations by full id or bare key."
    )
    regions: list[str] | None = strawberry.field(
        default=None, description="Regions of a fulfillment's location, else of the order."
    )
    channels: list[str] | None = strawberry.field(default=None, description="Channels.")
    modes: list[str] | None = strawberry.field(default=None, description="Fulfillment modes.")
    message_types: list[str] | None = strawberry.field(
        default=None, description="Types of messages, postings and notifications."
    )
    versions: list[str] | None = strawberry.field(
        default=None, description="Values of the order's attribute payload_version."
    )
    carriers: list[str] | None = strawberry.field(
        default=None, description="Values of the order's attribute carrier."
    )
    suppliers: list[str] | None = strawberry.field(
        default=None, description="Values of the order's attribute supplier."
    )
    currencies: list[str] | None = strawberry.field(default=None, description="Currencies.")
    workflows: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Workflows by full id or bare key."
    )
    attributes: JSON | None = strawberry.field(
        default=None, description='Any other attribute of the order: {"name": ["value", ...]}, or one value.'
    )


@strawberry.input(description="A failure to report, or to suppose.")
class FailureInput:
    id: strawberry.ID | None = strawberry.field(
        default=None, description="Its id, full or bare; null: one is generated."
    )
    target: strawberry.ID = strawberry.field(description="Full id of the failed element.")
    failure_class: FailureClass = strawberry.field(name="class", description="Its class.")
    started_at: Moment = strawberry.field(description="When it began.")
    expected_end: Moment | None = strawberry.field(
        default=None, description="When it is expected to end: an estimate."
    )
    ended_at: Moment | None = strawberry.field(default=None, description="When it ended.")
    delay: Span | None = strawberry.field(default=None, description="The delay that it causes.")
    error_rate: float | None = strawberry.field(
        default=None, description="Share of calls or messages that fail, 0 to 1."
    )
    drain: Span | None = strawberry.field(
        default=None, description="How long the backlog takes to clear after the end."
    )
    scope: ScopeInput | None = strawberry.field(
        default=None, description="Which orders it affects; null: all."
    )
    severity: Severity | None = strawberry.field(default=None, description="Its severity; null: ERROR.")
    summary: str | None = strawberry.field(default=None, description="What is known, in words.")
    evidence: str | None = strawberry.field(default=None, description="URL of the evidence.")


@strawberry.input(description="Changes of a failure; null leaves a field unchanged.")
class FailureUpdate:
    started_at: Moment | None = strawberry.field(default=None, description="When it began.")
    expected_end: Moment | None = strawberry.field(
        default=None, description="When it is expected to end: an estimate."
    )
    ended_at: Moment | None = strawberry.field(default=None, description="When it ended.")
    delay: Span | None = strawberry.field(default=None, description="The delay that it causes.")
    error_rate: float | None = strawberry.field(
        default=None, description="Share of calls or messages that fail, 0 to 1."
    )
    drain: Span | None = strawberry.field(
        default=None, description="How long the backlog takes to clear after the end."
    )
    scope: ScopeInput | None = strawberry.field(
        default=None, description="Which orders it affects; replaces the former scope."
    )
    severity: Severity | None = strawberry.field(default=None, description="Its severity.")
    summary: str | None = strawberry.field(default=None, description="What is known, in words.")
    evidence: str | None = strawberry.field(default=None, description="URL of the evidence.")


@strawberry.input(description="One document of a topology.")
class TopologyFile:
    name: str = strawberry.field(description="Name of the file, which problems are reported with.")
    yaml: str = strawberry.field(description="Its content, in YAML.")


def documents_of(files: Sequence[TopologyFile]) -> dict[str, str]:
    """Documents by name of the file. Raises BadInputError without files, or where two have the same name."""
    documents = {file.name: file.yaml for file in files}
    if len(documents) < len(files) or not files:
        raise BadInputError("files is empty, or has two files of the same name.")
    return documents


def failure_of(input: FailureInput, *, supposed: bool = False, key: str = "") -> failure.Failure:
    """The model's failure; `key` is used where the input has no id.

    Raises: BadInputError for attributes in another form.
    """
    return failure.Failure(
        key=key_of(input.id, "failure") if input.id else key,
        target=element_id(input.target),
        failure_class=input.failure_class,
        started_at=input.started_at,
        expected_end=input.expected_end,
        ended_at=input.ended_at,
        delay=input.delay,
        error_rate=input.error_rate,
        drain=input.drain,
        scope=scope_of(input.scope),
        severity=input.severity or SeverityWord.ERROR,
        summary=input.summary or "",
        evidence=input.evidence,
        is_supposed=supposed,
    )


def change_of(input: FailureUpdate) -> FailureChange:
    """The model's change. Raises BadInputError for attributes in another form."""
    return FailureChange(
        started_at=input.started_at,
        expected_end=input.expected_end,
        ended_at=input.ended_at,
        delay=input.delay,
        error_rate=input.error_rate,
        drain=input.drain,
        scope=scope_of(input.scope) if input.scope is not None else None,
        severity=input.severity,
        summary=input.summary,
        evidence=input.evidence,
    )


def scope_of(input: ScopeInput | None) -> Scope:
    """The model's scope; None: everywhere. Raises BadInputError for attributes in another form."""
    if input is None:
        return EVERYWHERE
    limits: dict[str, Iterable[str] | None] = {
        "locations": _keys(input.locations, "location"),
        "regions": input.regions,
        "channels": input.channels,
        "modes": input.modes,
        "message_types": input.message_types,
        "versions": input.versions,
        "carriers": input.carriers,
        "suppliers": input.suppliers,
        "currencies": input.currencies,
        "workflows": _keys(input.workflows, "workflow"),
    }
    return Scope.from_mapping(
        {name: values for name, values in limits.items() if values is not None}
        | _attributes(input.attributes)
    )


def _attributes(attributes: object) -> dict[str, list[str]]:
    if attributes is None:
        return {}
    if not isinstance(attributes, Mapping):
        raise BadInputError('scope.attributes is not an object such as {"payload_version": ["7"]}.')
    limits: dict[str, list[str]] = {}
    for name, value in cast(Mapping[str, object], attributes).items():
        values = cast(list[object], value) if isinstance(value, list) else [value]
        if not all(isinstance(one, str | int | float | bool) for one in values):
            raise BadInputError(f"scope.attributes.{name} is neither a value nor a list of values.")
        limits[f"attributes.{name}"] = [_text(one) for one in values]
    return limits


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _keys(identifiers: Iterable[str] | None, kind: str) -> list[str] | None:
    return [key_of(identifier, kind) for identifier in identifiers] if identifiers is not None else None
