"""Parts and sizes of a blast radius that a command prints."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph_models.enums import Dimension
from graph_models.time import Millis

PREVIEW_PARTS = ("asOf", "failures", "headline", "totals", "residual")
"""Fields of a BlastRadius that a preview has."""


@dataclass(frozen=True)
class BlastLayout:
    """How much of a blast radius is asked for, and by what it is broken down."""

    dimensions: Sequence[Dimension]
    orders: int
    """Number of affected orders, and of each kind of records."""
    bucket: Millis | None = None
    """Length of the forecast's intervals; None: no forecast."""
