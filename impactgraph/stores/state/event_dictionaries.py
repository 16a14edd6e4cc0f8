"""Dictionary encoding of events: the dictionaries of the columns and those that only the record of events
needs.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import partial

from graph_models.topology import Topology
from impactgraph.columns import Dictionaries, Dictionary, WorkflowDictionary, dictionary

_MOST_RECORDS = 63


@dataclass
class EventDictionaries(Dictionaries):
    """Dictionaries of the columns and of the record of events. Values are only ever appended."""

    sources: Dictionary = dictionary("source")
    steps: Dictionary = dictionary("step")
    """Bare keys, whatever the workflow."""
    notes: Dictionary = dictionary("note")
    """Channels of messages, suppliers that confirmed."""
    workflow_codes: dict[str, int] = field(default_factory=dict[str, int])
    """Index in `workflows` by key."""
    asked_as: Callable[[str, str], str] | None = None

    def word_lists(self) -> Iterator[tuple[str, list[str]]]:
        """(domain, values) of everything that a record stores, in a fixed order; without attributes."""
        for domain, entries in self._by_domain().items():
            yield domain, entries.values
        yield "workflow", [workflow.key for workflow in self.workflows]
        for workflow in self.workflows:
            yield f"steps:{workflow.key}", workflow.steps
            yield f"records:{workflow.key}", _record_words(workflow)

    def _by_domain(self) -> dict[str, Dictionary]:
        """The dictionaries that events add values to, by the domain under which a record stores them."""
        return {f.metadata["domain"]: getattr(self, f.name) for f in fields(self) if "domain" in f.metadata}

    @staticmethod
    def from_word_lists(lists: Mapping[str, list[str]]) -> "EventDictionaries":
        """The reverse of `word_lists`."""
        dictionaries = EventDictionaries()
        dictionaries.extend(lists)
        return dictionaries

    def sizes(self) -> dict[str, int]:
        """Number of values of each domain, which `truncate` takes."""
        return {domain: len(values) for domain, values in self.word_lists()}

    def truncate(self, sizes: Mapping[str, int]) -> None:
        """Drops the values that were added after `sizes`. No array may contain their codes."""
        for workflow in self.workflows[sizes["workflow"] :]:
            del self.workflow_codes[workflow.key]
        del self.workflows[sizes["workflow"] :]
        for workflow in self.workflows:
            del workflow.steps[sizes[f"steps:{workflow.key}"] :]
            del workflow.records[sizes[f"records:{workflow.key}"] :]
            del workflow.emitters[sizes[f"records:{workflow.key}"] :]
        for domain, entries in self._by_domain().items():
            entries.truncate(sizes[domain])

    def extend(self, new_values: Mapping[str, list[str]]) -> None:
        """Appends the values of each domain, in the order of the codes that another process gave them."""
        by_domain = self._by_domain()
        for domain, values in new_values.items():
            if domain in by_domain:
                for value in values:
                    by_domain[domain].encode(value)
        for key in new_values.get("workflow", []):
            self._workflow(key)
        for workflow in self.workflows:
            workflow.steps += new_values.get(f"steps:{workflow.key}", [])
            for word in new_values.get(f"records:{workflow.key}", []):
                emitter, kind, name = word.split(":", 2)
                workflow.records.append((kind, name))
                workflow.emitters.append(int(emitter))

    def attribute(self, name: str) -> Dictionary:
        """The dictionary of this attribute's values, new where there is none."""
        if name not in self.attributes:
            self.adopt_attribute(name, Dictionary())
        return self.attributes[name]

    def adopt_attribute(self, name: str, values: Dictionary) -> None:
        values.asked_as = partial(self.asked_as, name) if self.asked_as is not None else None
        self.attributes[name] = values

    def ask_as(self, asked_as: Callable[[str, str], str]) -> None:
        """Questions about attributes name values that `asked_as` (name, value) turns into what is kept."""
        self.asked_as = asked_as
        for name, values in self.attributes.items():
            self.adopt_attribute(name, values)

    def add_workflows(self, topology: Topology) -> bool:
        """Adds the topology's workflows, steps and record types; True where a workflow's step or record is
        new.
        """
        has_grown = False
        for workflow in topology.workflows.values():
            entry = self._workflow(workflow.key)
            for step in workflow.steps:
                self.steps.encode(step.key)
                if step.key not in entry.steps:
                    entry.steps.append(step.key)
                    has_grown = True
            for place, emission in workflow.records:
                self.types.encode(emission.type)
                record = (emission.kind.value, emission.type)
                if record not in entry.records and len(entry.records) < _MOST_RECORDS:
                    entry.records.append(record)
                    entry.emitters.append(entry.steps.index(workflow.steps[place].key))
                    has_grown = True
        return has_grown

    def _workflow(self, key: str) -> WorkflowDictionary:
        if key not in self.workflow_codes:
            self.workflow_codes[key] = len(self.workflows)
            self.workflows.append(WorkflowDictionary(key))
        return self.workflows[self.workflow_codes[key]]


def _record_words(workflow: WorkflowDictionary) -> list[str]:
    """`emitter:kind:type` of each record."""
    records = zip(workflow.records, workflow.emitters, strict=True)
    return [f"{emitter}:{kind}:{name}" for (kind, name), emitter in records]
