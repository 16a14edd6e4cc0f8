"""Messages about one order: language, own texts of the company, facts."""

from dataclasses import replace

import pytest

from graph_models.customer_facts import (
    CustomerArrival,
    CustomerFacts,
    CustomerMessageKind,
    CustomerPart,
    CustomerStage,
)
from graph_models.customer_message import MessageForm
from graph_models.enums import Transport
from graph_models.playbooks import LanguageTexts
from graph_models.time import HOUR, MINUTE
from graph_models.topology import Integration, Location, Region, System, Topology
from impactgraph.errors import BadInputError
from impactgraph.messages.internal_names import InternalNames
from impactgraph.messages.messages import CustomerMessages
from tests.unit.messages.facts import EURO, NOW, STANDARD, facts
from tests.unit.messages.test_customer import order

TOPOLOGY = Topology(
    regions={"apac": Region("apac", "", "Asia/Tokyo", "ja")},
    locations={
        "s1": Location("s1", "store", "apac", "Kobe Market"),
        "s2": Location("s2", "store", name="s2"),
    },
    systems={
        "oms": System("oms", "Order management"),
        "erp": System("erp", "SAP"),
        "orders": System("orders", "orders"),
    },
    integrations={
        "release-to-store": Integration("release-to-store", "system:oms", "system:erp", Transport.QUEUE)
    },
)
DELAYED = facts(CustomerMessageKind.DELAYED_WITH_DATE)


def messages(of: CustomerFacts = DELAYED, *texts: LanguageTexts, location: str = "s1") -> CustomerMessages:
    return CustomerMessages(STANDARD, TOPOLOGY, order("apac", location), of, NOW, NOW + 40 * MINUTE, texts)


def test_the_first_message_is_the_customers() -> None:
    every = messages().all()

    assert (every[0].language, every[0].form, every[0].timezone) == ("ja", MessageForm.SHORT, "Asia/Tokyo")
    assert [each.language for each in every[::2]] == ["ja", "en", "de", "es", "fr"]
    assert messages().write() == every[1]


def test_a_language_without_messages_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInputError, match="There are no messages in the language 'sv'"):
        messages().all("sv")


@pytest.mark.parametrize(
    ("text", "is_used"),
    [
        ("We are checking your orders.", True),
        ("Order management is down.", False),
        ("It waits in release-to-store.", False),
        ("SAP does not answer.", False),
        ("The order management  of the store", False),
    ],
)
def test_a_text_that_names_a_system_is_not_sent(text: str, is_used: bool) -> None:
    message = messages(DELAYED, LanguageTexts(text)).write(language="en").text

    assert (text in message) == is_used
    assert (InternalNames.of(TOPOLOGY).first_in(text) is None) == is_used


def test_a_text_is_used_in_its_language_and_in_the_normal_form() -> None:
    texts = LanguageTexts(by_language={"en": "We are checking {order}.", "de": "Wir prüfen {order}."})
    found = messages(DELAYED, texts)

    assert found.write(language="de-AT").text.startswith(
        f"Wir prüfen {found.order.key}. Die Lieferung erwarten wir"
    )
    assert "確認" not in found.write().text
    assert "checking" not in found.write(MessageForm.SHORT, "en").text


def test_a_text_that_promises_too_much_gives_way_to_the_next() -> None:
    early, kind = LanguageTexts("It leaves in 3 minutes."), LanguageTexts("We care for {order}.")

    assert messages(DELAYED, early, kind).write(language="en").text.startswith("We care for O-")


@pytest.mark.parametrize(("location", "name"), [("s1", "Kobe Market"), ("s2", None)])
def test_a_store_is_named_by_the_name_that_customers_know(location: str, name: str | None) -> None:
    ready = facts(
        CustomerMessageKind.READY_TO_COLLECT,
        stage=CustomerStage.READY_TO_COLLECT,
        arrival=CustomerArrival.COLLECTION,
        since=NOW - HOUR,
    )
    part = CustomerPart("O-1/1", CustomerStage.READY_TO_COLLECT, EURO, location)
    ready = replace(ready, parts=(part,))
    text = messages(ready, location=location).write(language="en").text

    assert (name in text) if name else (" at s2" not in text and "ready to collect since" in text)


def test_facts_are_in_the_customers_time_and_name_nothing_internal() -> None:
    found = messages().facts_json()

    assert found["expectedBy"] == "2026-11-24T07:34:00+09:00"
    assert (found["timezone"], found["timezoneSource"], found["language"]) == ("Asia/Tokyo", "region", "ja")
    assert "O-1/1" not in repr(found) and "store-1" not in repr(found)
