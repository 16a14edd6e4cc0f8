"""Affected records by type and cause."""

import strawberry

from api.context import TopologyAt
from api.schema.element import Element, element_by_id
from api.schema.enums import RecordEffect
from graph_models import impact


@strawberry.type(description="Affected records of one type and effect, by the element that impairs them.")
class RecordCause:
    kind: str = strawberry.field(description="posting, notification, task or supplier_order.")
    type: str = strawberry.field(description="Type of the records, such as invoice or shipped.")
    effect: RecordEffect = strawberry.field(description="The effect on them.")
    element: Element | None = strawberry.field(
        description="The impaired element; null where no single one is the cause."
    )
    failures: list[strawberry.ID] = strawberry.field(description="Full ids of the causing failures.")
    count: int = strawberry.field(description="Number of records that may be affected.")
    expected: float = strawberry.field(description="Expected number: the sum of their likelihoods.")

    @classmethod
    def of(cls, cause: impact.RecordCause, topology_at: TopologyAt) -> "RecordCause":
        return cls(
            kind=cause.kind.value,
            type=cause.type,
            effect=cause.effect,
            element=element_by_id(cause.element, topology_at) if cause.element else None,
            failures=[strawberry.ID(f"failure:{key}") for key in cause.failures],
            count=cause.count,
            expected=cause.expected,
        )
