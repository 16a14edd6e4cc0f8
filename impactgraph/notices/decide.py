"""Which notices are due: each picture of an incident is sent once by a rule to a channel.

The notices of an incident by one rule to one channel are a conversation: new, perhaps changed, resolved.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph_models.journal import IncidentAction, IncidentActionKind, Journal, NoticeKind, NoticeLevel
from graph_models.time import Millis
from impactgraph.notices.config import CALM, SETTLED, NoticeRules, Rule
from impactgraph.notices.pictures import Picture
from impactgraph.notices.text import Occasion, notice_link, notice_text
from impactgraph.usecases.notices import Notice, NoticeStatus, statuses_of

_TAKEN_UP = frozenset(
    {IncidentActionKind.ACKNOWLEDGED, IncidentActionKind.ASSIGNED, IncidentActionKind.MITIGATED}
)


@dataclass(frozen=True, slots=True)
class Present:
    """All that a decision needs of a moment."""

    at: Millis
    pictures: tuple[Picture, ...]
    """Of active incidents, in the order of their rank."""
    journal: Journal
    end_times: Mapping[str, Millis]
    """When each failure that has ended did, by its key."""
    public_url: str | None = None
    name: Callable[[str], str] = str
    """Of an element, by its full id."""


def decide(present: Present, rules: NoticeRules) -> tuple[Notice, ...]:
    """Notices that are due now and were not sent yet. Costs rules times channels times incidents.

    The same present gives the same notices; once they are in its journal, none.
    """
    every = statuses_of(present.journal.notices)
    statuses = tuple(each for each in every if each.kind is not NoticeKind.STEP)
    by_conversation: dict[tuple[str, str, str], list[NoticeStatus]] = {}
    for status in statuses:
        by_conversation.setdefault((status.rule, status.channel, status.incident), []).append(status)
    work = _Work.of(present.journal.actions)
    notices: list[Notice] = []
    for rule in rules.rules:
        for channel in dict.fromkeys(rule.to):
            history = {
                incident: _in_order(each)
                for (of_rule, to_channel, incident), each in by_conversation.items()
                if (of_rule, to_channel) == (rule.key, channel)
            }
            notices += _Speaker(present, rules, rule, channel, history, statuses, work).notices()
    return tuple(notices)


def _in_order(conversation: Sequence[NoticeStatus]) -> Sequence[NoticeStatus]:
    """The oldest first, by the numbers that their keys are made of: while a clock that was set back comes
    there again, the time of a notice is before that of the one that it follows.
    """
    first = conversation[0]
    keys = [notice_key(first.rule, first.channel, first.incident, n) for n in range(len(conversation))]
    numbers = {key: number for number, key in enumerate(keys)}
    return sorted(conversation, key=lambda each: numbers.get(each.key, -1))


@dataclass(frozen=True)
class _Work:
    """What people did last about incidents. An incident that was opened since is nobody's, and not closed."""

    taken_up: Mapping[str, Millis]
    """When somebody acknowledged it, was assigned or mitigated it, by key."""
    closed: Mapping[str, tuple[Millis, str]]
    """When and by whom it was closed, by key; without those that were opened again by hand."""

    @staticmethod
    def of(actions: Iterable[IncidentAction]) -> "_Work":
        taken_up: dict[str, Millis] = {}
        closed: dict[str, tuple[Millis, str]] = {}
        for action in actions:
            if action.kind in _TAKEN_UP:
                taken_up[action.incident] = action.at
            elif action.kind is IncidentActionKind.CLOSED:
                for key in (action.incident, *action.failures):
                    closed[key] = action.at, action.by or "somebody"
            elif action.kind is IncidentActionKind.REOPENED:
                closed.pop(action.incident, None)
                taken_up.pop(action.incident, None)
        return _Work(taken_up, closed)

    def is_taken_up(self, picture: Picture) -> bool:
        return any(self.taken_up.get(key, -1) >= picture.opened_at for key in picture.keys)

    def closed_by(self, picture: Picture) -> str:
        closes = (self.closed[key] for key in sorted(picture.keys) if key in self.closed)
        return next((who for at, who in closes if at >= picture.opened_at), "")


@dataclass(frozen=True)
class _Speaker:
    """One rule and one channel."""

    present: Present
    rules: NoticeRules
    rule: Rule
    channel: str
    history: Mapping[str, Sequence[NoticeStatus]]
    """The notices so far by incident, the oldest first."""
    statuses: Sequence[NoticeStatus]
    """Of all rules and channels."""
    work: _Work

    def notices(self) -> list[Notice]:
        open_keys = [key for key, each in self.history.items() if each[-1].kind is not NoticeKind.RESOLVED]
        notices: list[Notice | None] = []
        goes_on: set[str] = set()
        for picture in self.present.pictures:
            of_picture = [key for key in open_keys if key in picture.keys]
            goes_on.update(of_picture)
            mine = [key for key in of_picture if self._is_same(key, picture)]
            first = picture.incident if picture.incident in mine else next(iter(mine), None)
            if first is None:
                notices.append(self._new(picture))
                continue
            notices += [self._end_notice(key, f"It was merged into {first}.") for key in mine if key != first]
            notices.append(self._further(first, picture))
        notices += [self._away(key) for key in open_keys if key not in goes_on]
        return [each for each in notices if each is not None and each.kind in self.rule.on]

    def _is_same(self, incident: str, picture: Picture) -> bool:
        """False: the incident of the last notice ended, and this one began after that."""
        return picture.started_at <= self.history[incident][-1].created_at

    def _new(self, picture: Picture) -> Notice | None:
        rule, at = self.rule, self.present.at
        if not picture.is_active or picture.is_quiet or not _matches(rule, picture):
            return None
        if self.work.closed_by(picture):
            return None
        if rule.quiet is not None and rule.quiet.holds(at, picture.level):
            return None
        if rule.after is not None and (
            self.work.is_taken_up(picture) or at - self._known_since(picture) < rule.after
        ):
            return None
        return self._notice(picture.incident, NoticeKind.NEW, picture)

    def _known_since(self, picture: Picture) -> Millis:
        """When another rule first sent it since it was last opened; without one, when it became known."""
        opened_at = max(picture.started_at, picture.opened_at)
        notified_at = [
            each.created_at
            for each in self.statuses
            if each.incident in picture.keys and each.rule != self.rule.key and each.created_at >= opened_at
        ]
        return min(notified_at, default=max(picture.known_at, picture.opened_at))

    def _further(self, incident: str, picture: Picture) -> Notice | None:
        last, at = self.history[incident][-1], self.present.at
        if person := self.work.closed_by(picture):
            return self._end_notice(incident, f"It was closed by {person}.")
        if (picture.level, picture.cause) == (last.level, last.cause):
            return None
        has_grown = picture.level.height > last.level.height
        if not has_grown and at - last.created_at < CALM:
            return None
        if self.rule.quiet is not None and self.rule.quiet.holds(at, picture.level):
            return None
        return self._notice(incident, NoticeKind.CHANGED, picture)

    def _away(self, incident: str) -> Notice | None:
        """Of an incident that is active no more."""
        ended_at, at = self.present.end_times.get(incident), self.present.at
        closed_at, person = self.work.closed.get(incident, (0, ""))
        if closed_at >= self.history[incident][-1].created_at:
            return self._end_notice(incident, f"It was closed by {person}.")
        if ended_at is not None and at - ended_at < SETTLED:
            return None
        if self.rule.quiet is not None and self.rule.quiet.holds(at, self.history[incident][-1].level):
            return None
        is_over = ended_at is not None
        reason = (
            "All its failures have ended." if is_over else "It is not among the active incidents any more."
        )
        return self._end_notice(incident, reason)

    def _end_notice(self, incident: str, reason: str) -> Notice:
        return self._notice(incident, NoticeKind.RESOLVED, None, reason)

    def _notice(self, incident: str, kind: NoticeKind, picture: Picture | None, reason: str = "") -> Notice:
        earlier = self.history.get(incident, ())
        last = earlier[-1] if earlier else None
        occasion = Occasion(
            kind,
            self.present.at,
            last=last,
            last_cause=self.present.name(last.cause) if last is not None and last.cause else "",
            reason=reason,
            waited=self.rule.after if kind is NoticeKind.NEW else None,
        )
        url = self.rules.public_url or self.present.public_url
        failures = picture.failures if picture is not None else (incident,)
        cause = last.cause if last is not None else ""
        link = notice_link(url, failures, self.present.at)
        return Notice(
            key=notice_key(self.rule.key, self.channel, incident, len(earlier)),
            incident=incident,
            rule=self.rule.key,
            channel=self.channel,
            kind=kind,
            level=picture.level if picture is not None else NoticeLevel.NONE,
            cause=picture.cause if picture is not None else cause,
            text=notice_text(incident, picture, occasion, link),
            link=link,
            replaces=tuple(each.key for each in earlier if each.is_open),
        )


def notice_key(rule: str, channel: str, incident: str, number: int) -> str:
    """Of the notice with this number (from 0 on) of a conversation."""
    content = "\n".join((rule, channel, incident, str(number)))
    return f"N-{hashlib.sha256(content.encode()).hexdigest()[:20]}"


def _matches(rule: Rule, picture: Picture) -> bool:
    when = rule.when
    return (
        (when.promises is None or picture.promises >= when.promises)
        and (when.orders is None or picture.orders >= when.orders)
        and (when.value is None or picture.value >= when.value)
        and (when.level is None or picture.level.height >= when.level.height)
        and (when.rank is None or picture.rank <= when.rank)
        and _is_of(rule, picture)
    )


def _is_of(rule: Rule, picture: Picture) -> bool:
    when = rule.when
    return (
        (when.owners is None or picture.owner in when.owners)
        and (when.concerns is None or not set(when.concerns).isdisjoint(picture.concerns))
        and (when.elements is None or picture.cause in when.elements)
        and (when.classes is None or picture.failure_class in when.classes)
    )
