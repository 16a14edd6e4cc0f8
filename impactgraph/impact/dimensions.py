"""Codes of fulfillments and their orders by the dimensions of a breakdown."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Dimension
from impactgraph.columns import Codes, Columns

ATTRIBUTES = {Dimension.CARRIER: "carrier", Dimension.SUPPLIER: "supplier"}
_ORDER_COLUMNS = {
    Dimension.CHANNEL: ("channel", "channels"),
    Dimension.MODE: ("mode", "modes"),
    Dimension.REGION: ("region", "regions"),
    Dimension.TIER: ("tier", "tiers"),
    Dimension.CURRENCY: ("currency", "currencies"),
}
"""Column of orders, and its dictionary."""


def dimension_codes(
    columns: Columns, dimension: Dimension, rows: Codes, order: Codes
) -> tuple[NDArray[Any], Sequence[str]]:
    """(rows,) code of each fulfillment, and the name of each code; the empty name stands for none.

    `order` (rows,): the row of the order of each. Raises: ValueError for a dimension of failures (band,
    effect, cause), which fulfillments have no code for.
    """
    f = columns.fulfillments
    dictionaries = columns.dictionaries
    match dimension:
        case Dimension.CHANNEL | Dimension.MODE | Dimension.REGION | Dimension.TIER | Dimension.CURRENCY:
            column, dictionary = _ORDER_COLUMNS[dimension]
            return getattr(columns.orders, column).take(order), getattr(dictionaries, dictionary).values
        case Dimension.LOCATION:
            return f.location.take(rows), dictionaries.locations.values
        case Dimension.WORKFLOW:
            return f.workflow.take(rows), [w.key for w in dictionaries.workflows]
        case Dimension.STEP:
            return _step_codes(columns, rows)
        case Dimension.CARRIER | Dimension.SUPPLIER:
            return _attribute_codes(columns, ATTRIBUTES[dimension], order)
        case Dimension.BAND | Dimension.EFFECT | Dimension.CAUSE:
            raise ValueError(f"{dimension} is a dimension of failures, not of fulfillments.")


def _step_codes(columns: Columns, rows: Codes) -> tuple[NDArray[Any], Sequence[str]]:
    workflows = columns.dictionaries.workflows
    width = max(len(w.steps) for w in workflows)
    names = [f"{w.key}/{w.steps[n]}" if n < len(w.steps) else "" for w in workflows for n in range(width)]
    workflow = columns.fulfillments.workflow.take(rows).astype(np.int64)
    return workflow * width + np.maximum(columns.fulfillments.step.take(rows), 0), names


def _attribute_codes(columns: Columns, name: str, order: Codes) -> tuple[NDArray[Any], Sequence[str]]:
    dictionary = columns.dictionaries.attributes.get(name)
    codes = columns.orders.attributes.get(name)
    if dictionary is None or codes is None:
        return np.zeros(len(order), np.int64), [""]
    return codes.take(order), dictionary.values
