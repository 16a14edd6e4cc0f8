"""Membership of fulfillments in scopes and branches, decided by columns alone."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from graph_models.hours import Site
from graph_models.scope import Scope
from graph_models.topology import Topology, When, Workflow
from impactgraph.columns import Codes, Columns
from impactgraph.topology.sites import depends_on_site, site_for

Flags = NDArray[np.bool_]
_ORDER_COLUMNS = {"channels": "channel", "modes": "mode", "currencies": "currency"}
_ATTRIBUTES = {"carriers": "carrier", "suppliers": "supplier", "versions": "payload_version"}


class Membership:
    """Membership for one state of the columns; tables of locations by code are computed once."""

    def __init__(self, columns: Columns, topology: Topology) -> None:
        self._columns = columns
        self._topology = topology
        names = columns.dictionaries.locations.values
        locations = [topology.locations.get(name) for name in names]
        regions = columns.dictionaries.regions
        self._region_of_location = np.array(
            [regions.find(place.region) or 0 if place and place.region else 0 for place in locations],
            np.int32,
        )
        self._region_names = np.array([place.region or "" if place else "" for place in locations], object)
        self._location_names = names
        self._sites: dict[str, tuple[list[Site], Codes]] = {}
        self._kind_names = np.array([place.kind if place else "" for place in locations], object)

    def fits(self, columns: Columns) -> bool:
        """Whether it still answers for these columns, which may have got new locations."""
        return self._columns is columns and len(self._region_of_location) == len(
            columns.dictionaries.locations
        )

    def steps_on(self, systems: Collection[str]) -> set[str]:
        """`workflow/step` of the steps that run on these systems (full ids)."""
        return {
            f"{workflow.key}/{step.key}"
            for workflow in self._topology.workflows.values()
            for step in workflow.steps
            if step.runs_on in systems
        }

    def in_scope(self, rows: Codes, scope: Scope) -> Flags:
        """(rows,) whether a fulfillment is inside a scope; message types do not limit it."""
        mask = np.ones(len(rows), bool)
        for dimension, values in scope.limits:
            if dimension != "message_types":
                mask &= self._has_value(rows, dimension, values)
        return mask

    def takes_branch(self, rows: Codes, when: When) -> Flags:
        """(rows,) whether a fulfillment takes a transition with this condition."""
        mask = np.ones(len(rows), bool)
        for dimension, values in (
            ("channels", when.channels),
            ("modes", when.modes),
            ("location_kinds", when.location_kinds),
            ("regions", when.regions),
        ):
            if values:
                mask &= self._has_value(rows, dimension, values)
        return mask

    def divide_by_site(self, rows: Codes, workflow: Workflow) -> list[tuple[Site | None, Codes]]:
        """The rows by the times of their location; None: the workflow does not depend on them."""
        if not depends_on_site(workflow):
            return [(None, rows)]
        sites, code_of_location = self._sites_for(workflow)
        codes = code_of_location[self._columns.fulfillments.location[rows]]
        return [(sites[code], rows[codes == code]) for code in np.unique(codes).tolist()]

    def _sites_for(self, workflow: Workflow) -> tuple[list[Site], Codes]:
        """The sites of all locations, each once, and the number of each by code of the location."""
        if workflow.key not in self._sites:
            number: dict[Site, int] = {}
            of_location = (site_for(self._topology, workflow, name) for name in self._location_names)
            codes = np.array([number.setdefault(site, len(number)) for site in of_location], np.int32)
            self._sites[workflow.key] = list(number), codes
        return self._sites[workflow.key]

    def region(self, rows: Codes) -> Codes:
        """(rows,) code of the region: of the fulfillment's location, else of its order."""
        f = self._columns.fulfillments
        of_location = self._region_of_location[f.location[rows]]
        return np.where(of_location > 0, of_location, self._columns.orders.region[f.order[rows]])

    def _has_value(self, rows: Codes, dimension: str, values: Sequence[str]) -> Flags:
        """(rows,) whether a fulfillment has one of the values in a dimension."""
        f = self._columns.fulfillments
        dictionaries = self._columns.dictionaries
        if dimension == "locations":
            return dictionaries.locations.mask_of(values)[f.location[rows]]
        if dimension == "location_kinds":
            return np.isin(self._kind_names, list(values))[f.location[rows]]
        if dimension == "regions":
            return self._in_regions(rows, values)
        if dimension == "workflows":
            # The last is for rows whose workflow is unknown (-1).
            is_among = np.array([w.key in values for w in dictionaries.workflows] + [False])
            return is_among[f.workflow[rows]]
        if dimension in _ORDER_COLUMNS:
            codes = getattr(self._columns.orders, _ORDER_COLUMNS[dimension])
            return getattr(dictionaries, dimension).mask_of(values)[codes[f.order[rows]]]
        name = _ATTRIBUTES.get(dimension, dimension.removeprefix("attributes."))
        return self._has_attribute(rows, name, values)

    def _in_regions(self, rows: Codes, values: Sequence[str]) -> Flags:
        f = self._columns.fulfillments
        of_location = np.isin(self._region_names, list(values))[f.location[rows]]
        has_no_region = (self._region_names == "")[f.location[rows]]
        regions = self._columns.dictionaries.regions
        of_order = regions.mask_of(values)[self._columns.orders.region[f.order[rows]]]
        return np.where(has_no_region, of_order, of_location)

    def _has_attribute(self, rows: Codes, name: str, values: Sequence[str]) -> Flags:
        dictionary = self._columns.dictionaries.attributes.get(name)
        codes = self._columns.orders.attributes.get(name)
        if dictionary is None or codes is None:
            return np.zeros(len(rows), bool)
        return dictionary.mask_of(values)[codes[self._columns.fulfillments.order[rows]]]
