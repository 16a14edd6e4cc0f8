"""What fulfillments can have in common, as codes: location, region, channel, ..., every attribute, and the way they came by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph_models.topology import Topology
from impactgraph.columns import Codes, Columns, Ints
from impactgraph.impact.membership import Membership

LOCATION, REGION, CHANNEL, MODE, TIER, CURRENCY, INTEGRATION = (
    "location",
    "region",
    "channel",
    "mode",
    "tier",
    "currency",
    "integration",
)
STEP, WORKFLOW = "step", "workflow"
_FIXED = frozenset({LOCATION, REGION, CHANNEL, MODE, TIER, CURRENCY, INTEGRATION, STEP, WORKFLOW})


@dataclass(frozen=True)
class Dimension:
    """The value of each unit, as a code; code 0 is none and is never blamed."""

    name: str
    codes: Codes
    words: Sequence[str]


def names(columns: Columns) -> tuple[str, ...]:
    """In lower case; attributes go by their own names (`carrier`, `payload_version`). Of equal explanations the first one is told."""
    attributes = (
        name
        for name in columns.dictionaries.attributes
        if name in columns.orders.attributes and name not in _FIXED
    )
    return (LOCATION, REGION, CHANNEL, MODE, *attributes, TIER, CURRENCY, INTEGRATION)


def dimension(
    columns: Columns, topology: Topology, name: str, row: Codes, index: Codes, entered: Ints
) -> Dimension:
    """Of stays: the fulfillment's row, the step's index in its workflow, and when it was entered."""
    o, f, v = columns.orders, columns.fulfillments, columns.dictionaries
    if name == LOCATION:
        return Dimension(name, f.location[row], v.locations.values)
    if name == REGION:
        return Dimension(name, Membership(columns, topology).region(row).astype(np.int32), v.regions.values)
    if name == INTEGRATION:
        return _ways(columns, topology, row, index, entered)
    fixed = {
        CHANNEL: (o.channel, v.channels),
        MODE: (o.mode, v.modes),
        TIER: (o.tier, v.tiers),
        CURRENCY: (o.currency, v.currencies),
    }
    codes, words = fixed[name] if name in fixed else (o.attributes[name], v.attributes[name])
    return Dimension(name, codes[f.order[row]], words.values)


def _ways(columns: Columns, topology: Topology, row: Codes, index: Codes, entered: Ints) -> Dimension:
    """The integration that handed each one over from the step before."""
    f = columns.fulfillments
    if not len(row):
        return Dimension(INTEGRATION, np.zeros(0, np.int32), [""])
    earlier = f.entered_step_at[row]
    earlier = np.where(earlier < entered[:, None], earlier, 0)
    before = np.where(earlier.max(axis=1) > 0, earlier.argmax(axis=1), -1)
    words, table = _handed_over(columns, topology)
    return Dimension(INTEGRATION, table[f.workflow[row], before, index], words)


def _handed_over(columns: Columns, topology: Topology) -> tuple[list[str], NDArray[np.int32]]:
    """Words, and their code by (workflow, step before, step)."""
    workflows = columns.dictionaries.workflows
    most = max((len(w.steps) for w in workflows), default=0) + 1
    words, table = [""], np.zeros((len(workflows) + 1, most, most), np.int32)
    codes: dict[str, int] = {}
    for number, known in enumerate(workflows):
        places: Mapping[str, int] = {key: place for place, key in enumerate(known.steps)}
        workflow = topology.workflows.get(known.key)
        for step in workflow.steps if workflow else ():
            for transition in step.then:
                if transition.via and step.key in places and transition.step in places:
                    if transition.via not in codes:
                        codes[transition.via] = len(words)
                        words.append(transition.via)
                    table[number, places[step.key], places[transition.step]] = codes[transition.via]
    return words, table
