"""The fixed point: everything that failures make of a topology.

A trouble is a value, and the rules make of finitely many values finitely many others, so what can be reached of (element, trouble) is a finite
set that does not depend on the order of visits. It is found level by level, which makes the first way to each the shortest one, and of equally
short ones the first by the ids along it. Rules see a trouble and a policy, never an element, so each is asked once for each pair that occurs.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from graph_models.enums import ElementKind
from graph_models.failure import Failure
from graph_models.impairment import Absorption, Impairment, Impairments
from graph_models.time import Millis
from impactgraph.propagation.choices import Met, decide
from impactgraph.propagation.graph import ChoiceNode, FailureGraph
from impactgraph.propagation.onset import onset
from impactgraph.propagation.rules import follow
from impactgraph.propagation.trouble import Edge, Policy, Trouble

_WIDTH = 1 << 32
"""Numbers of two things are joined into one key as a * _WIDTH + b."""
_CANNOT_FAIL = (ElementKind.TEAM, ElementKind.PLAYBOOK)


def propagate(graph: FailureGraph, failures: Sequence[Failure], *, recovery: Callable[[Failure], Millis], limit: int | None = None) -> Impairments:
    """What the failures, all together, do to the elements of the topology.

    `recovery(failure)` is its nominal end (milliseconds since 1970 UTC). With `limit` no more than so many elements are impaired, and what was
    not followed is the frontier. A failure of something that the topology does not have does nothing, and is told among `absorbed`.
    Costs O(edges reached * troubles an element has), which is one trouble for one failure nearly everywhere.
    """
    solver = _Solver(graph, limit)
    for failure in sorted(failures, key=lambda each: (each.target, each.key)):
        solver.start(failure, recovery(failure))
    solver.spread()
    while solver.choose(ElementKind.SYSTEM):
        solver.spread()
    solver.choose(ElementKind.STEP)
    return solver.result()


class _Solver:
    def __init__(self, graph: FailureGraph, limit: int | None) -> None:
        self.graph = graph
        self.limit = limit
        self.troubles: list[Trouble] = []
        self.trouble_numbers: dict[Trouble, int] = {}
        self.notes: list[tuple[str, str]] = []
        self.note_numbers: dict[tuple[str, str], int] = {}
        self.followed: dict[int, tuple[tuple[tuple[int, int], ...], tuple[int, ...]]] = {}
        # What was reached, one entry each: the element, its trouble, the entry it came from (-1: a failure), the note that explains it.
        self.at: list[int] = []
        self.what: list[int] = []
        self.cause: list[int] = []
        self.note: list[int] = []
        self.reached: set[int] = set()
        self.spread_to = 0
        self.impaired: set[int] = set()
        self.frontier: set[int] = set()
        self.absorbed: dict[tuple[int, int, int, int], None] = {}
        self.unknown: list[Absorption] = []

    def start(self, failure: Failure, until: Millis) -> None:
        """Puts the failure on its target."""
        number = self.graph.numbers.get(failure.target)
        if number is None or self.graph.kinds[number] in _CANNOT_FAIL:
            reason = f"the topology has no {failure.target}" if number is None else f"{failure.target} is not something that fails"
            self.unknown.append(Absorption(failure.target, "unknown", reason, (failure.key,)))
            return
        if until <= failure.started_at:
            return
        trouble = onset(failure, self.graph.kinds[number], self.graph.key(number), until)
        rule, outcome = follow(Edge.OWN, trouble, self.graph.own.get(number, Policy()))
        for found, detail in outcome.found:
            self._reach(number, self._number(found), -1, self._note(rule.name, detail))
        for name, detail in outcome.absorbed:
            self._absorb(number, self._note(name, detail), number, self._number(trouble))

    def spread(self) -> None:
        """Follows every edge from what was reached and not spread yet."""
        links, at, what, reached, followed = self.graph.links, self.at, self.what, self.reached, self.followed
        add_at, add_what, add_cause, add_note = at.append, what.append, self.cause.append, self.note.append
        limited = self.limit is not None
        here = self.spread_to
        while here < len(at):
            trouble = what[here]
            for target, slot in links[at[here]]:
                outcome = followed.get(slot * _WIDTH + trouble)
                if outcome is None:
                    outcome = self._follow(slot, trouble)
                for found, note in outcome[0]:
                    key = target * _WIDTH + found
                    if key in reached or (limited and self._beyond(target)):
                        continue
                    reached.add(key)
                    add_at(target)
                    add_what(found)
                    add_cause(here)
                    add_note(note)
                for note in outcome[1]:
                    self._absorb(target, note, at[here], trouble)
            here += 1
        self.spread_to = here

    def choose(self, owners: ElementKind) -> bool:
        """Takes the choices of systems or of steps, as far as their members are impaired; True where that impairs anything anew."""
        entries: defaultdict[int, list[int]] = defaultdict(list)
        for entry, element in enumerate(self.at):
            entries[element].append(entry)
        before = len(self.at)
        for choice in self.graph.choices:
            if self.graph.kinds[choice.owner] is owners and any(member in entries for each in choice.alternatives for member in each.members):
                self._choose(choice, entries)
        return len(self.at) > before

    def _choose(self, choice: ChoiceNode, entries: dict[int, list[int]]) -> None:
        met = [[seen for member in each.members for seen in self._met(choice, member, entries.get(member, ()))] for each in choice.alternatives]
        chosen, fallbacks = decide(choice, met)
        for trouble, source, rule, detail in chosen:
            self._reach(choice.owner, self._number(trouble), source, self._note(rule, detail))
        first = next((each for seen in met for each in seen), None)
        for detail in fallbacks:
            if first is not None:
                self._absorb(choice.owner, self._note("fallback", detail), self.at[first.source], self.what[first.source])

    def _met(self, choice: ChoiceNode, member: int, entries: Iterable[int]) -> Iterable[Met]:
        """The worst troubles of a member, as the owner of the choice sees them."""
        policy = choice.policy._replace(from_integration=self.graph.kinds[member] is ElementKind.INTEGRATION)
        for entry in self._worst(entries):
            _, outcome = follow(choice.edge, self.troubles[self.what[entry]], policy)
            yield from (Met(trouble, entry) for trouble, _ in outcome.found)
            for name, detail in outcome.absorbed:
                self._absorb(choice.owner, self._note(name, detail), member, self.what[entry])

    def _follow(self, slot: int, trouble: int) -> tuple[tuple[tuple[int, int], ...], tuple[int, ...]]:
        edge, policy = self.graph.edges[slot]
        rule, outcome = follow(edge, self.troubles[trouble], policy)
        found = tuple((self._number(each), self._note(rule.name, detail)) for each, detail in outcome.found if not each.scope.nothing)
        made = (found, tuple(self._note(name, detail) for name, detail in outcome.absorbed))
        self.followed[slot * _WIDTH + trouble] = made
        return made

    def _reach(self, element: int, trouble: int, cause: int, note: int) -> None:
        key = element * _WIDTH + trouble
        if key in self.reached or self.troubles[trouble].scope.nothing or (self.limit is not None and self._beyond(element)):
            return
        self.reached.add(key)
        self.at.append(element)
        self.what.append(trouble)
        self.cause.append(cause)
        self.note.append(note)

    def _beyond(self, element: int) -> bool:
        """Whether the limit leaves no room for the element."""
        if element in self.impaired:
            return False
        if self.limit is not None and len(self.impaired) >= self.limit:
            self.frontier.add(element)
            return True
        self.impaired.add(element)
        return False

    def _number(self, trouble: Trouble) -> int:
        number = self.trouble_numbers.setdefault(trouble, len(self.troubles))
        if number == len(self.troubles):
            self.troubles.append(trouble)
        return number

    def _note(self, rule: str, detail: str) -> int:
        number = self.note_numbers.setdefault((rule, detail), len(self.notes))
        if number == len(self.notes):
            self.notes.append((rule, detail))
        return number

    def _absorb(self, element: int, note: int, by: int, trouble: int) -> None:
        self.absorbed[element, note, by, trouble] = None

    def _worst(self, entries: Iterable[int]) -> list[int]:
        """Without those that another one dominates; of equal ones the first."""
        kept: list[int] = []
        for entry in entries:
            trouble = self.troubles[self.what[entry]]
            if any(trouble.dominated_by(self.troubles[self.what[other]]) for other in kept):
                continue
            kept = [other for other in kept if not self.troubles[self.what[other]].dominated_by(trouble)]
            kept.append(entry)
        return kept

    def result(self) -> Impairments:
        """All that was found, in words."""
        made: list[Impairment] = []
        entries: defaultdict[int, list[int]] = defaultdict(list)
        for entry, element in enumerate(self.at):
            cause = self.cause[entry]
            made.append(self._impairment(entry, made[cause] if cause >= 0 else None))
            entries[element].append(entry)
        ids = self.graph.ids
        by_element = {
            ids[element]: (made[found[0]],) if len(found) == 1 else tuple(made[entry] for entry in self._worst(found)) for element, found in entries.items()
        }
        absorbed = {self._absorption(*key) for key in self.absorbed}
        told = sorted({*absorbed, *self.unknown}, key=lambda each: (each.element, each.rule, each.detail, each.failures))
        return Impairments(by_element, tuple(told), tuple(ids[number] for number in sorted(self.frontier)))

    def _words(self, detail: str, element: int, by: int) -> str:
        return detail.replace("{it}", self.graph.key(element)).replace("{by}", self.graph.key(by))

    def _absorption(self, element: int, note: int, by: int, trouble: int) -> Absorption:
        rule, detail = self.notes[note]
        return Absorption(self.graph.ids[element], rule, self._words(detail, element, by), self.troubles[trouble].failures)

    def _impairment(self, entry: int, cause: Impairment | None) -> Impairment:
        element, trouble = self.at[entry], self.troubles[self.what[entry]]
        rule, detail = self.notes[self.note[entry]]
        return Impairment(
            self.graph.ids[element],
            trouble.effect,
            trouble.since,
            trouble.until,
            delay=trouble.delay,
            drain=trouble.drain,
            hold=trouble.hold,
            growing=trouble.growing,
            remaining=trouble.remaining,
            run=trouble.run,
            likelihood=trouble.likelihood,
            scope=trouble.scope,
            lost=trouble.lost,
            fixed_end=trouble.fixed_end,
            at_start=trouble.at_start,
            at_completion=trouble.at_completion,
            failures=trouble.failures,
            rule=rule,
            detail=self._words(detail, element, self.at[self.cause[entry]] if self.cause[entry] >= 0 else element),
            cause=cause,
        )
