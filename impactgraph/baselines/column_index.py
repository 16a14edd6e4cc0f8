"""What is derived from one state of the columns and used by many questions."""

from dataclasses import dataclass
from functools import cached_property

from graph_models.topology import Topology
from impactgraph.columns import Columns
from impactgraph.diagnosis.records import sorted_prefix_length
from impactgraph.impact.membership import Membership


@dataclass(frozen=True)
class ColumnIndex:
    """Of these columns under this topology."""

    columns: Columns
    topology: Topology

    @cached_property
    def membership(self) -> Membership:
        return Membership(self.columns, self.topology)

    @cached_property
    def ordered_records(self) -> int:
        """How many records, from the first on, are in the order of their fulfillments; later ones follow them."""
        return sorted_prefix_length(self.columns.records.fulfillment)

    def fits(self, columns: Columns) -> bool:
        """Whether it still holds for these columns: it does not know locations that were added since."""
        return self.columns is columns and self.membership.fits(columns)
