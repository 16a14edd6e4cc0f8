"""Every situation of fixtures/situations through the real store and use case: the verdict, the desk's
sentence, and the kind and the words of the message to the customer.
"""

from collections import Counter

import pytest

from graph_models.customer_facts import CustomerFacts, CustomerMessageKind
from graph_models.diagnosis import Diagnosis, DiagnosisState
from impactgraph.usecases.why import why
from tests.situations import SituationCase, situations

SITUATIONS = {each.name: each for each in situations()}


def marks(facts: CustomerFacts) -> list[str]:
    """What is true of the message beside its kind."""
    flags = (
        ("late", facts.is_late),
        ("at risk", facts.is_at_risk),
        ("edited", facts.is_edited),
        ("rerouted", facts.is_rerouted),
    )
    return [word for word, applies in flags if applies] + [each.value for each in facts.overdue_notices]


def diagnosis_of(situation: SituationCase) -> tuple[Diagnosis, CustomerFacts, str]:
    """With the English message to the customer."""
    store = situation.store()
    try:
        answer = why(store, "O-1", situation.at)
        message = answer.messages.write(language="en").text
    finally:
        store.close()
    assert answer.diagnosis.customer_facts is not None
    return answer.diagnosis, answer.diagnosis.customer_facts, message


@pytest.mark.parametrize("name", list(SITUATIONS))
def test_a_situation_has_its_verdict_its_sentence_and_its_message(name: str) -> None:
    given = SITUATIONS[name].given

    diagnosis, facts, message = diagnosis_of(SITUATIONS[name])

    assert (diagnosis.state, diagnosis.headline) == (given["verdict"], given["says"])
    assert (facts.kind, marks(facts)) == (given["customer"], given.get("marks", []))
    assert message == given["message"]


def test_every_verdict_and_every_kind_of_message_has_a_situation() -> None:
    given = [each.given for each in SITUATIONS.values()]

    assert {each["verdict"] for each in given} == set(DiagnosisState)
    assert {each["customer"] for each in given} == set(CustomerMessageKind)


def test_the_desk_knows_of_a_promise_that_the_customer_is_warned_about() -> None:
    warnings = [each.given for each in SITUATIONS.values() if "later than promised" in each.given["message"]]

    assert [given["name"] for given in warnings if "promise" not in given["says"]] == []
    assert warnings


def test_no_two_situations_have_the_same_name() -> None:
    assert [name for name, count in Counter(each.name for each in situations()).items() if count > 1] == []
    assert len(SITUATIONS) == len(situations())
