"""What is usual, for telling what is not: how long orders stay in steps, how long records take. Kept between questions, as what was learned is."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from weakref import WeakKeyDictionary

from graph_models.failure import Failure
from graph_models.time import Millis
from graph_models.topology import Topology
from impactgraph.columns import Columns
from impactgraph.diagnosis.overdue import DwellBaseline, learn_dwell_baseline
from impactgraph.diagnosis.records import Transports, learn_transports, sorted_prefix_length
from impactgraph.impact.membership import Membership
from impactgraph.ports.store import Store
from impactgraph.propagation import propagate
from impactgraph.topology.reach import dependents
from impactgraph.usecases.learned import FRESH, Known, held_spans
from impactgraph.usecases.named_since import named_since

_KEPT = 4
_GROWN = 1.02


@dataclass(frozen=True)
class Habits:
    """`stays`: from entering a step to leaving it; `transports`: from a step to where its record is."""

    stays: DwellBaseline
    transports: Transports
    watermark: int
    reach: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """What needs an element, by full id; filled as it is asked for."""

    _membership: list[Membership] = field(default_factory=list[Membership])
    _filed: list[tuple[Columns, int]] = field(default_factory=list[tuple[Columns, int]])

    def membership(self, columns: Columns, topology: Topology) -> Membership:
        """Of these columns; made anew where others are asked about, or where orders have been at new places since."""
        if not self._membership or not self._membership[0].fits(columns):
            self._membership[:] = [Membership(columns, topology)]
        return self._membership[0]

    def filed(self, columns: Columns) -> int:
        """How many records, from the first on, lie in the order of their fulfillments, at least: those that came later lie behind them."""
        for known, filed in self._filed:
            if known is columns:
                return filed
        filed = sorted_prefix_length(columns.records.fulfillment)
        self._filed[:] = [(columns, filed)]
        return filed

    def needing(self, topology: Topology, element: str) -> frozenset[str]:
        """All that a failure of the element can get to, and the element itself."""
        if element not in self.reach:
            known = element in topology.elements
            self.reach[element] = (
                frozenset({element, *dependents(topology, element)}) if known else frozenset({element})
            )
        return self.reach[element]


Key = tuple[str, Millis | None, Millis, tuple[tuple[str, Millis, Millis | None], ...]]
_kept: WeakKeyDictionary[Store, OrderedDict[Key, Habits]] = WeakKeyDictionary()
_lock = Lock()


def habits(
    store: Store,
    topology: Topology,
    columns: Columns,
    reported: Sequence[Failure],
    known: Known,
    asked: Millis | None,
    at: Millis,
) -> Habits:
    """Good for questions about `asked` (None: now) in the quarter of an hour that `at` is in; what the reported failures held up is left out."""
    key = topology.version, asked, at // FRESH, tuple((f.key, f.started_at, f.ended_at) for f in reported)
    with _lock:
        kept = _kept.setdefault(store, OrderedDict())
        found = kept.get(key)
        if found is None or columns.watermark > found.watermark * _GROWN:
            happened = [failure for failure in reported if failure.started_at <= at]
            spans = held_spans(
                topology,
                propagate(known.graph, happened, recovery=lambda failure: failure.ended_at or at),
                at,
            )
            stays = learn_dwell_baseline(
                topology, columns, at, lambda workflow, step: spans.get((workflow, step), ())
            )
            transports = replace(
                learn_transports(topology, columns), named_since=named_since(store, topology)
            )
            found = kept[key] = Habits(stays, transports, columns.watermark)
            while len(kept) > _KEPT:
                kept.popitem(last=False)
        return found
