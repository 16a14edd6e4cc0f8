"""What fulfillments and their orders are, by the dimensions that answers are broken down by."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.enums import Dimension
from impactgraph.columns import Codes, Columns

ATTRIBUTES = {Dimension.CARRIER: "carrier", Dimension.SUPPLIER: "supplier"}


def coded(
    columns: Columns, dimension: Dimension, rows: Codes, order: Codes
) -> tuple[NDArray[Any], Sequence[str]]:
    """Of fulfillments (by row, each with the row of its order): the code of each, and the word of every code; none is the empty word.

    Raises ValueError for a dimension that is of failures (band, effect, cause).
    """
    o, f, v = columns.orders, columns.fulfillments, columns.dictionaries
    match dimension:
        case Dimension.CHANNEL:
            return o.channel.take(order), v.channels.values
        case Dimension.MODE:
            return o.mode.take(order), v.modes.values
        case Dimension.REGION:
            return o.region.take(order), v.regions.values
        case Dimension.TIER:
            return o.tier.take(order), v.tiers.values
        case Dimension.CURRENCY:
            return o.currency.take(order), v.currencies.values
        case Dimension.LOCATION:
            return f.location.take(rows), v.locations.values
        case Dimension.WORKFLOW:
            return f.workflow.take(rows), [w.key for w in v.workflows]
        case Dimension.STEP:
            widest = max(len(w.steps) for w in v.workflows)
            names = [
                f"{w.key}/{w.steps[n]}" if n < len(w.steps) else ""
                for w in v.workflows
                for n in range(widest)
            ]
            return f.workflow.take(rows).astype(np.int64) * widest + np.maximum(f.step.take(rows), 0), names
        case Dimension.CARRIER | Dimension.SUPPLIER:
            name = ATTRIBUTES[dimension]
            words, codes = v.attributes.get(name), o.attributes.get(name)
            return (
                (codes.take(order), words.values)
                if words is not None and codes is not None
                else (np.zeros(len(order), np.int64), [""])
            )
        case Dimension.BAND | Dimension.EFFECT | Dimension.CAUSE:
            raise ValueError(f"{dimension} is of failures")
