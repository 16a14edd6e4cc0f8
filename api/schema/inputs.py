"""What a failure is reported, changed or supposed with."""

from collections.abc import Iterable, Mapping
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
    description="Whom a failure touches: any value within a dimension, all dimensions across; null is not restricted."
)
class ScopeInput:
    locations: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Locations by full id or bare key."
    )
    regions: list[str] | None = strawberry.field(
        default=None, description="Regions of the location where a fulfillment is, else of the order."
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
        default=None, description="Its id, full or bare; null: it is given one."
    )
    target: strawberry.ID = strawberry.field(description="Full id of the element that fails.")
    failure_class: FailureClass = strawberry.field(name="class", description="What kind of failure it is.")
    started_at: Moment = strawberry.field(description="When it began.")
    expected_end: Moment | None = strawberry.field(
        default=None, description="When it is expected to end: an estimate."
    )
    ended_at: Moment | None = strawberry.field(default=None, description="When it ended.")
    delay: Span | None = strawberry.field(
        default=None, description="How much later things come because of it."
    )
    error_rate: float | None = strawberry.field(
        default=None, description="Share of what passes that fails, 0 to 1."
    )
    drain: Span | None = strawberry.field(
        default=None, description="How long the backlog takes to clear after the end."
    )
    scope: ScopeInput | None = strawberry.field(default=None, description="Whom it touches; null: all.")
    severity: Severity | None = strawberry.field(default=None, description="How bad it is; null: ERROR.")
    summary: str | None = strawberry.field(default=None, description="What is known of it, in words.")
    evidence: str | None = strawberry.field(default=None, description="Address of what shows it.")


@strawberry.input(description="What changes of a failure; null stays as it is.")
class FailureUpdate:
    started_at: Moment | None = strawberry.field(default=None, description="When it began.")
    expected_end: Moment | None = strawberry.field(
        default=None, description="When it is expected to end: an estimate."
    )
    ended_at: Moment | None = strawberry.field(default=None, description="When it ended.")
    delay: Span | None = strawberry.field(
        default=None, description="How much later things come because of it."
    )
    error_rate: float | None = strawberry.field(
        default=None, description="Share of what passes that fails, 0 to 1."
    )
    drain: Span | None = strawberry.field(
        default=None, description="How long the backlog takes to clear after the end."
    )
    scope: ScopeInput | None = strawberry.field(
        default=None, description="Whom it touches, in place of what was said before."
    )
    severity: Severity | None = strawberry.field(default=None, description="How bad it is.")
    summary: str | None = strawberry.field(default=None, description="What is known of it, in words.")
    evidence: str | None = strawberry.field(default=None, description="Address of what shows it.")


def failure_of(given: FailureInput, *, supposed: bool = False, key: str = "") -> failure.Failure:
    """In the words of the model; `key` where it was given no id. Raises BadInputError for attributes of another form."""
    return failure.Failure(
        key=key_of(given.id, "failure") if given.id else key,
        target=element_id(given.target),
        failure_class=given.failure_class,
        started_at=given.started_at,
        expected_end=given.expected_end,
        ended_at=given.ended_at,
        delay=given.delay,
        error_rate=given.error_rate,
        drain=given.drain,
        scope=scope_of(given.scope),
        severity=given.severity or SeverityWord.ERROR,
        summary=given.summary or "",
        evidence=given.evidence,
        is_supposed=supposed,
    )


def change_of(given: FailureUpdate) -> FailureChange:
    """In the words of the model. Raises BadInputError for attributes of another form."""
    return FailureChange(
        started_at=given.started_at,
        expected_end=given.expected_end,
        ended_at=given.ended_at,
        delay=given.delay,
        error_rate=given.error_rate,
        drain=given.drain,
        scope=scope_of(given.scope) if given.scope is not None else None,
        severity=given.severity,
        summary=given.summary,
        evidence=given.evidence,
    )


def scope_of(given: ScopeInput | None) -> Scope:
    if given is None:
        return EVERYWHERE
    limits: dict[str, Iterable[str] | None] = {
        "locations": _keys(given.locations, "location"),
        "regions": given.regions,
        "channels": given.channels,
        "modes": given.modes,
        "message_types": given.message_types,
        "versions": given.versions,
        "carriers": given.carriers,
        "suppliers": given.suppliers,
        "currencies": given.currencies,
        "workflows": _keys(given.workflows, "workflow"),
    }
    return Scope.from_mapping(
        {name: values for name, values in limits.items() if values is not None}
        | _attributes(given.attributes)
    )


def _attributes(given: object) -> dict[str, list[str]]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise BadInputError('scope.attributes is not an object such as {"payload_version": ["7"]}.')
    limits: dict[str, list[str]] = {}
    for name, value in cast(Mapping[str, object], given).items():
        values = cast(list[object], value) if isinstance(value, list) else [value]
        if not all(isinstance(one, str | int | float | bool) for one in values):
            raise BadInputError(f"scope.attributes.{name} is neither a value nor a list of values.")
        limits[f"attributes.{name}"] = [_word(one) for one in values]
    return limits


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _keys(identifiers: Iterable[str] | None, kind: str) -> list[str] | None:
    return [key_of(identifier, kind) for identifier in identifiers] if identifiers is not None else None
