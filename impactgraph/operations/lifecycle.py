"""The state of an incident, from when its failures began and ended and what people did about it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from graph_models.incident_life import IncidentLife, IncidentState
from graph_models.journal import IncidentAction, IncidentActionKind
from graph_models.time import FOREVER, HOUR, Millis, Window

FLAPPING_TRANSITIONS = 4
"""A failure that began and ended so often in FLAPPING_WINDOW is flapping."""
FLAPPING_WINDOW: Millis = HOUR
REST: Millis = HOUR
"""An incident whose failures have all ended for longer is over: what begins then opens it anew."""
_REACHES = {
    IncidentActionKind.ACKNOWLEDGED: IncidentState.ACKNOWLEDGED,
    IncidentActionKind.MITIGATED: IncidentState.MITIGATED,
}


@dataclass(frozen=True)
class Course:
    """When the failures and alerts of an incident lasted, up to a moment."""

    windows: Mapping[str, Sequence[Window]]
    """All episodes by key, oldest first."""
    at: Millis
    on_record: frozenset[str] = frozenset()
    """Keys of those that are failures on record."""

    @property
    def starts(self) -> list[Millis]:
        return sorted(each.since for each in self._windows())

    @property
    def is_over(self) -> bool:
        """Whether all have ended."""
        return all(each.until <= self.at for each in self._windows())

    @property
    def last_end(self) -> Millis:
        """FOREVER while one lasts."""
        ends = [each.until if each.until <= self.at else FOREVER for each in self._windows()]
        return max(ends, default=self.at)

    @property
    def is_flapping(self) -> bool:
        return any(self._transitions(each) >= FLAPPING_TRANSITIONS for each in self.windows.values())

    def has_besides(self, keys: Collection[str]) -> bool:
        """Whether a failure on record that has begun is none of these."""
        return any(
            each.since <= self.at
            for key in self.on_record.difference(keys)
            for each in self.windows.get(key, ())
        )

    def returns(self) -> Iterator[Millis]:
        """When one began after all had ended for longer than REST."""
        end: Millis | None = None
        for window in sorted(self._windows(), key=lambda each: (each.since, each.until)):
            if end is not None and window.since > end + REST:
                yield window.since
            end = window.until if end is None else max(end, window.until)

    def _windows(self) -> list[Window]:
        return [each for windows in self.windows.values() for each in windows if each.since <= self.at]

    def _transitions(self, windows: Sequence[Window]) -> int:
        moments = [moment for each in windows for moment in (each.since, each.until)]
        return sum(self.at - FLAPPING_WINDOW < moment <= self.at for moment in moments)


def actions_of(keys: Collection[str], actions: Sequence[IncidentAction]) -> tuple[IncidentAction, ...]:
    """Those about the incident with these failures, also what made it one or took failures out of it."""
    members = set(keys)
    return tuple(
        action
        for action in actions
        if action.incident in members
        or not members.isdisjoint(action.incidents)
        or not members.isdisjoint(action.failures)
    )


def life_of(
    course: Course, actions: Sequence[IncidentAction], *, is_quiet: bool, is_healed: bool
) -> IncidentLife:
    """The state at the moment of the course.

    `actions` are those of the incident, oldest first; later ones do not count. `is_quiet`: nothing stands
    behind it; `is_healed`: its failures have left nothing. Closed by hand it stays until something begins, or
    a failure joins it that was not part of it then; reopened by hand it stays until it is closed by hand.
    """
    actions = tuple(action for action in actions if action.at <= course.at)
    own_actions = [
        action
        for action in actions
        if action.kind not in (IncidentActionKind.MERGED, IncidentActionKind.SPLIT)
    ]
    merges = [action.at for action in actions if action.kind is IncidentActionKind.MERGED]
    history = _History(course, own_actions, merges)
    return IncidentLife(
        state=history.state(is_quiet=is_quiet, is_healed=is_healed),
        is_acknowledged=history.has(IncidentActionKind.ACKNOWLEDGED),
        assignee=next((each.assignee for each in reversed(own_actions) if each.assignee), ""),
        is_flapping=course.is_flapping,
        actions=actions,
        opened_at=history.opened_at,
    )


class _History:
    def __init__(self, course: Course, actions: Sequence[IncidentAction], merges: Sequence[Millis]) -> None:
        self._course = course
        self._actions = actions
        self._merges = merges
        last = self._last(IncidentActionKind.CLOSED, IncidentActionKind.REOPENED)
        is_closed = last is not None and last.kind is IncidentActionKind.CLOSED
        self._closed_at = last.at if last is not None and is_closed else None
        self._reopened_at = last.at if last is not None and not is_closed else None
        self.opened_at = self._opening()

    def state(self, *, is_quiet: bool, is_healed: bool) -> IncidentState:
        course = self._course
        if self._closed_at is not None and self.opened_at <= self._closed_at:
            return IncidentState.CLOSED
        is_held_open = self._reopened_at is not None and self._reopened_at >= course.last_end
        if course.is_over and not is_held_open and not course.is_flapping:
            return IncidentState.CLOSED if is_healed else IncidentState.RESOLVED
        for kind in (IncidentActionKind.MITIGATED, IncidentActionKind.ACKNOWLEDGED):
            if self.has(kind):
                return _REACHES[kind]
        return IncidentState.QUIET if is_quiet and not is_held_open else IncidentState.OPEN

    def has(self, kind: IncidentActionKind) -> bool:
        """Whether it was done since the incident was last opened."""
        return any(action.kind is kind and action.at >= self.opened_at for action in self._actions)

    def _last(self, *kinds: IncidentActionKind) -> IncidentAction | None:
        return next((action for action in reversed(self._actions) if action.kind in kinds), None)

    def _opening(self) -> Millis:
        """When it was last opened: at its start, by hand, or as something began after it was over."""
        starts = self._course.starts
        openings = [*starts[:1], *self._course.returns()]
        for action in self._actions:
            if action.kind is IncidentActionKind.REOPENED:
                openings.append(action.at)
            if action.kind is IncidentActionKind.CLOSED:
                openings += [start for start in starts if start > action.at][:1]
                openings += self._joins(action)
        return max(openings, default=0)

    def _joins(self, close: IncidentAction) -> Sequence[Millis]:
        """Since when a failure is part of it that was none as it was closed: merged, or recorded later.

        Where the close does not say what was part of it, a merge after it counts.
        """
        if close.failures:
            return [close.at + 1] if self._course.has_besides(close.failures) else []
        return [at for at in self._merges if at > close.at]
