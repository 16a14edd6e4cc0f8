"""The state of an incident, from when its failures began and ended and what people did about it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Episode(Window):
    """A time that a failure or alert lasted."""

    reported_at: Millis = 0

    @property
    def known_at(self) -> Millis:
        """When it had begun, and was on record."""
        return max(self.since, self.reported_at)


@dataclass(frozen=True)
class Course:
    """When the failures and alerts of an incident lasted, up to a moment."""

    episodes: Mapping[str, Sequence[Episode]]
    """By key, oldest first."""
    at: Millis
    on_record: frozenset[str] = frozenset()
    """Keys of those that are failures on record."""

    @property
    def starts(self) -> list[Millis]:
        return sorted(each.since for each in self._begun())

    @property
    def known(self) -> list[Millis]:
        """When each beginning was known."""
        return sorted(each.known_at for each in self._begun())

    @property
    def is_over(self) -> bool:
        """Whether all have ended."""
        return all(each.until <= self.at for each in self._begun())

    @property
    def last_end(self) -> Millis:
        """FOREVER while one lasts."""
        ends = [each.until if each.until <= self.at else FOREVER for each in self._begun()]
        return max(ends, default=self.at)

    @property
    def is_flapping(self) -> bool:
        return any(self._transitions(each) >= FLAPPING_TRANSITIONS for each in self.episodes.values())

    def has_besides(self, keys: Collection[str]) -> bool:
        """Whether a failure on record that has begun is none of these."""
        return any(
            each.since <= self.at
            for key in self.on_record.difference(keys)
            for each in self.episodes.get(key, ())
        )

    def returns(self) -> Iterator[Millis]:
        """When one began after all had ended for longer than REST."""
        end: Millis | None = None
        for episode in sorted(self._begun(), key=lambda each: (each.since, each.until)):
            if end is not None and episode.since > end + REST:
                yield episode.since
            end = episode.until if end is None else max(end, episode.until)

    def _begun(self) -> list[Episode]:
        return [each for episodes in self.episodes.values() for each in episodes if each.since <= self.at]

    def _transitions(self, episodes: Sequence[Episode]) -> int:
        moments = [moment for each in episodes for moment in (each.since, each.until)]
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


def start_number(start: IncidentAction, actions: Iterable[IncidentAction]) -> int:
    """Which start of its step by its incident it is, from 1 on: what recurs may need a step again."""
    return 1 + sum(each.at < start.at and _step_of(each) == _step_of(start) for each in actions)


def _step_of(action: IncidentAction) -> tuple[IncidentActionKind, str, str, int]:
    return action.kind, action.incident, action.playbook, action.step


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
        recurred_at=history.recurred_at,
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
        self.recurred_at = max(self._recurrences(), default=0)
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
        is_left_quiet = is_quiet and not is_held_open and not self.has(IncidentActionKind.REOPENED)
        return IncidentState.QUIET if is_left_quiet else IncidentState.OPEN

    def has(self, kind: IncidentActionKind) -> bool:
        """Whether it was done since the incident was last opened."""
        return any(action.kind is kind and action.at >= self.opened_at for action in self._actions)

    def _last(self, *kinds: IncidentActionKind) -> IncidentAction | None:
        return next((action for action in reversed(self._actions) if action.kind in kinds), None)

    def _opening(self) -> Millis:
        """When it was last opened: at its start, by hand, or as something began after it was over."""
        openings = [*self._course.starts[:1], *self._recurrences()]
        for action in self._actions:
            if action.kind is IncidentActionKind.REOPENED:
                openings.append(action.at)
            if action.kind is IncidentActionKind.CLOSED:
                openings += self._joins(action)
        return max(openings, default=0)

    def _recurrences(self) -> Iterator[Millis]:
        """When a failure began, as far as was known then, after all was over or the incident was closed."""
        yield from self._course.returns()
        known = self._course.known
        for action in self._actions:
            if action.kind is IncidentActionKind.CLOSED:
                yield from [at for at in known if at > action.at][:1]

    def _joins(self, close: IncidentAction) -> Sequence[Millis]:
        """Since when a failure is part of it that was none as it was closed: merged, or recorded later.

        Where the close does not say what was part of it, a merge after it counts.
        """
        if close.failures:
            return [close.at + 1] if self._course.has_besides(close.failures) else []
        return [at for at in self._merges if at > close.at]
