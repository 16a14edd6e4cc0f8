"""Everything that a blast radius is computed from, at one moment."""

from dataclasses import dataclass

from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.impairment import Impairments
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Codes, Columns
from impactgraph.forecast.forecaster import Forecaster
from impactgraph.impact.arrivals import ArrivalBaseline
from impactgraph.impact.membership import Membership
from impactgraph.propagation import DistinctFailures


@dataclass(frozen=True)
class ImpactInputs:
    """Inputs of one question. `columns` must not change while the blast radius is read."""

    question: Question
    as_of: Millis
    topology: Topology
    failures: tuple[Failure, ...]
    distinct: DistinctFailures
    """The same failures, without twins: the forecast knows only these."""
    impairments: Impairments
    forecaster: Forecaster
    columns: Columns
    membership: Membership
    assumptions: tuple[str, ...]
    arrivals: ArrivalBaseline
    fulfillment_rows: Codes | None = None
    """Rows of the fulfillments of the orders in `question.where.ids`, where the caller has them already."""
