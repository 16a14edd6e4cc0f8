"""Fixed point of the propagation rules: all impairments that failures cause in a topology.

Impairment states are values, and the rules derive finitely many from finitely many, so the set of reachable
(element, state) pairs is finite and does not depend on the order of visits. A breadth-first search finds it,
so the first path to each pair is the shortest, and of equally short ones the first by the ids along it. Rules
see a state and a policy, never an element, so each is applied once for each pair of them that occurs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
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

_Step: TypeAlias = tuple[tuple[tuple[int, int, set[int] | None], ...], tuple[int, ...]]
"""Result of an edge for a state: (state, note, elements that have that state) reached, notes of absorptions.

None for the elements where the state is to be completed with the names of the elements (see `_named`).
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
    elements are impaired, and the elements beyond them are the frontier. A failure of an element that the
    topology does not have is among `absorbed`. Costs O(edges reached * states of an element), which is one
    state for one failure nearly everywhere.
    """
    solver = _Solver(graph, limit)
    for failure in sorted(failures, key=lambda each: (each.target, each.key)):
        solver.start(failure, recovery(failure))
    solver.spread()
    # A choice may depend on another one; with a cycle of choices the number of rounds ends the loop.
    for _ in graph.choices:
        if not solver.choose(ElementKind.SYSTEM):
            break
        solver.spread()
    solver.choose(ElementKind.STEP)
    return solver.result()


class _Solver:
    def __init__(self, graph: FailureGraph, limit: int | None) -> None:
        self.graph = graph
        self.limit = limit
        self.states: list[ImpairmentState] = []
        self.state_numbers: dict[ImpairmentState, int] = {}
        self.notes: list[Reason] = []
        self.note_numbers: dict[Reason, int] = {}
        self.having: list[set[int]] = []
        """Of each state the elements that have it."""
        self.step_results: list[dict[int, _Step]] = []
        """Of each state the result of each kind of edge."""
        self.entries: list[Occurrence] = []
        self.spread_to = 0
        self.impaired_elements: set[int] = set()
        self.frontier: set[int] = set()
        self.absorptions: dict[tuple[int, int, int, int], None] = {}
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
        state = onset(failure, self.graph.kinds[number], self.graph.key(number), until)
        edge = Edge.OWN_DATA if self.graph.kinds[number] is ElementKind.DATA else Edge.OWN
        rule, outcome = apply_rule(edge, state, self.graph.own.get(number, Policy()))
        for state, detail in outcome.impairments:
            named_state = self._named(self._number(state), number, number)
            self._reach(number, named_state, -1, self._note(rule.name, detail))
        for name, detail in outcome.absorptions:
            self.absorptions[number, self._note(name, detail), number, self._number(state)] = None

    def spread(self) -> None:
        """Follows every edge from the entries that are not spread yet.

        This is the inner loop: the cost of a pass must not depend on the kind of the element.
        """
        links, entries, step_results, absorptions = (
            self.graph.links,
            self.entries,
            self.step_results,
            self.absorptions,
        )
        is_limited = self.limit is not None
        entry = self.spread_to
        while entry < len(entries):
            element, state, _, _ = entries[entry]
            steps = step_results[state]
            for target, slot in links[element]:
                impairments, absorption_notes = steps.get(slot) or self._follow(slot, state)
                for bare_state, note, elements in impairments:
                    number = bare_state if elements is not None else self._named(bare_state, target, element)
                    having = elements if elements is not None else self.having[number]
                    if target not in having and not (is_limited and self._beyond(target)):
                        having.add(target)
                        entries.append((target, number, entry, note))
                for note in absorption_notes:
                    absorptions[target, note, element, state] = None
            entry += 1
        self.spread_to = entry

    def _follow(self, slot: int, state: int) -> _Step:
        edge, policy = self.graph.edges[slot]
        rule, outcome = apply_rule(edge, self.states[state], policy)
        numbers = [
            (self._number(each), self._note(rule.name, detail))
            for each, detail in outcome.impairments
            if not each.scope.nothing
        ]
        impairments = tuple(
            (number, note, None if self._is_unnamed(number) else self.having[number])
            for number, note in numbers
        )
        step = (impairments, tuple(self._note(name, detail) for name, detail in outcome.absorptions))
        self.step_results[state][slot] = step
        return step

    def _is_unnamed(self, number: int) -> bool:
        return any("{" in chance.event for chance in self.states[number].chances)

    def _named(self, number: int, target: int, source: int) -> int:
        """The state whose events have the ids of the elements: what is uncertain of one call is not of
        another.
        """
        if not self._is_unnamed(number):
            return number
        state = self.states[number]
        it, by = self.graph.ids[target], self.graph.ids[source]
        chances = tuple(
            replace(chance, event=chance.event.replace("{it}", it).replace("{by}", by))
            for chance in state.chances
        )
        return self._number(state._replace(chances=chances))

    def choose(self, owners: ElementKind) -> bool:
        """Resolves the choices of systems or of steps with impaired members; True where that adds an
        impairment.
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
        member_states = [
            [
                state
                for member in each.members
                for state in self._member_states(choice, member, entries[member])
            ]
            for each in choice.alternatives
        ]
        if not any(member_states):
            return
        impairments, fallbacks = resolve_choice(choice, member_states)
        for state, source, rule, detail in impairments:
            self._reach(choice.owner, self._number(state), source, self._note(rule, detail))
        for detail, source in fallbacks:
            element, state, _, _ = self.entries[source]
            self.absorptions[choice.owner, self._note("fallback", detail), element, state] = None

    def _member_states(
        self, choice: ChoiceNode, member: int, entries: Sequence[int]
    ) -> Iterator[MemberImpairment]:
        """The worst impairment states of a member, as the owner of the choice sees them."""
        policy = choice.policy._replace(from_integration=self.graph.kinds[member] is ElementKind.INTEGRATION)
        for entry in worst(entries, [self.states[self.entries[each][1]] for each in entries]):
            state = self.entries[entry][1]
            _, outcome = apply_rule(choice.edge, self.states[state], policy)
            yield from (
                MemberImpairment(state, entry, self.graph.ids[member]) for state, _ in outcome.impairments
            )
            for name, detail in outcome.absorptions:
                self.absorptions[choice.owner, self._note(name, detail), member, state] = None

    def _reach(self, element: int, state: int, cause: int, note: int) -> None:
        if (
            element in self.having[state]
            or self.states[state].scope.nothing
            or (self.limit is not None and self._beyond(element))
        ):
            return
        self.having[state].add(element)
        self.entries.append((element, state, cause, note))

    def _beyond(self, element: int) -> bool:
        """Whether the limit leaves no room for the element."""
        if element in self.impaired_elements:
            return False
        if self.limit is not None and len(self.impaired_elements) >= self.limit:
            self.frontier.add(element)
            return True
        self.impaired_elements.add(element)
        return False

    def _number(self, state: ImpairmentState) -> int:
        number = self.state_numbers.setdefault(state, len(self.states))
        if number == len(self.states):
            self.states.append(state)
            self.having.append(set())
            self.step_results.append({})
        return number

    def _note(self, rule: str, detail: str) -> int:
        number = self.note_numbers.setdefault((rule, detail), len(self.notes))
        if number == len(self.notes):
            self.notes.append((rule, detail))
        return number

    def result(self) -> Impairments:
        rule_absorptions = {self._absorption(*key) for key in self.absorptions}
        ordered_absorptions = sorted(
            {*rule_absorptions, *self.unknown},
            key=lambda each: (each.element, each.rule, each.detail, each.failures),
        )
        impairments = ImpairmentsByElement(self.graph, self.states, self.notes, self.entries)
        return Impairments(
            impairments,
            tuple(ordered_absorptions),
            tuple(self.graph.ids[number] for number in sorted(self.frontier)),
        )

    def _absorption(self, element: int, note: int, by: int, state: int) -> Absorption:
        rule, detail = self.notes[note]
        return Absorption(
            self.graph.ids[element],
            rule,
            self.graph.words(detail, element, by),
            self.states[state].failures,
        )
