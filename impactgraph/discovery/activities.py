"""Meanings of the activities of a log, by their names and their places in the orders."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias
from zlib import crc32

import numpy as np

from graph_models.counts import say_count
from graph_models.percent import percent
from impactgraph.discovery.mapping_draft import ActivityGuess, Sureness
from impactgraph.discovery.names import words_of

OrderLog: TypeAlias = Sequence[tuple[float, str]]
"""(seconds since 1970, activity) of one order, by time."""

_WORDS: Mapping[str, str] = {
    "cancelled": r"cancel|void|withdraw|storno|revoke",
    "failed": r"fail|error|time ?out|timed out|exception|reject|declin|out of stock|short pick|bounced",
    "notifications": r"notif|e ?mail|mail|sms|message|remind|push|tell customer|inform",
    "supplier_orders": r"(supplier|vendor).*(confirm|acknowledg)|confirm.*(purchase|supplier)",
    "tasks": r"task|to ?do|work ?item|close .*list",
    "postings": (
        r"invoice|post|goods (issue|receipt)|credit (note|memo)|refund|payment|\bpay(s|ed)?\b|\bpaid\b|"
        r"\bbill|book(ed|ing)|ledger|journal"
    ),
}
"""Words of sections, by precedence."""
_PLACED = re.compile(
    r"(order|purchase order).*(placed|created|received|submitted|entered)|"
    r"^(place|create|submit|receive|enter)\b.*\border"
)
_COMPLETE = re.compile(r"complet|closed?\b|finish|delivered|collected|fulfilled|picked up|\bdone\b")
_BEGIN = re.compile(r"^(begin|start|enter|started|entered)s? | (begun|begins|starts|started|entered)$")
_RECORD_VERB = re.compile(
    r"^((supplier|vendor) )?"
    r"(post|create|record|send|sent|issue|notify|close|confirm|execute|write|book)(ed|d|s)? (?=\w)"
)
_RECORD_NOUN = re.compile(r" (task|message|notification|e ?mail|mail|sms)$")
_RECORD_END = re.compile(r" (posted|created|recorded|sent|issued|closed|booked)$")
_ERROR = re.compile(r"^errors? (?=\w)")
_MOSTLY = 0.5
_LONGEST = 300
"""Entries of one order that are kept."""
_APART = 0.05
"""Part of an order's length from which on two entries are apart."""


@dataclass(slots=True)
class _Stats:
    rows: int
    orders: int = 0
    first: int = 0
    last: int = 0
    gaps: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    """Time to the entries before and after, as parts of the order's length."""
    waits: list[float] = field(default_factory=list[float])
    """Seconds to the next entry."""
    ends: int = 0
    """Orders in which an entry with a name of a completion came before."""


def guess_activities(logs: Sequence[OrderLog], rows: Mapping[str, int]) -> list[ActivityGuess]:
    """A guess for each activity, in the order in which they come in orders.

    `logs`: a sample of the orders; `rows`: entries of the whole log by activity.
    """
    stats = _measure(logs, rows)
    sections = {activity: _section(activity) for activity in rows}
    placements = _placing(stats, sections, len(logs))
    completions, last = _completing(stats, sections, placements, logs)
    guess = _Guess(stats, sections, placements, completions, last, len(logs))
    return [guess.of(activity) for activity in _sequence(logs, rows)]


def _measure(logs: Sequence[OrderLog], rows: Mapping[str, int]) -> dict[str, _Stats]:
    stats = {activity: _Stats(count) for activity, count in rows.items()}
    for log in logs:
        if not log:
            continue
        length = max(log[-1][0] - log[0][0], 1e-9)
        has_ended = False
        visited_steps: set[str] = set()
        for index, (at, activity) in enumerate(log):
            each = stats[activity]
            before = (at - log[index - 1][0]) / length if index else 1.0
            after = (log[index + 1][0] - at) / length if index + 1 < len(log) else 1.0
            if len(each.gaps) < 2_000:
                each.gaps.append((before, after))
                if index + 1 < len(log):
                    each.waits.append(log[index + 1][0] - at)
            if activity not in visited_steps:
                each.orders += 1
                each.ends += has_ended
            visited_steps.add(activity)
            has_ended |= bool(_COMPLETE.search(words_of(activity))) and _section(activity) is None
        stats[log[0][1]].first += 1
        stats[log[-1][1]].last += 1
    return stats


def _sequence(logs: Sequence[OrderLog], rows: Mapping[str, int]) -> list[str]:
    """Activities by their mean place in the orders; those in none of the sample last."""
    places: dict[str, list[int]] = {}
    for log in logs:
        visited_steps: set[str] = set()
        for _, activity in log:
            if activity not in visited_steps:
                places.setdefault(activity, []).append(len(visited_steps))
                visited_steps.add(activity)
    return sorted(rows, key=lambda each: (float(np.mean(places.get(each, [999]))), each))


def _section(activity: str) -> str | None:
    """The section of the mapping that its name points to; None for steps and completions."""
    words = words_of(activity)
    if _BEGIN.search(words):
        return None
    return next((name for name, pattern in _WORDS.items() if re.search(rf"\b({pattern})", words)), None)


def _placing(stats: Mapping[str, _Stats], sections: Mapping[str, str | None], logs: int) -> str | None:
    """The activity that places orders: named so, else the one with which most begin."""
    fitting = [a for a, each in stats.items() if _PLACED.search(words_of(a)) and each.orders > _MOSTLY * logs]
    fitting = [
        a for a in fitting if sections[a] in (None, "notifications") or stats[a].first > _MOSTLY * logs
    ]
    if fitting:
        return max(fitting, key=lambda a: (stats[a].first, stats[a].orders))
    first = max(stats, key=lambda a: stats[a].first, default=None)
    return first if first is not None and stats[first].first > _MOSTLY * logs else None


def _completing(
    stats: Mapping[str, _Stats],
    sections: Mapping[str, str | None],
    placed: str | None,
    logs: Sequence[OrderLog],
) -> tuple[str | None, float]:
    """The activity that completes: named so and no record, else the step or posting that is the last of many
    orders; and the share of the orders of which it is that.
    """
    fitting = [a for a in stats if a != placed and sections[a] is None and _COMPLETE.search(words_of(a))]
    fitting = [a for a in fitting if not _is_middle(stats[a])]
    moving = {a for a in stats if a != placed and sections[a] in (None, "postings")}
    last: Counter[str] = Counter()
    for log in logs:
        last.update(next(((a,) for _, a in reversed(log) if a in moving), ()))
    usual = [a for a, count in last.most_common(1) if count > _MOSTLY * 0.5 * len(logs)]
    best = max(fitting or usual, key=lambda a: (last[a], stats[a].orders), default=None)
    return best, last[best] / max(1, len(logs)) if best is not None else 0.0


def _is_middle(stats: _Stats) -> bool:
    """Whether the order goes on for long after it, as a rule."""
    after = [gap for _, gap in stats.gaps]
    return bool(after) and stats.last == 0 and float(np.median(after)) > _APART


@dataclass(frozen=True, slots=True)
class _Guess:
    stats: Mapping[str, _Stats]
    sections: Mapping[str, str | None]
    placed: str | None
    completed: str | None
    last: float
    """Share of the orders whose last step or posting it is."""
    logs: int

    def of(self, activity: str) -> ActivityGuess:
        stats = self.stats[activity]
        entries = say_count(stats.rows, "entry", "entries")
        evidence = f"{entries}, in {percent(stats.orders / max(1, self.logs))} of the orders"
        if activity == self.placed:
            return self._placing(activity, evidence)
        section = self.sections[activity]
        if not stats.orders and self.logs:
            return ActivityGuess(activity, (), Sureness.LIKELY, f"{entries} without an order")
        if activity == self.completed:
            return self._completing(activity, section, evidence)
        if section == "failed":
            code = _ERROR.sub("", words_of(activity)).upper().replace(" ", "_")
            return ActivityGuess(activity, ((section, code),), Sureness.LIKELY, f"by its name; {evidence}")
        if section == "cancelled":
            return ActivityGuess(activity, ((section, ""),), Sureness.LIKELY, f"by its name; {evidence}")
        if section is not None:
            return self._record(activity, section, evidence)
        return ActivityGuess(activity, (("steps", step_key(activity)),), self._step_sureness(stats), evidence)

    def _placing(self, activity: str, evidence: str) -> ActivityGuess:
        stats = self.stats[activity]
        evidence += f", the first in {percent(stats.first / max(1, self.logs))}"
        meanings = [("placed", "")]
        if stats.waits and float(np.median(stats.waits)) > 1:
            meanings.append(("steps", step_key(activity)))
            evidence += "; orders stay in it, so it is a step as well"
        is_sure = stats.first > 0.9 * self.logs and bool(_PLACED.search(words_of(activity)))
        return ActivityGuess(
            activity, tuple(meanings), Sureness.SURE if is_sure else Sureness.LIKELY, evidence
        )

    def _completing(self, activity: str, section: str | None, evidence: str) -> ActivityGuess:
        evidence += f", the last step of {percent(self.last)}"
        meanings = [("completed", "")]
        if section is not None:
            meanings.append((section, record_type(activity)))
        is_named = section is None and bool(_COMPLETE.search(words_of(activity)))
        return ActivityGuess(
            activity, tuple(meanings), Sureness.LIKELY if is_named else Sureness.UNSURE, evidence
        )

    def _record(self, activity: str, section: str, evidence: str) -> ActivityGuess:
        """A posting that lies apart from all other entries is a stage of the order as well."""
        stats = self.stats[activity]
        meanings = [(section, record_type(activity))]
        before, after = (
            (float(np.median([gap[side] for gap in stats.gaps])) if stats.gaps else 0.0) for side in (0, 1)
        )
        is_before_end = stats.ends < _MOSTLY * max(1, stats.orders)
        if section == "postings" and min(before, after) > _APART and is_before_end:
            meanings.insert(0, ("steps", step_key(activity)))
            evidence += "; it lies apart from other entries, so it is a step as well"
        return ActivityGuess(activity, tuple(meanings), Sureness.LIKELY, f"by its name; {evidence}")

    def _step_sureness(self, stats: _Stats) -> Sureness:
        return Sureness.LIKELY if stats.orders >= 0.01 * self.logs and stats.rows >= 30 else Sureness.UNSURE


def step_key(activity: str) -> str:
    """`Start dc-pick` and `dc-pick started` give `dc-pick`."""
    words = _BEGIN.sub("", words_of(activity)) or words_of(activity)
    return words.replace(" ", "-") or "step"


def record_type(activity: str) -> str:
    """`Post goods issue` gives `goods_issue`."""
    words = words_of(activity)
    bare = _RECORD_NOUN.sub("", _RECORD_VERB.sub("", words))
    words = bare if bare != words else _RECORD_END.sub("", words)
    return words.replace(" ", "_") or "record"


class LogSample:
    """The entries of some of the orders of a log, and the number of all by activity; memory is bounded."""

    def __init__(self, most: int = 5_000) -> None:
        self.rows: Counter[str] = Counter()
        self._most = most
        self._step = 1
        self._logs: dict[str, list[tuple[float, str]]] = {}

    def wants(self, order: str, activity: str) -> bool:
        """Counts an entry; whether it is one of the sample, and its time is to be added."""
        self.rows[activity] += 1
        return crc32(order.encode()) % self._step == 0

    def add(self, order: str, at: float, activity: str) -> None:
        """Adds an entry that is wanted; one without a moment (infinity) says nothing of its place."""
        log = self._logs.setdefault(order, [])
        if at != float("inf") and len(log) < _LONGEST:
            log.append((at, activity))
        if len(self._logs) > 2 * self._most:
            self._step *= 2
            self._logs = {
                key: log for key, log in self._logs.items() if crc32(key.encode()) % self._step == 0
            }

    def logs(self) -> list[OrderLog]:
        return [sorted(log, key=lambda entry: entry[0]) for log in self._logs.values() if log]
