"""Fixed point of the propagation rules: all impairments that failures cause in a topology.

A trouble is a value, and the rules make of finitely many values finitely many others, so what can be reached
of (element, trouble) is a finite set that does not depend on the order of visits. It is found level by level,
which makes the first way to each the shortest one, and of equally short ones the first by the ids along it.
Rules see a trouble and a policy, never an element, so each is asked once for each pair that occurs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from graph_models.enums import ElementKind
from graph_models.failure import Failure
from graph_models.impairment import Absorption, Impairments
from graph_models.time import Millis
from impactgraph.propagation.choices import MemberImpairment, resolve_choice
from impactgraph.propagation.graph import ChoiceNode, FailureGraph
from impactgraph.propagation.impairment_state import Edge, ImpairmentState, Policy
from impactgraph.propagation.occurrences import ImpairmentsByElement, Occurrence, Reason, worst
from impactgraph.propagation.onset import onset
from impactgraph.propagation.rules import apply_rule

_Step: TypeAlias = tuple[tuple[tuple[int, int, set[int]], ...], tuple[int, ...]]
"""What an edge makes of a trouble: (trouble, note, elements that have that trouble) found, notes of what was
absorbed.
"""
_CANNOT_FAIL = (ElementKind.TEAM, ElementKind.PLAYBOOK)


def propagate(
    graph: FailureGraph,
    failures: Sequence[Failure],
    *,
    recovery: Callable[[Failure], Millis],
    limit: int | None = None,
) -> Impairments:
    """What the failures, all together, do to the elements of the topology.

    `recovery(failure)` is its nominal end (milliseconds since 1970 UTC). With `limit` no more than so many
    elements are impaired, and what was not followed is the frontier. A failure of an element that the
    topology does not have is among `absorbed`. Costs O(edges reached * troubles an element has), which is one
    trouble for one failure nearly everywhere.
    """
    solver = _Solver(graph, limit)
    for failure in sorted(failures, key=lambda each: (each.target, each.key)):
        solver.start(failure, recovery(failure))
    solver.spread()
    for _ in (
        graph.choices
    ):  # one choice may stand on another; where they stand on each other in a circle this ends it
        if not solver.choose(ElementKind.SYSTEM):
            break
        solver.spread()
    solver.choose(ElementKind.STEP)
    return solver.result()


class _Solver:
    def __init__(self, graph: FailureGraph, limit: int | None) -> None:
        self.graph = graph
        self.limit = limit
        self.troubles: list[ImpairmentState] = []
        self.trouble_numbers: dict[ImpairmentState, int] = {}
        self.notes: list[Reason] = []
        self.note_numbers: dict[Reason, int] = {}
        self.having: list[set[int]] = []
        """Of each trouble the elements that have it."""
        self.followed: list[dict[int, _Step]] = []
        """Of each trouble what each kind of edge makes of it."""
        self.entries: list[Occurrence] = []
        self.spread_to = 0
        self.impaired: set[int] = set()
        self.frontier: set[int] = set()
        self.absorbed: dict[tuple[int, int, int, int], None] = {}
        self.unknown: list[Absorption] = []

    def start(self, failure: Failure, until: Millis) -> None:
        """Puts the failure on its target."""
        number = self.graph.numbers.get(failure.target)
        if number is None or self.graph.kinds[number] in _CANNOT_FAIL:
            reason = (
                f"the topology has no {failure.target}"
                if number is None
                else f"{failure.target} is not something that fails"
            )
            self.unknown.append(Absorption(failure.target, "unknown", reason, (failure.key,)))
            return
        if until <= failure.started_at:
            return
        trouble = onset(failure, self.graph.kinds[number], self.graph.key(number), until)
        edge = Edge.OWN_DATA if self.graph.kinds[number] is ElementKind.DATA else Edge.OWN
        rule, outcome = apply_rule(edge, trouble, self.graph.own.get(number, Policy()))
        for found, detail in outcome.impairments:
            self._reach(number, self._number(found), -1, self._note(rule.name, detail))
        for name, detail in outcome.absorbed:
            self.absorbed[number, self._note(name, detail), number, self._number(trouble)] = None

    def spread(self) -> None:
        """Follows every edge from what was reached and not spread yet.

        The inner loop: nothing in it may grow with what an element is.
        """
        links, entries, followed, absorbed = self.graph.links, self.entries, self.followed, self.absorbed
        limited = self.limit is not None
        here = self.spread_to
        while here < len(entries):
            element, trouble, _, _ = entries[here]
            steps = followed[trouble]
            for target, slot in links[element]:
                found, stopped = steps.get(slot) or self._follow(slot, trouble)
                for number, note, having in found:
                    if target not in having and not (limited and self._beyond(target)):
                        having.add(target)
                        entries.append((target, number, here, note))
                for note in stopped:
                    absorbed[target, note, element, trouble] = None
            here += 1
        self.spread_to = here

    def _follow(self, slot: int, trouble: int) -> _Step:
        edge, policy = self.graph.edges[slot]
        rule, outcome = apply_rule(edge, self.troubles[trouble], policy)
        numbers = [
            (self._number(each), self._note(rule.name, detail))
            for each, detail in outcome.impairments
            if not each.scope.nothing
        ]
        found = tuple((number, note, self.having[number]) for number, note in numbers)
        made = (found, tuple(self._note(name, detail) for name, detail in outcome.absorbed))
        self.followed[trouble][slot] = made
        return made

    def choose(self, owners: ElementKind) -> bool:
        """Takes the choices of systems or of steps, as far as their members are impaired; True where that
        impairs anything anew.
        """
        choices = [choice for choice in self.graph.choices if self.graph.kinds[choice.owner] is owners]
        entries: dict[int, list[int]] = {
            member: [] for choice in choices for each in choice.alternatives for member in each.members
        }
        before = len(self.entries)
        if entries:
            for entry, (element, *_) in enumerate(self.entries):
                if element in entries:
                    entries[element].append(entry)
            for choice in choices:
                self._choose(choice, entries)
        return len(self.entries) > before

    def _choose(self, choice: ChoiceNode, entries: Mapping[int, Sequence[int]]) -> None:
        met = [
            [seen for member in each.members for seen in self._met(choice, member, entries[member])]
            for each in choice.alternatives
        ]
        if not any(met):
            return
        chosen, fallbacks = resolve_choice(choice, met)
        for trouble, source, rule, detail in chosen:
            self._reach(choice.owner, self._number(trouble), source, self._note(rule, detail))
        for detail, source in fallbacks:
            element, trouble, _, _ = self.entries[source]
            self.absorbed[choice.owner, self._note("fallback", detail), element, trouble] = None

    def _met(self, choice: ChoiceNode, member: int, entries: Sequence[int]) -> Iterator[MemberImpairment]:
        """The worst troubles of a member, as the owner of the choice sees them."""
        policy = choice.policy._replace(from_integration=self.graph.kinds[member] is ElementKind.INTEGRATION)
        for entry in worst(entries, [self.troubles[self.entries[each][1]] for each in entries]):
            trouble = self.entries[entry][1]
            _, outcome = apply_rule(choice.edge, self.troubles[trouble], policy)
            yield from (MemberImpairment(found, entry) for found, _ in outcome.impairments)
            for name, detail in outcome.absorbed:
                self.absorbed[choice.owner, self._note(name, detail), member, trouble] = None

    def _reach(self, element: int, trouble: int, cause: int, note: int) -> None:
        if (
            element in self.having[trouble]
            or self.troubles[trouble].scope.nothing
            or (self.limit is not None and self._beyond(element))
        ):
            return
        self.having[trouble].add(element)
        self.entries.append((element, trouble, cause, note))

    def _beyond(self, element: int) -> bool:
        """Whether the limit leaves no room for the element."""
        if element in self.impaired:
            return False
        if self.limit is not None and len(self.impaired) >= self.limit:
            self.frontier.add(element)
            return True
        self.impaired.add(element)
        return False

    def _number(self, trouble: ImpairmentState) -> int:
        number = self.trouble_numbers.setdefault(trouble, len(self.troubles))
        if number == len(self.troubles):
            self.troubles.append(trouble)
            self.having.append(set())
            self.followed.append({})
        return number

    def _note(self, rule: str, detail: str) -> int:
        number = self.note_numbers.setdefault((rule, detail), len(self.notes))
        if number == len(self.notes):
            self.notes.append((rule, detail))
        return number

    def result(self) -> Impairments:
        absorbed = {self._absorption(*key) for key in self.absorbed}
        absorptions = sorted(
            {*absorbed, *self.unknown}, key=lambda each: (each.element, each.rule, each.detail, each.failures)
        )
        found = ImpairmentsByElement(self.graph, self.troubles, self.notes, self.entries)
        return Impairments(
            found, tuple(absorptions), tuple(self.graph.ids[number] for number in sorted(self.frontier))
        )

    def _absorption(self, element: int, note: int, by: int, trouble: int) -> Absorption:
        rule, detail = self.notes[note]
        return Absorption(
            self.graph.ids[element],
            rule,
            self.graph.words(detail, element, by),
            self.troubles[trouble].failures,
        )
