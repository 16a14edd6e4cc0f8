"""Load of queues: arriving messages over the rate of delivery, which gives how long a backlog takes to
clear.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from graph_models.time import FOREVER, HOUR, Millis
from graph_models.topology import Step, Topology
from impactgraph.columns import Dictionaries, Ints, Visits

SPAN: Millis = 2 * HOUR
_USUAL_ENTRIES = 8
"""So many entries at the usual rate are assumed beside those since a failure began."""
_WIDTH = 4096


@dataclass(frozen=True)
class QueueLoad:
    """Entries to and departures from every step, from visits."""

    topology: Topology
    vocabulary: Dictionaries
    visits: Visits
    until: Millis = FOREVER
    """The last moment that the visits cover."""

    def at(self, integration: str, at: Millis) -> float:
        """Load over rate of a queue (full id) since `at`; 0 where its rate is unknown.

        That is the load in the two hours before `at`, or before the last moment that is known, and more where
        orders have entered the steps before the queue more often since.
        """
        at = min(at, self.until)
        rate = self.topology.integrations[integration.partition(":")[2]].buffer.rate
        if not rate:
            return 0.0
        load = self._loads.get((integration, at))
        if load is None:
            messages = sum(
                self._messages(step, integration, at) for step in self._senders.get(integration, ())
            )
            load = messages / SPAN / rate * self._growth(integration, at)
            self._loads[integration, at] = load
        return load

    @cached_property
    def _loads(self) -> dict[tuple[str, Millis], float]:
        """Cached: the same active failures are in many questions."""
        return {}

    @cached_property
    def _senders(self) -> Mapping[str, Sequence[Step]]:
        """Steps whose records or hand-overs each integration (full id) carries."""
        senders: dict[str, dict[str, Step]] = {}
        for workflow in self.topology.workflows.values():
            for step in workflow.steps:
                for via in (*(e.via for e in step.emits), *(t.via for t in step.then)):
                    if via:
                        senders.setdefault(via, {})[step.id] = step
        return {via: tuple(steps.values()) for via, steps in senders.items()}

    def _messages(self, step: Step, integration: str, at: Millis) -> int:
        """Messages of a step that the integration carried before `at`."""
        emissions = sum(1 for e in step.emits if e.via == integration)
        next_steps = [t.step for t in step.then if t.via == integration]
        departures = self._count(self._departures, step.workflow, step.key, at)
        return emissions * departures + sum(
            min(departures, self._count(self._entries, step.workflow, to, at)) for to in next_steps
        )

    def _growth(self, integration: str, at: Millis) -> float:
        """How much more often orders have entered the steps that send over a queue since `at` than in the two
        hours before; 1 where less often, for the failure may hold them up elsewhere as well.
        """
        end = min(self.until, self._last_entry)
        before = since = 0
        for step in self._senders.get(integration, ()):
            before += self._count(self._entries, step.workflow, step.key, at)
            since += self._count(self._entries, step.workflow, step.key, end, max(end - at, 0))
        expected_count = before * max(end - at, 0) / SPAN
        return max((since + _USUAL_ENTRIES) / (expected_count + _USUAL_ENTRIES), 1.0)

    @cached_property
    def _last_entry(self) -> Millis:
        return int(self.visits.entered_at.max(initial=0))

    def _count(
        self, moments: Mapping[int, Ints], workflow: str, step: str, at: Millis, span: Millis = SPAN
    ) -> int:
        """In the span up to `at`."""
        step_moments = moments.get(self._codes.get((workflow, step), -1))
        return (
            0
            if step_moments is None
            else int(
                np.searchsorted(step_moments, at, side="right")
                - np.searchsorted(step_moments, at - span, side="right")
            )
        )

    @cached_property
    def _codes(self) -> Mapping[tuple[str, str], int]:
        return {
            (w.key, s): n * _WIDTH + m
            for n, w in enumerate(self.vocabulary.workflows)
            for m, s in enumerate(w.steps)
        }

    @cached_property
    def _entries(self) -> Mapping[int, Ints]:
        return self._by_step(self.visits.entered_at)

    @cached_property
    def _departures(self) -> Mapping[int, Ints]:
        return self._by_step(self.visits.left_at)

    def _by_step(self, moments: Ints) -> Mapping[int, Ints]:
        """Moments of each step, ascending, by code of the step."""
        place = self.visits.workflow.astype(np.int64) * _WIDTH + self.visits.step
        order = np.lexsort((moments, place))
        place = place[order]
        moments = moments[order]
        starts = np.flatnonzero(np.diff(place, prepend=-1))
        ends = np.append(starts, len(place))[1:]
        return {int(place[a]): moments[a:b] for a, b in zip(starts, ends, strict=True)}
