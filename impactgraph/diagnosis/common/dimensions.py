"""Values that visits can have in common: location, region, channel, attributes, and the integration that
handed over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.topology import Topology
from impactgraph.columns import Codes, Columns, Ints
from impactgraph.impact.membership import Membership

LOCATION = "location"
REGION = "region"
CHANNEL = "channel"
MODE = "mode"
TIER = "tier"
CURRENCY = "currency"
INTEGRATION = "integration"
STEP = "step"
WORKFLOW = "workflow"
_FIXED = frozenset({LOCATION, REGION, CHANNEL, MODE, TIER, CURRENCY, INTEGRATION, STEP, WORKFLOW})


@dataclass(frozen=True)
class DimensionValues:
    """The value of each visit, as a code; code 0 is none and is never reported as a cause."""

    name: str
    codes: Codes
    values: Sequence[str]


def dimension_names(columns: Columns) -> tuple[str, ...]:
    """Names in lower case; attributes have their own (`carrier`). Of equal explanations the first one is
    reported.
    """
    attributes = (
        name
        for name in columns.dictionaries.attributes
        if name in columns.orders.attributes and name not in _FIXED
    )
    return (LOCATION, REGION, CHANNEL, MODE, *attributes, TIER, CURRENCY, INTEGRATION)


def dimension_values(
    columns: Columns, topology: Topology, name: str, rows: Codes, step: Codes, *, entered_at: Ints
) -> DimensionValues:
    """Of visits: the fulfillment's row, the index of the step in its workflow, and when it was entered."""
    o = columns.orders
    f = columns.fulfillments
    dictionaries = columns.dictionaries
    if name == LOCATION:
        return DimensionValues(name, f.location[rows], dictionaries.locations.values)
    if name == REGION:
        codes = Membership(columns, topology).region(rows).astype(np.int32)
        return DimensionValues(name, codes, dictionaries.regions.values)
    if name == INTEGRATION:
        return _incoming_integrations(columns, topology, rows, step, entered_at=entered_at)
    constants = {
        CHANNEL: (o.channel, dictionaries.channels),
        MODE: (o.mode, dictionaries.modes),
        TIER: (o.tier, dictionaries.tiers),
        CURRENCY: (o.currency, dictionaries.currencies),
    }
    codes, dictionary = (
        constants[name] if name in constants else (o.attributes[name], dictionaries.attributes[name])
    )
    return DimensionValues(name, codes[f.order[rows]], dictionary.values)


def _incoming_integrations(
    columns: Columns, topology: Topology, rows: Codes, step: Codes, *, entered_at: Ints
) -> DimensionValues:
    """The integration that handed each fulfillment over from the step before."""
    f = columns.fulfillments
    if not len(rows):
        return DimensionValues(INTEGRATION, np.zeros(0, np.int32), [""])
    earlier = f.entered_step_at[rows]
    earlier = np.where(earlier < entered_at[:, None], earlier, 0)
    previous_step = np.where(earlier.max(axis=1) > 0, earlier.argmax(axis=1), -1)
    values, table = _hand_over_table(columns, topology)
    return DimensionValues(INTEGRATION, table[f.workflow[rows], previous_step, step], values)


def _hand_over_table(columns: Columns, topology: Topology) -> tuple[list[str], NDArray[np.int32]]:
    """Ids of integrations, and their code by (workflow, step before, step)."""
    workflows = columns.dictionaries.workflows
    most = max((len(w.steps) for w in workflows), default=0) + 1
    values = [""]
    table = np.zeros((len(workflows) + 1, most, most), np.int32)
    codes: dict[str, int] = {}
    for number, known_workflow in enumerate(workflows):
        places: Mapping[str, int] = {key: place for place, key in enumerate(known_workflow.steps)}
        workflow = topology.workflows.get(known_workflow.key)
        for step in workflow.steps if workflow else ():
            for transition in step.then:
                if transition.via and step.key in places and transition.step in places:
                    if transition.via not in codes:
                        codes[transition.via] = len(values)
                        values.append(transition.via)
                    table[number, places[step.key], places[transition.step]] = codes[transition.via]
    return values, table
