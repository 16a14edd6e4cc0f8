"""What a later end costs, over GraphQL: the sentence is that of the command line."""

from graph_models.impact import Question
from graph_models.time import HOUR
from impactgraph.cli.blast_answer import open_answer
from impactgraph.ports.store import Store
from impactgraph.usecases.cost_of_delay import cost_of_delay, delay_sentence
from tests.functional.http.serving import Api
from tests.functional.http.shop import NOW


def test_the_sentence_is_that_of_the_command_line(api: Api, shop: Store) -> None:
    said = api.ask(
        "{ blastRadius { delaySentence costOfDelay { endsIn } "
        'brief: delaySentence(ends: ["PT0S", "PT1H"]) } }'
    )["blastRadius"]

    with open_answer(shop, Question(), NOW) as blast:
        points = cost_of_delay(blast.snapshot, blast.answer)
        brief = cost_of_delay(blast.snapshot, blast.answer, (0, HOUR))
        assert said["delaySentence"] == delay_sentence(blast.answer, points)
        assert said["brief"] == delay_sentence(blast.answer, brief)
    assert len(said["costOfDelay"]) == len(points)


def test_without_a_failure_it_is_the_headline(api: Api) -> None:
    said = api.ask(
        '{ blastRadius(asOf: "2026-03-01T00:00:00Z") { delaySentence headline failures { id } } }'
    )["blastRadius"]

    assert said["failures"] == []
    assert said["delaySentence"] == said["headline"]


def test_ends_without_a_duration_are_an_error(api: Api) -> None:
    assert api.codes("{ blastRadius { delaySentence(ends: []) } }") == ["BAD_INPUT"]
