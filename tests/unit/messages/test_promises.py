"""Promises in texts of the company's own: none is earlier than the forecast."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_models.time import DAY, HOUR, MINUTE, Millis, parse_moment
from impactgraph.messages.promises import PromiseBounds, promise_deadline, without_early_promises
from tests.unit.messages.facts import STANDARD

NOW: Millis = parse_moment("2026-03-02T14:00:00Z")
MIDNIGHT = NOW // DAY * DAY


def kept(text: str, next_at: Millis | None, arrival_by: Millis | None = None, language: str = "en") -> str:
    bounds = PromiseBounds(NOW, "UTC", next_at, arrival_by)
    words = STANDARD.by_language[language].time_words
    return without_early_promises(text, bounds, language=language, time_words=words)


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("within the hour", NOW + HOUR),
        ("within an hour", NOW + HOUR),
        ("in two hours", NOW + 2 * HOUR),
        ("within the next 3 days", NOW + 3 * DAY),
        ("within hours", NOW + 12 * HOUR),
        ("within a few hours", NOW + 12 * HOUR),
        ("in a few days", NOW + 3 * DAY),
        ("it leaves today", MIDNIGHT + DAY),
        ("updated this evening", MIDNIGHT + DAY),
        ("it comes tomorrow", MIDNIGHT + 2 * DAY),
        ("as soon as it is confirmed", None),
        ("in the store", None),
    ],
)
def test_words_promise_a_moment(text: str, by: int | None) -> None:
    assert promise_deadline(text, NOW, "UTC") == by


@pytest.mark.parametrize(
    ("zone", "end"),
    [
        ("Asia/Tokyo", "2026-03-02T15:00:00Z"),
        ("America/New_York", "2026-03-03T05:00:00Z"),
        ("UTC", "2026-03-03T00:00:00Z"),
    ],
)
def test_today_ends_at_the_customers_midnight(zone: str, end: str) -> None:
    assert promise_deadline("it leaves today", NOW, zone) == parse_moment(end)


def test_only_the_clause_that_promises_too_much_goes() -> None:
    text = "Your order is safe. A message has to be sent again, and we expect it to move within the hour."

    assert kept(text, NOW + 30 * MINUTE) == text
    assert kept(text, NOW + 2 * HOUR) == "Your order is safe. A message has to be sent again."
    assert kept(text, None) == "Your order is safe. A message has to be sent again."


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("It will be delivered tomorrow.", ""),  # expected in three days
        ("It leaves tomorrow.", "It leaves tomorrow."),  # expected to move on in an hour
        ("Your invoice will be sent later today.", ""),  # no forecast is about it
        ("We expect it by Friday.", ""),  # not understood, so not promised
        ("It arrives on 24 December.", ""),
        ("We are checking your items.", "We are checking your items."),
    ],
)
def test_each_promise_is_held_against_what_it_is_about(text: str, rest: str) -> None:
    assert kept(text, NOW + HOUR, NOW + 3 * DAY) == rest


@pytest.mark.parametrize(
    ("language", "text", "rest"),
    [
        ("de", "Wir prüfen Ihre Artikel. Morgen geht es weiter.", "Wir prüfen Ihre Artikel."),
        ("fr", "Nous vérifions vos articles. Livraison sous 24 h.", "Nous vérifions vos articles."),
        ("es", "Estamos comprobando. Sale mañana.", "Estamos comprobando."),
        ("ja", "商品を確認しております。明日発送します。", "商品を確認しております。"),
    ],
)
def test_in_other_languages_no_sentence_with_a_time_stays(language: str, text: str, rest: str) -> None:
    assert kept(text, NOW + MINUTE, NOW + MINUTE, language) == rest


_PHRASES = st.sampled_from(
    [
        "within the hour",
        "in two hours",
        "within hours",
        "within a few hours",
        "today",
        "tomorrow",
        "this evening",
        "within the next 3 days",
        "by Friday",
        "in the store",
    ]
)
_CLAUSES = st.builds(
    lambda start, phrase: f"{start} {phrase}",
    st.sampled_from(["it moves", "we deliver it", "your parcel is there"]),
    _PHRASES,
)
_MESSAGES = st.lists(
    st.lists(_CLAUSES, min_size=1, max_size=3).map(", and ".join), min_size=1, max_size=3
).map(lambda found: ". ".join(found) + ".")
_AHEAD = st.one_of(st.none(), st.integers(0, 4 * DAY))


@given(_MESSAGES, _AHEAD)
def test_no_message_keeps_a_promise_that_the_forecast_does_not(message: str, ahead: int | None) -> None:
    moves = None if ahead is None else NOW + ahead
    rest = kept(message, moves, moves)
    by = promise_deadline(rest, NOW, "UTC")

    assert "Friday" not in rest
    assert by is None or (moves is not None and by >= moves)
