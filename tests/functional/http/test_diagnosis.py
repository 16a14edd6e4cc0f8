"""order(id) with its diagnosis and its story, alone and on pages."""

import pytest

from graph_models.time import HOUR, MINUTE, moment
from tests.functional.http.serving import Api
from tests.functional.http.shop import NOW, event

CAUSE = (
    "kind likelihood evidence failure { id summary } element { id } path { sentence hops { from to rule } }"
)
RECORD = "kind type due lateBy amount { amount currency }"
WHOLE = f"""state since headline causes {{ {CAUSE} }} missing {{ {RECORD} }} outOfSequence {{ {RECORD} }}
  peers {{ step {{ id }} location {{ id }} overdue total sample {{ id }} inCommon {{ dimension value
  overdueWith totalWith lift pValue }} }}
  nextExpected owner {{ id name }} playbooks {{ id message }} customerMessage"""


@pytest.fixture(scope="module")
def page(api: Api) -> list[dict]:
    query = f"{{ orders(first: 60) {{ edges {{ node {{ id region diagnosis {{ {WHOLE} }} }} }} }} }}"
    return [edge["node"] for edge in api.ask(query)["orders"]["edges"]]


def test_an_order_is_reported_alone_as_it_is_on_a_page(api: Api, page: list[dict]) -> None:
    for node in page[::13]:
        alone = api.ask(
            f"query Q($id: ID!) {{ order(id: $id) {{ diagnosis {{ {WHOLE} }} }} }}", id=node["id"]
        )["order"]["diagnosis"]
        assert alone == node["diagnosis"]


def test_a_diagnosis_agrees_with_the_blast_radius_both_ways(api: Api, page: list[dict]) -> None:
    edges = api.ask("{ blastRadius { orders(first: 500) { edges { node { order { id } } } } } }")[
        "blastRadius"
    ]["orders"]["edges"]
    blamed = {node["id"] for node in page if any(cause["failure"] for cause in node["diagnosis"]["causes"])}

    assert blamed == {edge["node"]["order"]["id"] for edge in edges} != set()


def test_what_a_failure_affects_is_reported_with_its_path_and_its_owner(page: list[dict]) -> None:
    hit = [node["diagnosis"] for node in page if node["diagnosis"]["state"] in ("STUCK", "AT_RISK")]

    assert hit
    assert {each["causes"][0]["failure"]["id"] for each in hit} == {"failure:F-1"}
    assert all(
        each["causes"][0]["path"]["hops"][0]["from"] == "failure:F-1" and each["owner"]["id"] == "team:stores"
        for each in hit
    )
    assert all(
        "F-1 (Pick confirmations stopped in EMEA)" in each["headline"] and each["customerMessage"]
        for each in hit
    )


def test_a_past_moment_knows_no_failure_that_came_later(api: Api) -> None:
    before = moment(NOW - HOUR).isoformat()
    found = api.ask(
        'query Q($at: DateTime!) { order(id: "O-0000", asOf: $at) { diagnosis { state causes { failure { id '
        "} } } } }",
        at=before,
    )

    assert [cause["failure"] for cause in found["order"]["diagnosis"]["causes"] if cause["failure"]] == []


def test_a_page_of_five_hundred_is_answered_or_refused_with_the_figure(api: Api) -> None:
    plain = api.answer(
        "{ orders(first: 500) { edges { node { id diagnosis { state since headline nextExpected "
        "customerMessage } } } } }"
    )
    rich = api.answer(
        "{ orders(first: 500) { edges { node { id timeline { title element { id } } "
        f"diagnosis {{ {WHOLE} }} }} }} }} }}"
    )

    assert "errors" not in plain
    assert [error["extensions"]["code"] for error in rich.get("errors", [])] in ([], ["TOO_COMPLEX"])


def test_an_error_is_a_verdict_in_its_own_words(api: Api, shop) -> None:
    told = {
        "order": "O-0002",
        "fulfillment": "O-0002/1",
        "step": "pick",
        "code": "NO_LABEL",
        "message": "The printer is empty",
        "element": "system:storeops",
    }
    assert shop.ingest([event("fulfillment.failed", NOW - 5 * MINUTE, told, "failed")]).quarantined == []

    found = api.ask(
        f'{{ order(id: "O-0002") {{ diagnosis {{ {WHOLE} }} '
        "timeline { kind title detail fulfillment } } }"
    )["order"]

    assert found["diagnosis"]["state"] == "FAILED"
    assert (
        "NO_LABEL" in found["diagnosis"]["headline"]
        and '"The printer is empty"' in found["diagnosis"]["headline"]
    )
    assert [
        (cause["kind"], cause["element"]["id"])
        for cause in found["diagnosis"]["causes"]
        if cause["kind"] == "error"
    ] == [("error", "system:storeops")]
    assert ("fulfillment.failed", "fulfillment:O-0002/1") in {
        (entry["kind"], entry["fulfillment"]) for entry in found["timeline"]
    }


MESSAGES = """query Q($language: String, $form: MessageForm) { order(id: "O-0000") { diagnosis {
  customerMessage
  customerFacts customerMessages(language: $language, form: $form) { language form timezone text } } } }"""


def test_messages_are_in_every_language_and_form_and_the_first_is_the_customers(api: Api) -> None:
    found = api.ask(MESSAGES)["order"]["diagnosis"]
    messages = found["customerMessages"]

    assert len(messages) == 10
    assert (messages[0]["language"], messages[0]["text"]) == (
        found["customerFacts"]["language"],
        next(each["text"] for each in messages if each["form"] == "SHORT"),
    )
    assert found["customerMessage"] == next(each["text"] for each in messages if each["form"] == "NORMAL")
    assert {each["timezone"] for each in messages} == {found["customerFacts"]["timezone"]}


def test_messages_of_one_language_and_form(api: Api) -> None:
    (message,) = api.ask(MESSAGES, language="de-AT", form="SHORT")["order"]["diagnosis"]["customerMessages"]

    assert (message["language"], message["form"]) == ("de-AT", "SHORT")
    assert "Bestellung" in message["text"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ('diagnosis { customerMessages(language: "xx") { text } }', "no messages in the language 'xx'"),
        ('diagnosis(timezone: "Mars") { headline }', "timezone is 'Mars'"),
    ],
)
def test_a_language_or_zone_that_there_is_not_is_bad_input(api: Api, query: str, message: str) -> None:
    body = {"query": f'{{ order(id: "O-0000") {{ {query} }} }}'}
    (error,) = api.http.post("/graphql", json=body).json()["errors"]

    assert error["extensions"]["code"] == "BAD_INPUT"
    assert message in error["message"]


def test_sentences_name_times_in_the_zone_that_is_asked_for(api: Api) -> None:
    def answer(zone: str) -> dict:
        query = """query Q($zone: String) { blastRadius(timezone: $zone) { assumptions delaySentence }
          orders(first: 5, where: { bands: [STUCK] }) { edges { node {
            diagnosis(timezone: $zone) { headline causes { evidence } } } } } }"""
        return api.ask(query, zone=zone)

    tokyo, utc = repr(answer("Asia/Tokyo")), repr(answer("UTC"))

    assert " UTC" in utc and " UTC" not in tokyo
    assert tokyo.count(" Asia/Tokyo") == utc.count(" UTC")


def test_the_zone_of_a_blast_radius_is_checked(api: Api) -> None:
    body = {"query": '{ blastRadius(timezone: "Mars") { headline } }'}
    (error,) = api.http.post("/graphql", json=body).json()["errors"]

    assert error["message"] == "timezone is 'Mars'; give an IANA name such as Europe/Berlin."
