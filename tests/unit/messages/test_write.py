"""What messages say, in the words that are sent."""

from dataclasses import replace
from decimal import Decimal

import pytest

from graph_models.customer_facts import CustomerArrival as Arrival
from graph_models.customer_facts import CustomerMessageKind as Kind
from graph_models.customer_facts import CustomerNotice as Notice
from graph_models.customer_facts import CustomerStage as Stage
from graph_models.customer_message import MessageForm
from graph_models.money import Money
from graph_models.time import DAY, HOUR
from tests.unit.messages.facts import EURO, NOW, facts, message, part

KOBE = facts(Kind.ON_ITS_WAY, stage=Stage.ON_ITS_WAY, expected_by=NOW + 2 * HOUR + 55 * 60_000)
READY = facts(
    Kind.READY_TO_COLLECT,
    stage=Stage.READY_TO_COLLECT,
    arrival=Arrival.COLLECTION,
    expected_at=None,
    expected_by=None,
    since=NOW - 20 * HOUR,
)


@pytest.mark.parametrize(
    ("language", "zone", "text"),
    [
        (
            "en",
            "Asia/Tokyo",
            "Your order O-019869 is on its way. We expect to deliver it today by about 06:30 (Japan Time).",
        ),
        (
            "en-US",
            "America/New_York",
            "Your order O-019869 is on its way. We expect to deliver it today by about 4:30 PM "
            "(Eastern Time).",
        ),
        (
            "de",
            "Europe/Berlin",
            "Ihre Bestellung O-019869 ist unterwegs. Die Lieferung erwarten wir heute bis etwa 22:30 Uhr "
            "(Mitteleuropäische Zeit).",
        ),
        (
            "fr",
            "Europe/Paris",
            "Votre commande O-019869 est en route. La livraison est prévue aujourd'hui avant 22:30 environ "
            "(heure d\u2019Europe centrale).",
        ),
        (
            "es",
            "Europe/Madrid",
            "Su pedido O-019869 está en camino. Prevemos entregarlo hoy antes de las 22:30 aproximadamente "
            "(hora de Europa central).",
        ),
        (
            "ja",
            "Asia/Tokyo",
            "ご注文O-019869は配送中です。本日6:30頃\uff08日本時間\uff09までにお届けする予定です。",
        ),
    ],
)
def test_each_customer_reads_the_own_language_and_the_own_clock(language: str, zone: str, text: str) -> None:
    assert message(KOBE, language, zone) == text


@pytest.mark.parametrize(
    ("language", "normal", "short"),
    [
        (
            "en",
            "Your order O-019869 has been ready to collect at Lisbon Chiado since yesterday.",
            "Your order O-019869 has been ready to collect since yesterday.",
        ),
        (
            "de",
            "Ihre Bestellung O-019869 liegt seit gestern zur Abholung bereit (Lisbon Chiado).",
            "Ihre Bestellung O-019869 liegt seit gestern zur Abholung bereit.",
        ),
        (
            "ja",
            "ご注文O-019869は昨日からLisbon Chiadoにてお受け取りいただけます。",
            "ご注文O-019869は昨日からお受け取りいただけます。",
        ),
    ],
)
def test_what_is_ready_is_ready_and_not_on_its_way(language: str, normal: str, short: str) -> None:
    assert message(READY, language, place="Lisbon Chiado") == normal
    assert message(READY, language, form=MessageForm.SHORT) == short


def test_a_missed_promise_is_never_kept_back() -> None:
    late = facts(Kind.DELAYED_WITH_DATE, expected_by=NOW + 3 * DAY, promised_by=NOW + DAY, is_late=True)

    assert message(late) == (
        "Your order O-019869 is taking longer than planned. We expect to deliver it by Thursday 26 November. "
        "This is later than promised. We're sorry."
    )
    assert message(replace(late, is_late=False)).endswith("It may be later than promised.")
    assert message(replace(late, expected_by=NOW + HOUR, is_late=False)).endswith(
        "We expect to deliver it tomorrow evening. That is still as promised."
    )


def test_a_promise_that_is_kept_is_repeated_as_it_was_given() -> None:
    assert message(facts(promised_by=NOW + 4 * DAY)) == (
        "Your order O-019869 is being prepared. We expect to deliver it by Friday 27 November."
    )


def test_without_a_date_none_is_given() -> None:
    lost = facts(
        Kind.DELAYED_NO_DATE, expected_at=None, expected_by=None, promised_by=NOW - DAY, is_late=True
    )

    assert message(lost) == (
        "Your order O-019869 is taking longer than planned. We don't have a new date yet. "
        "We've missed the date that we promised, and we're sorry."
    )


def test_parts_are_counted() -> None:
    stages = (Stage.ON_ITS_WAY, Stage.ON_ITS_WAY, Stage.BEING_PREPARED, Stage.CANCELLED)
    split = facts(Kind.PARTLY_SHIPPED, parts=tuple(map(part, stages)))

    assert message(split).startswith(
        "Your order O-019869: 2 of 3 parts are on their way. We are preparing the rest."
    )
    assert message(split, "de").startswith("Ihre Bestellung O-019869: 2 von 3 Teilen sind unterwegs.")
    assert message(split, "fr").startswith("Votre commande O-019869 : 2 colis sur 3 sont en route.")


def test_the_rest_of_a_split_order_is_reported_where_it_is() -> None:
    stages = (Stage.READY_TO_COLLECT, Stage.ON_ITS_WAY)
    mixed = facts(
        Kind.PARTLY_SHIPPED,
        stage=Stage.ON_ITS_WAY,
        arrival=Arrival.COLLECTION,
        parts=tuple(map(part, stages)),
    )

    assert message(mixed) == (
        "Your order O-019869: 1 of 2 parts is ready to collect. The rest is on its way. "
        "We expect to deliver it today by about 22:45 (UTC)."
    )


@pytest.mark.parametrize(
    ("kind", "language", "text"),
    [
        (
            Kind.CANCELLED_REFUND_DUE,
            "en",
            "Your order O-019869 was cancelled yesterday. We will refund €182.12.",
        ),
        (
            Kind.CANCELLED_REFUNDED,
            "de",
            "Ihre Bestellung O-019869 wurde gestern storniert. Wir haben Ihnen 100,00 € erstattet.",
        ),
        (
            Kind.RETURN_COMPLETE,
            "fr",
            "Le retour de votre commande O-019869 est terminé. Nous vous avons remboursé 100,00 €.",
        ),
    ],
)
def test_money_is_written_as_the_language_writes_it(kind: Kind, language: str, text: str) -> None:
    over = facts(
        kind,
        stage=Stage.CANCELLED,
        since=NOW - 20 * HOUR,
        charged=EURO,
        refunded=Money(Decimal(100), "EUR"),
        expected_at=None,
        expected_by=None,
    )

    assert message(over, language) == text


def test_a_notice_that_no_longer_matters_is_not_mentioned() -> None:
    notices = (Notice.READY_NOTICE, Notice.SHIPPING_NOTICE, Notice.INVOICE)

    ready = message(replace(READY, overdue_notices=notices))
    delivered = message(
        facts(Kind.DELIVERED, stage=Stage.DELIVERED, since=NOW - HOUR, overdue_notices=notices)
    )

    assert "We should have let you know sooner" in ready
    assert delivered.endswith("Your invoice is late, and we're looking into it.") and "told" not in delivered


def test_the_companys_own_text_says_what_is_going_on_and_the_forecast_when() -> None:
    own = message(facts(Kind.DELAYED_WITH_DATE), status="We are checking the items of {order}.")

    assert own == "We are checking the items of O-019869. We expect to deliver it today by about 22:45 (UTC)."
    assert "checking" not in message(READY, status="We are checking your items.")


def test_a_text_of_the_company_without_the_number_of_the_order_begins_with_it() -> None:
    own = message(facts(Kind.DELAYED_NO_DATE, expected_at=None, expected_by=None), status="We care.")

    assert own.startswith("About your order O-019869: We care.")


@pytest.mark.parametrize(
    ("promised_by", "expected"),
    [
        (NOW - HOUR, "We've missed the date that we promised, and we're sorry."),
        (NOW + DAY, "It may be later than promised."),
    ],
)
def test_a_promise_ahead_is_not_called_broken(promised_by: int, expected: str) -> None:
    late = facts(
        Kind.DELAYED_NO_DATE, expected_at=None, expected_by=None, promised_by=promised_by, is_late=True
    )

    assert expected in message(late)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ja"])
def test_a_message_mentions_the_part_that_was_cancelled(language: str) -> None:
    whole = facts(Kind.DELIVERED, stage=Stage.DELIVERED, since=NOW - 20 * HOUR)
    halved = replace(whole, parts=(part(Stage.DELIVERED), part(Stage.CANCELLED)))

    assert message(halved, language).startswith(message(whole, language).strip())
    assert len(message(halved, language)) > len(message(whole, language))


def test_what_is_on_its_way_is_not_called_prepared() -> None:
    status = "We are checking with the store that your items are really there."

    assert status in message(facts(), status=status)
    assert status not in message(facts(Kind.ON_ITS_WAY, stage=Stage.ON_ITS_WAY), status=status)


def test_the_companys_own_text_leaves_out_no_part_and_no_change() -> None:
    split = replace(
        facts(Kind.DELAYED_WITH_DATE),
        parts=(part(Stage.ON_ITS_WAY), part(Stage.BEING_PREPARED)),
        is_rerouted=True,
    )

    own = message(split, status="We are checking the items of {order}.")

    assert "1 of 2 parts is on its way." in own
    assert own.endswith("We are now preparing it at another location.")


@pytest.mark.parametrize("form", MessageForm)
@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ja"])
@pytest.mark.parametrize("kind", Kind)
def test_a_message_without_a_date_ends_with_a_whole_sentence(
    kind: Kind, language: str, form: MessageForm
) -> None:
    undated = facts(
        kind,
        expected_at=None,
        expected_by=None,
        parts=(part(Stage.ON_ITS_WAY), part(Stage.BEING_PREPARED)),
    )

    assert message(undated, language, form=form).endswith((".", "。"))
