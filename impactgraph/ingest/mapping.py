"""The mapping file: the orders, fulfillments, steps and records of a foreign log (docs/mapping.md)."""

from collections.abc import Mapping as Pairs
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import yaml

from impactgraph.errors import BadInputError, Problem


class From(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value from the log: the name of an attribute or of a column."""

    attribute: str


Value: TypeAlias = From | str | int | float | None
"""From the log, or a constant."""


class OrderMapping(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """`type` is an object type (OCEL) or a column (CSV)."""

    type: str
    placed: list[str] = []
    """Activities that place an order; none: the first event of an order places it."""
    channel: Value = "unknown"
    mode: Value = "unknown"
    currency: Value
    value: Value = "0"
    region: Value = None
    customer_tier: Value = None
    promised_by: Value = None
    attributes: dict[str, From] = {}
    """Attributes by the name that the order will have."""


class FulfillmentMapping(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Without a type each order is one fulfillment, with the order's id."""

    type: str | None = None
    workflow: Value
    location: Value = None
    value: Value = None


class PostingMapping(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    type: str
    amount: Value = None
    currency: Value = None
    document: Value = None


class CsvMapping(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Columns of a CSV of steps.

    Without `id`, rows with the same mapped values are the same event.
    """

    activity: str
    time: str
    id: str | None = None
    delimiter: str = ","


class Mapping(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    source: str
    """The CloudEvents source of all events: with it and its id, an event is idempotent."""
    order: OrderMapping
    fulfillment: FulfillmentMapping
    csv: CsvMapping | None = None
    steps: dict[str, str] = {}
    """Activity to key of the step that begins."""
    completed: list[str] = []
    cancelled: list[str] = []
    failed: dict[str, str] = {}
    """Activity to error code."""
    postings: dict[str, str | PostingMapping] = {}
    notifications: dict[str, str] = {}
    tasks: dict[str, str] = {}
    supplier_orders: dict[str, str] = {}

    def activities(self) -> frozenset[str]:
        """Every mapped activity."""
        names_by_kind: tuple[Pairs[str, Any], ...] = (
            self.steps,
            self.failed,
            self.postings,
            self.notifications,
            self.tasks,
            self.supplier_orders,
        )
        return frozenset(
            [
                *self.order.placed,
                *self.completed,
                *self.cancelled,
                *(activity for names in names_by_kind for activity in names),
            ]
        )


def load_mapping(path: Path) -> Mapping:
    """Raises BadInputError with the file and what is wrong in it."""
    try:
        return parse_mapping(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(
            Problem(f"The mapping cannot be read: {getattr(error, 'strerror', None) or error}", str(path))
        ) from error


def parse_mapping(text: str, name: str = "mapping.yaml") -> Mapping:
    """Raises BadInputError with what is wrong, and where."""
    try:
        mapping = msgspec.convert(yaml.safe_load(text), Mapping)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise BadInputError(Problem(f"This is not YAML: {error.problem}.", name, line)) from error
    except msgspec.ValidationError as error:
        raise BadInputError(Problem(f"{error}. docs/mapping.md describes the format.", name)) from error
    if not mapping.activities():
        raise BadInputError(Problem("It maps no activity: name at least one under `steps`.", name))
    return mapping
