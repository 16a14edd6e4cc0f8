"""Which rows are in which scopes, and which branches of their workflow they take: both decided by columns alone."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graph_models.scope import Scope
from graph_models.topology import Topology, When
from impactgraph.columns import Codes, Columns

Flags = NDArray[np.bool_]
_OF_ORDER = {"channels": "channel", "modes": "mode", "currencies": "currency"}
_ATTRIBUTES = {"carriers": "carrier", "suppliers": "supplier", "versions": "payload_version"}


class Membership:
    """Answers for one state of the columns; what it works out of a dimension (a table by code) is kept."""

    def __init__(self, columns: Columns, topology: Topology) -> None:
        self._columns = columns
        self._topology = topology
        words = columns.dictionaries.locations.values
        places = [topology.locations.get(word) for word in words]
        regions = columns.dictionaries.regions
        self._region_of_location = np.array(
            [regions.find(p.region) or 0 if p and p.region else 0 for p in places], np.int32
        )
        self._region_names = np.array([p.region or "" if p else "" for p in places], object)
        self._kind_names = np.array([p.kind if p else "" for p in places], object)

    def fits(self, columns: Columns) -> bool:
        """Whether it still answers for these columns: it does not know places that came later."""
        return self._columns is columns and len(self._region_of_location) == len(
            columns.dictionaries.locations
        )

    def in_scope(self, rows: Codes, scope: Scope) -> Flags:
        """Which fulfillments (by row) a scope touches."""
        inside = np.ones(len(rows), bool)
        for dimension, values in scope.limits:
            if dimension != "message_types":
                inside &= self._has(rows, dimension, values)
        return inside

    def takes(self, rows: Codes, when: When) -> Flags:
        """Which fulfillments take a transition with this condition."""
        inside = np.ones(len(rows), bool)
        for dimension, values in (
            ("channels", when.channels),
            ("modes", when.modes),
            ("location_kinds", when.location_kinds),
            ("regions", when.regions),
        ):
            if values:
                inside &= self._has(rows, dimension, values)
        return inside

    def region(self, rows: Codes) -> Codes:
        """Region code: of the location where the fulfillment is, else of its order."""
        f = self._columns.fulfillments
        own = self._region_of_location[f.location[rows]]
        return np.where(own > 0, own, self._columns.orders.region[f.order[rows]])

    def _has(self, rows: Codes, dimension: str, values: Sequence[str]) -> Flags:
        f, o, v = self._columns.fulfillments, self._columns.orders, self._columns.dictionaries
        if dimension == "locations":
            return v.locations.mask_of(values)[f.location[rows]]
        if dimension == "location_kinds":
            return np.isin(self._kind_names, list(values))[f.location[rows]]
        if dimension == "regions":
            return self._in_regions(rows, values)
        if dimension == "workflows":
            known = np.array([w.key in values for w in v.workflows] + [False])
            return known[f.workflow[rows]]
        if dimension in _OF_ORDER:
            name = _OF_ORDER[dimension]
            return getattr(v, dimension).mask_of(values)[getattr(o, name)[f.order[rows]]]
        return self._has_attribute(
            rows, _ATTRIBUTES.get(dimension, dimension.removeprefix("attributes.")), values
        )

    def _in_regions(self, rows: Codes, values: Sequence[str]) -> Flags:
        f, o, v = self._columns.fulfillments, self._columns.orders, self._columns.dictionaries
        here = np.isin(self._region_names, list(values))[f.location[rows]]
        nowhere = (self._region_names == "")[f.location[rows]]
        return np.where(nowhere, v.regions.mask_of(values)[o.region[f.order[rows]]], here)

    def _has_attribute(self, rows: Codes, name: str, values: Sequence[str]) -> Flags:
        words = self._columns.dictionaries.attributes.get(name)
        codes = self._columns.orders.attributes.get(name)
        if words is None or codes is None:
            return np.zeros(len(rows), bool)
        return words.mask_of(values)[codes[self._columns.fulfillments.order[rows]]]
