"""The communication list on drawn worlds."""

from dataclasses import replace

from graph_models.enums import FailureClass, RecordKind
from graph_models.failure import Failure
from graph_models.playbooks import LanguageTexts, Playbook
from graph_models.repair import Communication, CommunicationAction, CommunicationReason
from graph_models.time import DAY, HOUR, MINUTE, Millis
from graph_models.topology import Emission, Takes, Topology, Transition
from impactgraph.messages.read_catalogues import standard_catalogues
from impactgraph.repair.communications import communication_groups, communications
from impactgraph.repair.drafts import PROMISE
from tests.drawing import EIGHT, call, drawn, queue, step
from tests.worlds import Came, Journey, World, ask

NINE: Millis = EIGHT + HOUR
SHIPPED = Emission(RecordKind.NOTIFICATION, "shipped", "integration:tell", 10 * MINUTE, channel="email")
CONFIRMED = Emission(RecordKind.NOTIFICATION, "order_confirmed", "integration:tell", channel="email")
SHOP: Topology = replace(
    drawn(
        queue("hand", "oms", "wms", dead_letter="hand.dlq"),
        queue("tell", "oms", "mailer", dead_letter="tell.dlq"),
        step(
            "pack",
            takes=Takes(10 * MINUTE, 12 * MINUTE),
            then=(Transition("carry", "integration:hand"),),
            emits=(SHIPPED,),
        ),
        step("carry", "wms", takes=Takes(HOUR, 2 * HOUR)),
    ),
    language="de",
)
PACKED = Came(RecordKind.NOTIFICATION, "shipped", EIGHT + 16 * MINUTE)
WAITING = Journey("WAITING", (("pack", EIGHT + 5 * MINUTE),), promised_by=NINE + 2 * HOUR)


def found(topology: Topology, failure: Failure, *journeys: Journey) -> tuple[Communication, ...]:
    answer = ask(World(topology, (failure,), journeys, NINE), min_likelihood=0.05)
    return communications(answer, None, standard_catalogues())


def failing(target: str, what: FailureClass = FailureClass.OUTAGE, lasts: Millis = 6 * HOUR) -> Failure:
    return Failure("F", target, what, EIGHT, expected_end=EIGHT + lasts)


def named(items: tuple[Communication, ...], type_: str) -> Communication:
    (item,) = (item for item in items if item.type == type_)
    return item


def test_a_missed_promise_is_owed_a_message_with_the_new_date() -> None:
    item = named(found(SHOP, failing("integration:hand"), WAITING), PROMISE)

    assert (item.action, item.reason) == (CommunicationAction.SEND, CommunicationReason.PROMISE_MISSED)
    assert item.likelihood >= 0.5
    assert item.facts["promisedBy"] < item.facts["expectedBy"]
    assert item.facts["isLate"] is True
    assert (item.language, item.channel) == ("de", "email")
    assert "WAITING" in item.text


def test_a_customer_who_was_notified_since_is_owed_nothing_about_the_promise() -> None:
    told = replace(WAITING, came=(PACKED,))

    assert PROMISE not in {item.type for item in found(SHOP, failing("integration:hand"), told)}


def test_a_message_that_would_announce_too_much_is_held() -> None:
    item = named(found(SHOP, failing("integration:hand"), WAITING), "shipped")

    assert (item.action, item.reason) == (CommunicationAction.HOLD, CommunicationReason.NOT_TRUE_YET)


def test_a_message_that_announced_too_much_is_corrected() -> None:
    item = named(found(SHOP, failing("integration:hand"), replace(WAITING, came=(PACKED,))), "shipped")

    assert (item.action, item.reason) == (CommunicationAction.CORRECT, CommunicationReason.NOT_TRUE_YET)


def test_a_message_that_was_refused_is_owed() -> None:
    gone = Journey("GONE", (("pack", EIGHT + 5 * MINUTE), ("carry", EIGHT + 16 * MINUTE)))

    (item,) = found(SHOP, failing("integration:tell", FailureClass.SCHEMA_MISMATCH), gone)

    assert (item.action, item.reason, item.type) == (
        CommunicationAction.SEND,
        CommunicationReason.NOT_SENT,
        "shipped",
    )
    assert item.facts["overdueNotices"] == ["SHIPPING_NOTICE"]


def test_a_late_message_of_an_order_that_is_done_is_held() -> None:
    done = Journey(
        "DONE",
        (("pack", EIGHT + 5 * MINUTE), ("carry", EIGHT + 16 * MINUTE)),
        ended=NINE - MINUTE,
    )

    (item,) = found(SHOP, failing("integration:tell"), done)

    assert (item.action, item.reason) == (CommunicationAction.HOLD, CommunicationReason.OVERTAKEN)


def test_a_confirmation_of_a_promise_that_is_missed_is_held() -> None:
    shop = drawn(
        call("check", "oms", "wms"),
        queue("tell", "oms", "mailer"),
        step("take", "oms", "integration:check", takes=Takes(10 * MINUTE, 12 * MINUTE), emits=(CONFIRMED,)),
    )
    new = Journey("NEW", (("take", EIGHT + 50 * MINUTE),), promised_by=NINE + HOUR)

    item = named(found(shop, failing("integration:check"), new), "order_confirmed")

    assert (item.action, item.reason) == (CommunicationAction.HOLD, CommunicationReason.STATES_PROMISE)


def test_nothing_is_owed_where_the_promise_holds() -> None:
    patient = replace(WAITING, promised_by=NINE + 3 * DAY)

    assert {item.type for item in found(SHOP, failing("integration:hand"), patient)} == {"shipped"}


def test_what_may_be_sent_has_no_internal_name() -> None:
    names = Playbook(
        "a", (), elements=("integration:hand",), message=LanguageTexts("The release-to-store is down.")
    )
    plain = Playbook("b", (), elements=("integration:hand",), message=LanguageTexts("Wir arbeiten daran."))
    internal = drawn(queue("release-to-store", "oms", "wms")).integrations
    shop = replace(SHOP, playbooks={"a": names, "b": plain}, integrations={**SHOP.integrations, **internal})

    item = named(found(shop, failing("integration:hand"), WAITING), PROMISE)

    assert item.may_say == "Wir arbeiten daran."


def test_groups_count_each_message_and_each_order_once() -> None:
    items = found(SHOP, failing("integration:hand"), WAITING, replace(WAITING, order="OTHER"))

    groups = communication_groups(items)

    assert sum(group.count for group in groups) == len(items) == 4
    assert {(group.action, sum(m.amount for m in group.value)) for group in groups} == {
        (CommunicationAction.HOLD, 200),
        (CommunicationAction.SEND, 200),
    }
