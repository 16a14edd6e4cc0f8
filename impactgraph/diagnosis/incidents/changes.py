"""Deployments and other changes whose place and time fit a candidate cause."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from graph_models.journal import Change
from graph_models.scope import Scope
from graph_models.time import HOUR, MINUTE, Millis

_BEFORE: Millis = 2 * HOUR
"""A failure that begins later after a change is not taken for its effect."""
_TOLERANCE: Millis = 2 * MINUTE
"""Clocks of those who report changes and of monitors differ."""
AT_ELEMENT = 6.0
"""How much likelier an element is to fail after a change of it."""
UPSTREAM = 1.5
"""The same after a change of what it depends on: the element that was changed is a candidate of its own."""
MOST_DISTANCE = 3
"""Edges from a changed element to a cause that it may be behind."""


@dataclass(frozen=True)
class Changes:
    """Changes that may be behind failures, and how far each element is from what it depends on."""

    changes: Sequence[Change] = ()
    distances: Mapping[str, Mapping[str, int]] = field(default_factory=dict[str, Mapping[str, int]])
    """By full id of a candidate: edges to each element upstream of it."""

    def that_fit(self, element: str, started_at: Millis, scopes: Iterable[Scope]) -> tuple[Change, ...]:
        """Those that began at most two hours before a failure, on its element or upstream of it, and whose
        scope allows one of these; the nearest and latest first.
        """
        scopes = tuple(scopes)
        fits = [
            (distance, change)
            for change in self.changes
            if started_at - _BEFORE <= change.started_at <= started_at + _TOLERANCE
            and (distance := self._distance(element, change)) is not None
            and any(not change.scope.intersection(scope).nothing for scope in scopes)
        ]
        fits.sort(key=lambda pair: (pair[0], -pair[1].started_at, pair[1].key))
        return tuple(change for _, change in fits)

    def factor(self, element: str, fits: Sequence[Change]) -> float:
        """By which they raise the prior of the element."""
        if not fits:
            return 1.0
        return AT_ELEMENT if any(element in change.elements for change in fits) else UPSTREAM

    def _distance(self, element: str, change: Change) -> int | None:
        upstream = self.distances.get(element, {})
        near = [0 if each == element else upstream.get(each) for each in change.elements]
        return min((each for each in near if each is not None), default=None)


NO_CHANGES = Changes()
