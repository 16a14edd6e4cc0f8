"""Lookup tables from the codes of events to the steps and records of each workflow."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph_models.topology import Topology
from impactgraph.columns import Codes, Ints, WorkflowDictionary
from impactgraph.columns.declare import Flags
from impactgraph.stores.state.event_dictionaries import EventDictionaries
from impactgraph.stores.state.event_kinds import RECORDS
from impactgraph.stores.state.event_tables import EventRows

_KIND_OF_RECORD = {record.value: int(kind) for kind, record in RECORDS.items()}


@dataclass(frozen=True)
class WorkflowLookup:
    """What step and record codes mean in each workflow. Built anew when the topology changes."""

    step: Codes
    """[workflow, step code]: index of the step in its workflow, -1 where it has none of that key."""
    position: Ints
    """[workflow, step index]: its place in the workflow of the current topology."""
    is_current: Flags
    """[workflow, step index]: whether the current topology has it."""
    bit: NDArray[np.uint64]
    """[workflow, kind of event, type code]: the bit of that record as a mask, 0 where none is expected."""
    emitter: Codes
    """[workflow, kind of event, type code]: index of the step that emits that record, -1 where none does."""
    most_steps: int

    @staticmethod
    def of(dictionaries: EventDictionaries, topology: Topology) -> "WorkflowLookup":
        """The tables for the current topology; they also know steps that earlier topologies had."""
        workflows = dictionaries.workflows
        count = max(len(workflows), 1)
        most_steps = max([1, *(len(workflow.steps) for workflow in workflows)])
        bit = np.zeros((count, 16, len(dictionaries.types)), np.uint64)
        lookup = WorkflowLookup(
            step=np.full((count, len(dictionaries.steps)), -1, np.int32),
            position=np.tile(np.arange(most_steps, dtype=np.int64), (count, 1)),
            is_current=np.zeros((count, most_steps), np.bool_),
            bit=bit,
            emitter=np.full(bit.shape, -1, np.int32),
            most_steps=most_steps,
        )
        for index, workflow in enumerate(workflows):
            current = topology.workflows.get(workflow.key)
            places = {step.key: place for place, step in enumerate(current.steps)} if current else {}
            lookup._add(index, workflow, places, dictionaries)
        return lookup

    def _add(
        self,
        index: int,
        workflow: WorkflowDictionary,
        places: dict[str, int],
        dictionaries: EventDictionaries,
    ) -> None:
        for step, key in enumerate(workflow.steps):
            self.step[index, dictionaries.steps.encode(key)] = step
            self.position[index, step] = places.get(key, step)
            self.is_current[index, step] = key in places
        for record, (kind, name) in enumerate(workflow.records):
            cell = (index, _KIND_OF_RECORD[kind], dictionaries.types.encode(name))
            self.bit[cell] = np.uint64(1) << np.uint64(record)
            self.emitter[cell] = workflow.emitters[record]

    def step_index(self, workflow: NDArray[Any], step: NDArray[Any]) -> Codes:
        """Index of each step code in its workflow, -1 where the workflow is unknown or has no such step."""
        is_valid = (workflow >= 0) & (step < self.step.shape[1])
        cell = (np.where(is_valid, workflow, 0), np.where(is_valid, step, 0))
        return np.where(is_valid, self.step[cell], np.int32(-1))

    def step_position(self, workflow: NDArray[Any], step: NDArray[Any]) -> Ints:
        """Place of each step index in its workflow; of -1, that of the first step."""
        return self.position[np.maximum(workflow, 0), np.maximum(step, 0)]

    def has_current(self, workflow: NDArray[Any], step: NDArray[Any]) -> Flags:
        """Whether the current topology has each step index; of -1, whether it has the first step."""
        return self.is_current[np.maximum(workflow, 0), np.maximum(step, 0)]

    def record_bits(self, workflow: NDArray[Any], events: EventRows) -> NDArray[np.uint64]:
        """Mask of each event's record in its workflow, 0 where the workflow expects none such."""
        is_valid = (workflow >= 0) & (events.type < self.bit.shape[2])
        cell = (np.where(is_valid, workflow, 0), events.kind, np.where(is_valid, events.type, 0))
        return np.where(is_valid, self.bit[cell], np.uint64(0))

    def note_first_records(
        self, first_recorded_at: Ints, rows: NDArray[Any], workflow: NDArray[Any], events: EventRows
    ) -> None:
        """Writes the time of each step's first record to [row, step]: the earliest, in any order of the
        events.
        """
        is_valid = (workflow >= 0) & (events.type < self.emitter.shape[2])
        cell = (np.where(is_valid, workflow, 0), events.kind, np.where(is_valid, events.type, 0))
        step = np.where(is_valid, self.emitter[cell], np.int32(-1))
        has_emitter = step >= 0
        target = (rows[has_emitter], step[has_emitter])
        is_first = first_recorded_at[target] == 0
        first_recorded_at[target[0][is_first], target[1][is_first]] = np.iinfo(np.int64).max
        np.minimum.at(first_recorded_at, target, events.time[has_emitter])
