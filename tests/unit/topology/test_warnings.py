"""What is odd in a document but legal: one small document for each kind, and its warning."""

import pytest

from impactgraph.topology.load import check_documents
from tests.unit.topology.small_world import WORLD


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (
            "integrations: {i: {from: oms, to: erp, transport: sync, every: 5m}}",
            "b.yaml:1: integration:i: `every` is not used: only batch and file run by a schedule.",
        ),
        (
            "integrations: {i: {from: oms, to: erp, transport: sync, buffer: {capacity: 5}}}",
            "b.yaml:1: integration:i: `buffer` is not used: only a queue or a stream holds messages.",
        ),
        (
            "integrations: {i: {from: oms, to: erp, transport: batch}}",
            "b.yaml:1: integration:i: `every` or `cron` is missing: without it a batch counts as leaving at "
            "once.",
        ),
        (
            "workflows: {w: {steps: {a: {runs_on: oms}, b: {runs_on: oms}}}}",
            "b.yaml:1: workflow:w: no order comes to step 'b': no `then` leads to it from the first step.",
        ),
        (
            "workflows: {w: {steps: {a: {runs_on: oms, then: [{step: a, share: 0.5}]}}}}",
            "b.yaml:1: step:w/a: the shares of `then` add up to 0.5, and no next step takes the rest.",
        ),
        (
            "workflows: {w: {steps: {a: {runs_on: oms, then: [{step: a, share: 0.5, when: {modes: [m]}}, "
            "b]}, b: {runs_on: oms}}}}",
            "b.yaml:1: step:w/a: `share` beside `when` is not used: the first `when` that holds decides.",
        ),
        (
            "workflows: {w: {steps: {a: {runs_on: oms, then: [{step: b, share: 1}, c]}, b: {runs_on: oms}, "
            "c: {runs_on: oms}}}}",
            "b.yaml:1: step:w/a: no order takes a next step without `share`: the other shares add up to 1.",
        ),
        (
            "workflows: {w: {steps: {a: {runs_on: oms, then: [b, c]}, b: {runs_on: oms, then: [{step: c, "
            "share: 0}, b]}, c: {runs_on: oms}}}}",
            "b.yaml:1: workflow:w: orders never end after step 'b': every `then` of 'b' leads back.",
        ),
        (
            "workflows: {w: {steps: {a: {runs_on: oms, surfaces_at: a}}}}",
            "b.yaml:1: step:w/a: `surfaces_at` is not used: the step reads no data.",
        ),
    ],
)
def test_what_is_odd_but_legal_is_a_warning(text: str, warning: str) -> None:
    checked = check_documents({"a.yaml": WORLD, "b.yaml": text})

    assert (checked.errors, [str(problem) for problem in checked.warnings]) == ((), [warning])
