import json

import pytest

from graph_models.enums import FailureClass
from graph_models.incidents import Alert
from graph_models.scope import Scope
from impactgraph.errors import BadInputError
from impactgraph.usecases.alert_input import alert_input, parse_alerts

ALERT = {"id": "a1", "element": "system:oms", "startedAt": "2026-03-02T09:00:00Z"}


def problems(text: str) -> list[str]:
    with pytest.raises(BadInputError) as error:
        parse_alerts(text, "alerts.ndjson")
    return [str(each) for each in error.value.problems]


@pytest.mark.parametrize("text", [json.dumps(ALERT), json.dumps([ALERT]), f"\n{json.dumps(ALERT)}\n\n"])
def test_lines_and_arrays_are_read(text: str) -> None:
    assert parse_alerts(text, "f") == (Alert("a1", "system:oms", 1_772_442_000_000),)


def test_an_alert_is_written_and_read_again() -> None:
    alert = Alert(
        key="a",
        element="integration:to-wms",
        started_at=1_772_442_000_000,
        ended_at=1_772_445_600_000,
        failure_class=FailureClass.BACKLOG,
        scope=Scope.from_mapping({"locations": ["s1"], "attributes.carrier": ["northpost"]}),
        text="queue is full",
    )

    assert parse_alerts(json.dumps(alert_input(alert)), "f") == (alert,)


def test_every_wrong_line_is_named_with_its_place() -> None:
    text = "\n".join(
        (
            json.dumps(ALERT),
            json.dumps(ALERT | {"startedAt": "yesterday"}),
            json.dumps(ALERT | {"class": "broken"}),
            json.dumps(ALERT | {"elment": "x"}),
            "[]",
            json.dumps(ALERT | {"scope": {"location": ["s1"]}}),
            json.dumps(ALERT | {"scope": {"locations": "s1"}}),
            json.dumps(ALERT | {"scope": {"attributes": {"carrier": "northpost"}}}),
        )
    )

    found = problems(text)

    assert len(found) == 7
    assert all(f"alerts.ndjson:{line}" in each for line, each in enumerate(found, 2))
    assert "Did you mean element?" in found[2]


@pytest.mark.parametrize("text", ["{", "[1", "[" * 100_000, '{"id": "a1"}\nnope'])
def test_what_is_no_json_is_an_error(text: str) -> None:
    assert problems(text)
