"""The question of an answer, as GraphQL in an address."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate
from rich.console import Console

from graph_models.enums import FailureClass
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.scope import Scope
from graph_models.time import HOUR, MINUTE
from impactgraph.cli.links import blast_query, explain_selection, print_link

NOW = 1_772_442_600_000
SUPPOSED = Failure(
    key="supposed",
    target="system:oms",
    failure_class=FailureClass.TRANSIENT,
    started_at=NOW,
    expected_end=NOW + HOUR,
    delay=MINUTE,
    drain=HOUR,
    error_rate=0.25,
    scope=Scope.from_mapping(
        {"locations": ["store-1"], "message_types": ["order"], "attributes.brand": ["acme"]}
    ),
    is_supposed=True,
)
EVERYTHING = Question(
    ("F-1", 'F "2"'), (SUPPOSED,), as_of=NOW, horizon=HOUR, assume_recovery=0, tolerance=0, min_likelihood=0.5
)


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema((Path(__file__).parents[3] / "api" / "schema.graphql").read_text())


@pytest.mark.parametrize(
    "question", [Question(), Question(("F-1",)), Question(suppose=(SUPPOSED,)), EVERYTHING]
)
@pytest.mark.parametrize("selection", ["headline", explain_selection("O-1")])
def test_the_question_is_one_that_the_schema_takes(schema: GraphQLSchema, question: Question, selection: str):
    assert validate(schema, parse(blast_query(question, selection))) == []


def test_what_is_left_to_the_defaults_is_left_out():
    assert blast_query(Question(), "headline") == "{ blastRadius { headline } }"


def test_every_option_is_in_the_address():
    text = blast_query(EVERYTHING, "headline")

    assert (
        r'failures: ["failure:F-1", "failure:F \"2\""], suppose: [{target: "system:oms", class: TRANSIENT'
        in text
    )
    assert (
        'asOf: "2026-03-02T09:10:00Z", horizon: "PT1H", assumeRecovery: "PT0S", tolerance: "PT0S", '
        "minLikelihood: 0.5" in text
    )
    assert 'scope: {locations: ["store-1"], messageTypes: ["order"], attributes: {brand: ["acme"]}}' in text


def test_the_address_brings_the_question(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("IMPACTGRAPH_URL", "https://impact.example/")
    out = Console(record=True, width=80)

    print_link(out, Question(("F-1",)), "headline")

    address = urlsplit(out.export_text().strip().removeprefix("Open it: "))
    assert (address.netloc, address.path) == ("impact.example", "/graphql")
    assert parse_qs(address.fragment) == {
        "query": ['{ blastRadius(failures: ["failure:F-1"]) { headline } }']
    }


def test_without_a_server_nothing_is_printed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("IMPACTGRAPH_URL", raising=False)
    out = Console(record=True)

    print_link(out, Question())

    assert out.export_text() == ""
