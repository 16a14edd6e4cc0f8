"""What failures do to one call of an order, decided at the moment when it is made."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from graph_models.enums import Transport
from graph_models.needs import Choice, Need, Needs
from graph_models.topology import Api, Integration, System
from tests.oracle.runs import next_run
from tests.oracle.windows import INF, C, Window, Windows, is_out, slowness


@dataclass(frozen=True)
class Slow:
    delay: float
    until: float


@dataclass
class Met:
    """What an order meets at one place: the start of a step, a hand-off, a record."""

    slow: dict[str, Slow] = field(default_factory=dict[str, Slow])
    """By failure: how much later it makes things there, once however many calls it slows."""
    old: bool = False
    doubled: bool = False

    @property
    def late(self) -> float:
        return sum(each.delay for each in self.slow.values())

    def add(self, other: "Met", *, twice_is_once: bool = False) -> None:
        for key, slow in other.slow.items():
            self.slow[key] = max(slow, self.slow.get(key, slow), key=lambda each: each.delay)
        self.old |= other.old
        self.doubled |= other.doubled and not twice_is_once


@dataclass(frozen=True)
class Answer:
    """What comes of an attempt: it works, or it fails at `at` and is worth another at `again`."""

    works: bool
    at: float
    again: float = INF
    by_chance: bool = False
    outage: Window | None = None


class Calls(Windows):
    """One attempt, all attempts, the alternatives, and the waits between."""

    def look(self, element: str, t: float, met: Met, through: tuple[str, ...] = ()) -> Answer:
        """One attempt to use an element: its own failures, and those of what it cannot work without."""
        if element in through:
            return Answer(True, t)
        through = (*through, element)
        answers = [self.suffers(w, t, met) for w in self.windows(element) if w.since <= t < w.until]
        match self.topology.elements[element]:
            case Api(system=system):
                answers.append(self.look(f"system:{system}", t, met, through))
            case System(needs=needs):
                answers.append(self.once(needs, t, met, through))
            case Integration() as link:
                answers += [self.look(each, t, met, through) for each in (*link.via, link.target)]
                answers += self._source(link, t, met)
            case _:
                pass
        return _worst(answers, t)

    def _source(self, link: Integration, t: float, met: Met) -> list[Answer]:
        """A source that is out sends nothing. It makes no calls to itself, so that only messages meet its
        other failures.
        """
        return [
            self.suffers(w, t, met)
            for w in self.windows(link.source)
            if w.since <= t < w.until
            and (link.transport is not Transport.SYNC or w.failure.failure_class is C.OUTAGE)
        ]

    def suffers(self, window: Window, t: float, met: Met) -> Answer:
        failure = window.failure
        match failure.failure_class:
            case C.SCHEMA_MISMATCH | C.BUSINESS_RULE:
                return Answer(False, t)
            case C.TRANSIENT:
                rate = 0.5 if failure.error_rate is None else failure.error_rate
                if self.dice.fresh() < rate:
                    return Answer(False, t, t + self.dice.person(), by_chance=True)
            case _ if is_out(failure):
                return Answer(False, t, window.until + self.dice.lag(), outage=window)
            case C.LATENCY | C.CAPACITY | C.BACKLOG:
                met.slow[failure.key] = Slow(slowness(window, t), window.until)
            case C.STALE_DATA:
                met.old = True
            case C.DUPLICATE:
                met.doubled = True
            case _:
                pass
        return Answer(True, t)

    def at_work(self, place: str, t: float, met: Met) -> Answer:
        """Whether work can begin there: in a system, a step, a location, a workflow. A schema and old content
        concern what is exchanged with a system, not the work in it.
        """
        element = self.topology.elements[place]
        exchanged = (C.SCHEMA_MISMATCH, C.STALE_DATA, C.MISSED_RUN) if isinstance(element, System) else ()
        answers = [
            self.suffers(w, t, met)
            for w in self.windows(place)
            if w.since <= t < w.until and w.failure.failure_class not in exchanged
        ]
        if isinstance(element, System):
            answers.append(self.once(element.needs, t, met))
        return _worst(answers, t)

    # ---- calls

    def call(self, need: str, t: float, met: Met, through: tuple[str, ...] = ()) -> Answer:
        """All attempts of one call."""
        link = self.topology.elements[need]
        if not isinstance(link, Integration) or link.transport is not Transport.SYNC:
            return self.look(need, t, met, through)
        retry = link.retry
        patience = max(retry.lasting, (retry.attempts - 1) * retry.backoff)
        at, answer = t, Answer(True, t)
        for n in range(retry.attempts):
            at += retry.backoff if n else 0
            mine = Met()
            answer = self._in_time(link, self.look(need, at, mine, through), mine)
            if answer.works:
                met.add(mine, twice_is_once=link.idempotent)
                return Answer(True, at)
            if not answer.by_chance and answer.again - t <= patience:
                return self.call(need, answer.again, met, through)
        unanswered = 0 if answer.by_chance else retry.attempts * (link.timeout or 0)
        return Answer(False, at + unanswered, answer.again + at - t, answer.by_chance)

    def _in_time(self, link: Integration, answer: Answer, met: Met) -> Answer:
        """An answer slower than the time-out is none, until nothing slows it any more."""
        if link.timeout is None or not answer.works or met.late <= link.timeout:
            return answer
        return Answer(False, answer.at, max(each.until for each in met.slow.values()) + self.dice.lag())

    def once(self, needs: Needs, t: float, met: Met, through: tuple[str, ...] = ()) -> Answer:
        """All that is needed, one after the other; of a choice the first alternative that works."""
        at = t
        for need in needs.required:
            answer = (
                self._choose(need, at, met, through)
                if isinstance(need, Choice)
                else self.call(need, at, met, through)
            )
            if not answer.works:
                return answer
            at = answer.at
        return Answer(True, at)

    def _choose(self, choice: Choice, t: float, met: Met, through: tuple[str, ...]) -> Answer:
        at, again, by_chance = t, INF, False
        for position, members in enumerate(choice.alternatives):
            mine = Met()
            answer = self._alternative(members, at, mine, through, boards=position > 0)
            if answer.works and (choice.switch_after is None or mine.late <= choice.switch_after):
                met.add(mine)
                return answer
            worth = answer.at + mine.late if answer.works else answer.again
            if worth < again:
                again, by_chance = worth, answer.by_chance
            at = answer.at if choice.switch_after is None else at + choice.switch_after
        return Answer(False, at, at + self.dice.person() if by_chance else again, by_chance)

    def _alternative(
        self, members: Sequence[str], t: float, met: Met, through: tuple[str, ...], *, boards: bool
    ) -> Answer:
        """Its members one after the other; what goes over a batch instead waits for its run."""
        for member in members:
            answer = self.call(member, t, met, through)
            if not answer.works:
                return answer
            t = answer.at
            link = self.topology.elements[member]
            if boards and isinstance(link, Integration) and link.schedule:
                t = next_run(link.schedule, t)
        return Answer(True, t)

    def obtain(self, need: Need, t: float, met: Met) -> float:
        """When it has what it needs: it waits for the end of what is out, or for a person; INF: never."""
        while t < INF:
            answer = self.once(Needs((need,)), t, met)
            if answer.works:
                return answer.at
            t = answer.again
        return INF


def _worst(answers: Sequence[Answer], t: float) -> Answer:
    """Of several troubles at once the one that lasts longest; errors by chance count where nothing else
    stands in the way.
    """
    failed = [each for each in answers if not each.works]
    if failed:
        return max(failed, key=lambda each: (not each.by_chance, each.again))
    return max(answers, key=lambda each: each.at, default=Answer(True, t))
