"""The words that codes stand for, and how a topology's workflows read them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.topology import Topology
from impactgraph.columns import Dictionaries, Dictionary, WorkflowDictionary
from impactgraph.stores.state.kinds import RECORDS
from impactgraph.stores.state.rows import EventRows

_MOST_RECORDS = 63


@dataclass
class EventDictionaries:
    """The vocabulary of the columns with the words that only a record needs. Only ever appended to."""

    dictionaries: Dictionaries = field(default_factory=Dictionaries)
    sources: Dictionary = field(default_factory=Dictionary)
    steps: Dictionary = field(default_factory=Dictionary)
    notes: Dictionary = field(default_factory=Dictionary)
    """Channels of messages, suppliers that confirmed."""
    workflows: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def types(self) -> Dictionary:
        """Of records."""
        return self.dictionaries.types

    def lists(self) -> Iterator[tuple[str, list[str]]]:
        """Every list of words by its domain, in a fixed order, but for attributes: what a record keeps."""
        v = self.dictionaries
        yield from ((domain, words.values) for domain, words in self._named().items())
        yield "workflow", [workflow.key for workflow in v.workflows]
        for workflow in v.workflows:
            yield f"steps:{workflow.key}", workflow.steps
            yield (
                f"records:{workflow.key}",
                [
                    f"{emitter}:{kind}:{name}"
                    for (kind, name), emitter in zip(workflow.records, workflow.emitters, strict=True)
                ],
            )

    def _named(self) -> dict[str, Dictionary]:
        """The lists that events add to."""
        v = self.dictionaries
        return {
            "channel": v.channels, "mode": v.modes, "region": v.regions, "tier": v.tiers, "currency": v.currencies, "location": v.locations,
            "element": v.elements, "fail_code": v.fail_codes, "source": self.sources, "step": self.steps, "type": self.types, "note": self.notes,
        }  # fmt: skip

    @staticmethod
    def of(lists: dict[str, list[str]]) -> "EventDictionaries":
        """The reverse of `lists`."""
        lexicon = EventDictionaries()
        v = lexicon.dictionaries
        v.channels, v.modes, v.regions, v.tiers, v.currencies, v.locations, v.elements, v.fail_codes = (
            Dictionary(lists.get(domain))
            for domain in (
                "channel",
                "mode",
                "region",
                "tier",
                "currency",
                "location",
                "element",
                "fail_code",
            )
        )
        lexicon.sources, lexicon.steps, v.types, lexicon.notes = (
            Dictionary(lists.get(domain)) for domain in ("source", "step", "type", "note")
        )
        for code, key in enumerate(lists.get("workflow", [])):
            records = [word.split(":", 2) for word in lists.get(f"records:{key}", [])]
            types, emitters = (
                [(kind, name) for _, kind, name in records],
                [int(emitter) for emitter, _, _ in records],
            )
            v.workflows.append(WorkflowDictionary(key, lists.get(f"steps:{key}", []), types, emitters))
            lexicon.workflows[key] = code
        return lexicon

    def sizes(self) -> dict[str, int]:
        """How many words each list has, to `cut` it back to."""
        return {domain: len(words) for domain, words in self.lists()}

    def cut(self, sizes: Mapping[str, int]) -> None:
        """Forgets the words that came since: nobody may know their codes."""
        v = self.dictionaries
        for workflow in v.workflows[sizes["workflow"] :]:
            del self.workflows[workflow.key]
        del v.workflows[sizes["workflow"] :]
        for workflow in v.workflows:
            del workflow.steps[sizes[f"steps:{workflow.key}"] :]
            del (
                workflow.records[sizes[f"records:{workflow.key}"] :],
                workflow.emitters[sizes[f"records:{workflow.key}"] :],
            )
        for domain, words in self._named().items():
            words.cut(sizes[domain])

    def extend(self, words: Mapping[str, list[str]]) -> None:
        """Takes in words that another process gave their codes: those that follow, of each domain."""
        named = self._named()
        for domain, new in words.items():
            if domain in named:
                for word in new:
                    named[domain].code(word)
        for key in words.get("workflow", []):
            self._workflow(key)
        for key, workflow in ((workflow.key, workflow) for workflow in self.dictionaries.workflows):
            workflow.steps += words.get(f"steps:{key}", [])
            for emitter, kind, name in (word.split(":", 2) for word in words.get(f"records:{key}", [])):
                workflow.records.append((kind, name))
                workflow.emitters.append(int(emitter))

    def attribute(self, name: str) -> Dictionary:
        return self.dictionaries.attributes.setdefault(name, Dictionary())

    def learn(self, topology: Topology) -> bool:
        """Takes in the topology's workflows; True where a workflow, step or record is new."""
        grown = False
        for workflow in topology.workflows.values():
            known = self._workflow(workflow.key)
            for step in workflow.steps:
                self.steps.code(step.key)
                if step.key not in known.steps:
                    known.steps.append(step.key)
                    grown = True
            for place, emission in workflow.records:
                self.types.code(emission.type)
                record = (emission.kind.value, emission.type)
                if record not in known.records and len(known.records) < _MOST_RECORDS:
                    known.records.append(record)
                    known.emitters.append(known.steps.index(workflow.steps[place].key))
                    grown = True
        return grown

    def _workflow(self, key: str) -> WorkflowDictionary:
        if key not in self.workflows:
            self.workflows[key] = len(self.dictionaries.workflows)
            self.dictionaries.workflows.append(WorkflowDictionary(key))
        return self.dictionaries.workflows[self.workflows[key]]


@dataclass(frozen=True)
class Reading:
    """How codes are read in each workflow, as tables: made anew when the topology changes."""

    step: NDArray[np.int32]
    """[workflow, step code]: index of the step in its workflow, -1 where it has none of that key."""
    position: NDArray[np.int64]
    """[workflow, step index]: its place in the workflow as the current topology has it."""
    current: NDArray[np.bool_]
    """[workflow, step index]: whether the current topology has it."""
    bit: NDArray[np.uint64]
    """[workflow, kind of event, type code]: the bit of that record as a mask, 0 where the workflow expects none such."""
    emitter: NDArray[np.int32]
    """[workflow, kind of event, type code]: index of the step that emits that record, -1 where none does."""
    most_steps: int

    @staticmethod
    def of(lexicon: EventDictionaries, topology: Topology) -> "Reading":
        workflows = lexicon.dictionaries.workflows
        count, most = max(len(workflows), 1), max((len(w.steps) for w in workflows), default=1)
        step = np.full((count, len(lexicon.steps)), -1, np.int32)
        position, current = (
            np.tile(np.arange(max(most, 1), dtype=np.int64), (count, 1)),
            np.zeros((count, max(most, 1)), np.bool_),
        )
        bit = np.zeros((count, 16, len(lexicon.types)), np.uint64)
        emitter = np.full(bit.shape, -1, np.int32)
        kinds = {record.value: int(kind) for kind, record in RECORDS.items()}
        for w, workflow in enumerate(workflows):
            now = topology.workflows.get(workflow.key)
            places = {s.key: place for place, s in enumerate(now.steps)} if now else {}
            for index, key in enumerate(workflow.steps):
                step[w, lexicon.steps.code(key)] = index
                position[w, index] = places.get(key, index)
                current[w, index] = key in places
            for index, (kind, name) in enumerate(workflow.records):
                bit[w, kinds[kind], lexicon.types.code(name)] = np.uint64(1) << np.uint64(index)
                emitter[w, kinds[kind], lexicon.types.code(name)] = workflow.emitters[index]
        return Reading(step, position, current, bit, emitter, max(most, 1))

    def index(self, workflow: NDArray[Any], step: NDArray[Any]) -> NDArray[np.int32]:
        """Index of each step code in its workflow; -1 where the workflow is unknown or has no such step."""
        known = (workflow >= 0) & (step < self.step.shape[1])
        return np.where(
            known, self.step[np.where(known, workflow, 0), np.where(known, step, 0)], np.int32(-1)
        )

    def bits(self, workflow: NDArray[Any], kind: NDArray[Any], type_: NDArray[Any]) -> NDArray[np.uint64]:
        known = (workflow >= 0) & (type_ < self.bit.shape[2])
        return np.where(
            known, self.bit[np.where(known, workflow, 0), kind, np.where(known, type_, 0)], np.uint64(0)
        )

    def tell(
        self, told: NDArray[np.int64], row: NDArray[Any], workflow: NDArray[Any], events: EventRows
    ) -> None:
        """Notes in `told` [row, step] the first record of each step: whichever came earliest, in any order of the events."""
        known = (workflow >= 0) & (events.type < self.emitter.shape[2])
        step = np.where(
            known,
            self.emitter[np.where(known, workflow, 0), events.kind, np.where(known, events.type, 0)],
            np.int32(-1),
        )
        row, step, time = row[step >= 0], step[step >= 0], events.time[step >= 0]
        fresh = told[row, step] == 0
        told[row[fresh], step[fresh]] = np.iinfo(np.int64).max
        np.minimum.at(told, (row, step), time)
