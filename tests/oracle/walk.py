"""The course of one order in one life, visit after visit, with the failures or without them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from graph_models.enums import RecordKind
from graph_models.topology import Step, Transition, Workflow
from tests.oracle import opening
from tests.oracle.calls import Met
from tests.oracle.dice import Dice
from tests.oracle.runs import next_run
from tests.oracle.troubles import Troubles
from tests.oracle.windows import INF
from tests.worlds import Journey, World

Name = tuple[RecordKind, str]


@dataclass(frozen=True)
class Record:
    emitted: float
    arrives: float
    wrong: bool = False
    doubled: bool = False


@dataclass
class Visit:
    """One stay in one step."""

    step: str
    entered: float
    begun: float
    done: float
    leaves: float
    to: str | None
    """The next step; None: the order is done."""
    marked: bool
    """A decision was wrong there, or it was done or handed over twice."""
    waits: list[tuple[float, float]]
    """When a failure held it."""
    records: dict[Name, Record] = field(default_factory=dict[Name, Record])
    wrong: str | None = None
    """The step where its wrong decision comes to light."""


@dataclass
class Course:
    visits: list[Visit]

    @property
    def finish(self) -> float:
        return self.visits[-1].leaves

    @property
    def marked(self) -> bool:
        return any(visit.marked for visit in self.visits)

    @property
    def records(self) -> dict[Name, Record]:
        return {name: record for visit in self.visits for name, record in visit.records.items()}


class Walk:
    """One world of one life: `troubles` is None in the one without failures."""

    def __init__(self, world: World, journey: Journey, dice: Dice, troubles: Troubles | None) -> None:
        self.topology, self.journey, self.dice, self.troubles = world.topology, journey, dice, troubles
        self.workflow: Workflow = world.topology.workflows[journey.workflow]
        self.world = world
        self.site = opening.site(world.topology, journey.location)

    def go_on(self, step: str, at: float, visits: Sequence[Visit] = (), first: int = 0) -> Course:
        """From the entry into a step to the end; `first` is the number of that visit."""
        course = list(visits)
        to: str | None = step
        while to is not None:
            visit = self.visit(self.workflow.step(to), at, len(course) + first, course)
            course.append(visit)
            to, at = visit.to, visit.leaves
            if at == INF:
                break
        return Course(course)

    # ---- one visit

    def visit(self, step: Step, entered: float, number: int, before: Sequence[Visit]) -> Visit:
        met = Met()
        opened = self._opens(step, entered)
        begun = self._start(step, opened, met)
        wrong = self._decides(step, begun, met)
        work = self.dice.work(step.takes, f"{number}/takes")
        for decided in [v for v in before if v.wrong == step.key]:
            work += self._rework(decided.step, step.key, number)
        if wrong == step.key:
            work += self._rework(step.key, step.key, number)
        begun = self._opens(step, begun + met.late)
        ready = opening.done(self.site, begun, work) if step.when_open and begun < INF else begun + work
        done = self._completes(step, ready)
        way = self._way(step, f"{number}/branch")
        over = Met()
        leaves = self._hand_over(way, done, over)
        visit = Visit(
            step=step.key,
            entered=entered,
            begun=begun,
            done=done,
            leaves=leaves,
            to=way.step if way else None,
            marked=wrong is not None or met.doubled or over.doubled,
            waits=[
                *([(entered, begun)] if begun > opened else []),
                (ready, done),
                *([(done, leaves)] if leaves > self._undisturbed(way, done) else []),
            ]
            if self.troubles
            else [],
            wrong=wrong,
        )
        self._emit(step, done, visit)
        return visit

    def _places(self, step: Step) -> list[str]:
        return [step.runs_on, step.id, f"workflow:{step.workflow}", f"location:{self.journey.location}"]

    def _start(self, step: Step, t: float, met: Met) -> float:
        """What it runs on and where, then its calls."""
        if self.troubles is None:
            return t
        for place in self._places(step):
            if place in self.topology.elements:
                t = self._there(place, t, met)
        for need in (*step.needs.required, *step.reads):
            t = self.troubles.obtain(need, t, met)
        for need in step.needs.optional:
            answer = self.troubles.call(need, t, met) if t < INF else None
            t = answer.at if answer else t
        return t

    def _there(self, place: str, t: float, met: Met) -> float:
        """A schema and old content concern what is exchanged, not the work in the system itself."""
        assert self.troubles
        while t < INF:
            mine = Met()
            answer = self.troubles.at_work(place, t, mine)
            if answer.works:
                met.add(mine)
                return t
            t = answer.again
        return t

    def _decides(self, step: Step, t: float, met: Met) -> str | None:
        """Where a wrong decision that it makes comes to light."""
        if self.troubles is None or t == INF:
            return None
        at = step.surfaces_at or step.key
        risks = [
            self.topology.data[d.partition(":")[2]].decision_risk
            for d in step.reads
            if self.troubles.is_old(d, t)
        ]
        if met.old:
            risks.append(1.0)
        return at if any(self.dice.fresh() < risk for risk in risks) else None

    def _rework(self, since: str, until: str, number: int) -> float:
        """The steps from the decision to where it comes to light are done once more."""
        first, last = self.workflow.position(since), self.workflow.position(until)
        return sum(
            self.dice.work(step.takes, f"{number}/again/{step.key}")
            for step in self.workflow.steps[min(first, last) : last + 1]
        )

    def _completes(self, step: Step, t: float) -> float:
        """The completion is recorded when what it runs on works."""
        if self.troubles is None:
            return t
        while t < INF:
            outages = [
                w
                for place in self._places(step)
                if place in self.topology.elements
                for w in self.troubles.outages(place)
                if w.since <= t < w.until
            ]
            if not outages:
                return t
            t = max(w.until for w in outages) + self.dice.lag()
        return t

    def _way(self, step: Step, name: str) -> Transition | None:
        """The first whose condition it meets, else one without a condition by its share; the rest of shares
        below one ends here.
        """
        for way in step.then:
            if way.when is not None and self._meets(way):
                return way
        ways = [way for way in step.then if way.when is None]
        stated = sum(way.share for way in ways if way.share is not None)
        open_ways = sum(way.share is None for way in ways)
        drawn, passed = self.dice.named(name), 0.0
        for way in ways:
            passed += max(1 - stated, 0) / open_ways if way.share is None else way.share
            if drawn < passed:
                return way
        return ways[-1] if ways and passed > 1 - 1e-9 else None

    def _meets(self, way: Transition) -> bool:
        assert way.when
        return all(
            not allowed or value in allowed
            for allowed, value in (
                (way.when.channels, self.journey.channel),
                (way.when.regions, self.journey.region),
            )
        )

    def _opens(self, step: Step, t: float) -> float:
        """When its location is open, where it needs that."""
        return opening.opens(self.site, t) if step.when_open and t < INF else t

    def _hand_over(self, way: Transition | None, t: float, met: Met) -> float:
        sent = self._sent(way.via if way else None, t, met)
        return opening.collected(self.site, way.pickup, sent) if way and sent < INF else sent

    def _undisturbed(self, way: Transition | None, t: float) -> float:
        """When it would leave without the failures."""
        return Walk(self.world, self.journey, self.dice, None)._hand_over(way, t, Met())

    def _sent(self, via: str | None, t: float, met: Met) -> float:
        if via is None or t == INF:
            return t
        if self.troubles is not None:
            return self.troubles.deliver(via, t, met)
        schedule = self.topology.integrations[via.partition(":")[2]].schedule
        return next_run(schedule, t) if schedule else t

    def _emit(self, step: Step, done: float, visit: Visit) -> None:
        for emission in step.emits:
            met = Met()
            arrives = self._sent(emission.via, done, met)
            visit.records[emission.kind, emission.type] = Record(done, arrives, met.old, met.doubled)
