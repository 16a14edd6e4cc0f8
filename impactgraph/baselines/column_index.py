"""Indexes over one state of the columns, shared by many questions."""

from dataclasses import dataclass
from functools import cached_property

from graph_models.topology import Topology
from impactgraph.columns import Columns
from impactgraph.diagnosis.records import sorted_prefix_length
from impactgraph.impact.membership import Membership


@dataclass(frozen=True)
class ColumnIndex:
    """Indexes of these columns under this topology."""

    columns: Columns
    topology: Topology

    @cached_property
    def membership(self) -> Membership:
        return Membership(self.columns, self.topology)

    @cached_property
    def ordered_records(self) -> int:
        """Number of leading records that are sorted by fulfillment."""
        return sorted_prefix_length(self.columns.records.fulfillment)

    def fits(self, columns: Columns) -> bool:
        """Whether the index is valid for these columns: it lacks locations that were added later."""
        return self.columns is columns and self.membership.fits(columns)
