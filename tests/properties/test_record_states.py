"""The list of all records: each once, and in the state that the findings say."""

from collections import Counter

import numpy as np
from hypothesis import given, settings

from graph_models.enums import RecordEffect, RecordState
from impactgraph.diagnosis.records.states_of_records import record_states
from impactgraph.forecast.durations import learn_durations
from tests.properties.test_record_findings import recorded, watched
from tests.worlds import SmallStore, World, columns_of

_ORDER = (
    RecordEffect.MISSING,
    RecordEffect.OUT_OF_SEQUENCE,
    RecordEffect.LATE,
    RecordEffect.DUPLICATED,
    RecordEffect.WRONG,
)
"""Of several findings on a record, the first of these is its state."""


@settings(max_examples=100, deadline=None)
@given(recorded())
def test_each_record_is_listed_once_in_the_state_that_the_findings_say(world: World) -> None:
    columns = columns_of(world)
    durations = learn_durations(world.topology, columns.dictionaries, SmallStore(world).visits(), world.as_of)
    states = record_states(world.topology, columns, durations, world.as_of)
    lines = [states.line(index) for index in range(len(states))]
    findings: dict[tuple[str, str, str], set[RecordEffect]] = {}
    for each in watched(world).findings():
        findings.setdefault((each.fulfillment, each.kind.value, each.type), set()).add(each.effect)

    assert (
        max(
            Counter((line.fulfillment, line.kind, line.type, line.step) for line in lines).values(), default=1
        )
        == 1
    )
    for line in lines:
        effects = findings.get((line.fulfillment, line.kind.value, line.type), set())
        if line.state in (RecordState.MADE, RecordState.DUE):
            assert (line.recorded_at is not None) == (line.state is RecordState.MADE)
        else:
            assert RecordEffect(line.state.value) in effects
    named = {(line.fulfillment, line.kind.value, line.type): line for line in lines}
    single = Counter((line.fulfillment, line.kind.value, line.type) for line in lines)
    for key, effects in findings.items():
        if single[key] == 1:
            worst = next(effect for effect in _ORDER if effect in effects)
            assert named[key].state.value == worst.value
    assert np.all(states.recorded_at >= 0)
