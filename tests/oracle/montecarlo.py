"""What is likely of one order, from thousands of its lives.

A life that contradicts what was seen of the order (it left a step at another moment, its record came, its
message did not) does not count. Each visit behind it is drawn again until it ends when it was seen to end;
the present one until it has not ended by now.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph_models.enums import Band
from graph_models.time import MINUTE, SECOND, Millis
from graph_models.topology import Emission
from tests.oracle.dice import Dice
from tests.oracle.troubles import Troubles
from tests.oracle.walk import Course, Name, Visit, Walk
from tests.oracle.windows import INF
from tests.worlds import Journey, World

TRIES = 400
FIRST = 10
NEAR = 45.0 * SECOND
"""How near to the moment seen a life must end a visit."""


@dataclass(frozen=True)
class Outcome:
    """What one life says of the order."""

    delay: float
    """INF: it is never done."""
    affected: bool
    """The order itself: later, or wrong, or lost."""
    band: Band
    records: frozenset[Name]
    """Those late, missing, wrong, doubled or out of sequence."""
    finish: float


@dataclass(frozen=True)
class Estimate:
    outcomes: tuple[Outcome, ...]
    contradicted: int
    """Lives that no try made fit with what was seen."""

    def share(self, chosen: Sequence[Outcome]) -> float:
        return len(chosen) / max(len(self.outcomes), 1)

    @property
    def affected(self) -> list[Outcome]:
        return [each for each in self.outcomes if each.affected]

    @property
    def likelihood(self) -> float:
        """That the order or a record of it is hit."""
        return self.share([each for each in self.outcomes if each.affected or each.records])

    @property
    def itself(self) -> float:
        return self.share(self.affected)

    def record(self, name: Name) -> float:
        return self.share([each for each in self.outcomes if name in each.records])

    @property
    def delay(self) -> float:
        """The median where the order itself is hit; 0 where it never is."""
        return self.delay_at(0.5)

    def delay_at(self, part: float) -> float:
        delays = sorted(each.delay for each in self.affected)
        return delays[min(int(len(delays) * part), len(delays) - 1)] if delays else 0.0

    def band_share(self, band: Band) -> float:
        counts = Counter(each.band for each in self.affected)
        return counts[band] / max(len(self.affected), 1)


def estimate(world: World, journey: Journey, lives: int = 4000, tolerance: Millis = 5 * MINUTE) -> Estimate:
    """Each life from its own seed, so that the same question has the same answer. Where none of the first
    fits with what was seen, none is looked for further.
    """
    fitting: list[Outcome] = []
    for seed in range(lives):
        outcome = _outcome(world, journey, seed, tolerance)
        if outcome is not None:
            fitting.append(outcome)
        elif seed == FIRST and not fitting:
            break
    return Estimate(tuple(fitting), lives - len(fitting))


def _outcome(world: World, journey: Journey, seed: int, tolerance: Millis) -> Outcome | None:
    dice = Dice(seed)
    walk = Walk(world, journey, dice, Troubles(world, journey, dice))
    visits = _seen(walk, world, journey)
    if visits is None:
        return None
    last = visits[-1]
    course = walk.go_on(last.to, last.leaves, visits) if last.to and last.leaves < INF else Course(visits)
    key, entered = journey.stays[0]
    free = Walk(world, journey, dice, None).go_on(key, float(entered))
    return _compare(world, course, free, tolerance)


# ---- what was seen


def _seen(walk: Walk, world: World, journey: Journey) -> list[Visit] | None:
    """Visits that end as they were seen to end, and the present one; None where no try fits."""
    visits: list[Visit] = []
    nexts: list[tuple[str, Millis] | None] = [*journey.stays[1:], None]
    for number, ((key, entered), following) in enumerate(zip(journey.stays, nexts, strict=True)):
        for _ in range(TRIES):
            walk.dice.forget(number)
            visit = walk.visit(walk.workflow.step(key), float(entered), number, visits)
            if _fits(visit, following, world, journey):
                break
        else:
            return None
        if following is not None:
            visit.leaves = float(following[1])
        visits.append(visit)
    return visits


def _fits(visit: Visit, following: tuple[str, Millis] | None, world: World, journey: Journey) -> bool:
    if following is None:
        left_as_seen = visit.leaves > world.as_of
    else:
        left_as_seen = visit.to == following[0] and abs(visit.leaves - following[1]) <= NEAR
    return left_as_seen and _records_fit(visit, world, journey)


def _records_fit(visit: Visit, world: World, journey: Journey) -> bool:
    came = {(each.kind, each.type): float(each.at) for each in journey.came}
    return all(
        abs(record.arrives - came[name]) <= NEAR if name in came else record.arrives > world.as_of
        for name, record in visit.records.items()
    )


# ---- with the failures and without them


def _compare(world: World, course: Course, free: Course, tolerance: Millis) -> Outcome:
    delay = 0.0 if course.finish == free.finish else course.finish - free.finish
    affected = delay > tolerance or course.marked
    emissions = {
        (e.kind, e.type): e for workflow in world.topology.workflows.values() for _, e in workflow.records
    }
    hit = frozenset(
        name
        for name in free.records
        if name in emissions and _is_hit(name, emissions[name], course, free, tolerance)
    )
    return Outcome(delay, affected, _band(course, world.as_of), hit, course.finish)


def _is_hit(name: Name, emission: Emission, course: Course, free: Course, tolerance: Millis) -> bool:
    would = free.records[name]
    record = course.records.get(name)
    if record is None:
        return True
    if record.wrong or record.doubled or (record.arrives == INF and would.arrives < INF):
        return True
    if record.arrives > would.emitted + (emission.due or 0) and record.arrives - would.arrives > tolerance:
        return True
    return any(_overtakes(record.arrives, other, course, name, free) for other in _before(emission))


def _before(emission: Emission) -> Iterator[Name]:
    return ((emission.kind, each) for each in emission.after)


def _overtakes(arrives: float, other: Name, course: Course, name: Name, free: Course) -> bool:
    """It comes before one that it must follow, and would not without the failures."""
    if other not in course.records or other not in free.records:
        return False
    in_order = free.records[other].arrives <= free.records[name].arrives + 1
    return course.records[other].arrives > arrives + 1 and in_order


def _band(course: Course, as_of: Millis) -> Band:
    waits = [span for visit in course.visits for span in visit.waits if span[1] > span[0]]
    if any(since <= as_of < until for since, until in waits):
        return Band.STUCK
    marked = [v for v in course.visits if v.marked and v.entered <= as_of]
    return Band.EXPOSED if marked or any(since <= as_of for since, _ in waits) else Band.UPCOMING
