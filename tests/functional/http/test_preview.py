"""What a change of a failure would change is shown before it is made: a dry run stores nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from impactgraph.bootstrap import open_store
from impactgraph.settings import Settings
from tests.functional.http.serving import Api, served
from tests.functional.http.shop import NOW, fill

FIGURES = """totals { orders stuck willMissPromise value { amount currency }
    estimates { orders { expected low high } } }"""
PAYLOAD = f"""failure {{ id endedAt expectedEnd }} problems {{ message }}
    preview {{ before {{ {FIGURES} }} after {{ {FIGURES} }} }}"""
REPORT = f"""mutation ($input: FailureInput!, $dry: Boolean) {{
    change: reportFailure(input: $input, dryRun: $dry) {{ {PAYLOAD} }} }}"""
UPDATE = f"""mutation ($id: ID!, $input: FailureUpdate!, $dry: Boolean) {{
    change: updateFailure(id: $id, input: $input, dryRun: $dry) {{ {PAYLOAD} }} }}"""
RESOLVE = f"""mutation ($id: ID!, $at: DateTime, $dry: Boolean) {{
    change: resolveFailure(id: $id, endedAt: $at, dryRun: $dry) {{ {PAYLOAD} }} }}"""
ON_RECORD = f"{{ failures {{ edges {{ node {{ id endedAt expectedEnd }} }} }} blastRadius {{ {FIGURES} }} }}"
OUTAGE = {"id": "F-7", "target": "system:oms", "class": "OUTAGE", "startedAt": "2026-03-02T09:00:00Z"}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder: Path = tmp_path_factory.mktemp("preview")
    store = open_store(str(folder), now=lambda: NOW)
    fill(store, 40)
    with (
        served(create_app(store, Settings(), now=lambda: NOW)) as address,
        httpx.Client(base_url=address, timeout=60) as client,
    ):
        yield Api(client)
    store.close()


def dry(api: Api, query: str, **variables: Any) -> Any:
    """The payload of a dry run, which leaves all as it was."""
    before = api.ask(ON_RECORD)
    payload = api.ask(query, dry=True, **variables)["change"]
    assert api.ask(ON_RECORD) == before
    return payload


def test_a_report_is_previewed_by_what_it_would_affect(api: Api) -> None:
    payload = dry(api, REPORT, input=OUTAGE)

    supposed = api.ask(
        f"query ($suppose: [FailureInput!]) {{ blastRadius(suppose: $suppose) {{ {FIGURES} }} }}",
        suppose=[OUTAGE],
    )
    assert payload["failure"] == {"id": "failure:F-7", "endedAt": None, "expectedEnd": None}
    assert payload["preview"] == {"before": None, "after": supposed["blastRadius"]}


def test_a_change_of_nothing_changes_nothing(api: Api) -> None:
    preview = dry(api, UPDATE, id="F-1", input={"summary": "Other words"})["preview"]

    assert preview["before"] == preview["after"]
    assert preview["before"]["totals"]["orders"] > 0


def test_a_later_end_affects_more_and_an_early_one_less(api: Api) -> None:
    longer = dry(api, UPDATE, id="F-1", input={"expectedEnd": "2026-03-02T23:00:00Z"})
    over = dry(api, RESOLVE, id="failure:F-1")

    assert longer["failure"]["expectedEnd"] == "2026-03-02T23:00:00Z"
    assert over["failure"]["endedAt"] is not None
    expected = [
        each["totals"]["estimates"]["orders"]["expected"]
        for each in (over["preview"]["after"], longer["preview"]["before"], longer["preview"]["after"])
    ]
    assert expected == sorted(expected) and expected[0] < expected[-1]


def test_the_preview_is_what_comes_true(api: Api) -> None:
    change = {"expectedEnd": "2026-03-02T15:00:00Z"}
    preview = dry(api, UPDATE, id="F-1", input=change)["preview"]

    made = api.ask(UPDATE, id="F-1", input=change)["change"]
    radius = api.ask(f'{{ blastRadius(failures: ["F-1"]) {{ {FIGURES} }} }}')["blastRadius"]

    assert (made["preview"], made["problems"]) == (None, [])
    assert radius == preview["after"]


@pytest.mark.parametrize(
    ("query", "variables", "said"),
    [
        (REPORT, {"input": OUTAGE | {"errorRate": 2}}, "errorRate is 2"),
        (UPDATE, {"id": "F-1", "input": {"expectedEnd": "2026-03-01T09:00:00Z"}}, "expectedEnd is before"),
        (RESOLVE, {"id": "F-1", "at": "2026-03-01T09:00:00Z"}, "before the failure started"),
    ],
)
def test_problems_are_reported_without_a_preview(
    api: Api, query: str, variables: dict[str, Any], said: str
) -> None:
    payload = dry(api, query, **variables)

    assert said in payload["problems"][0]["message"] and payload["preview"] is None
    assert api.ask(query, dry=False, **variables)["change"]["problems"] == payload["problems"]
