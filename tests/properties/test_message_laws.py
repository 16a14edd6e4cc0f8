"""Laws of messages to customers: over all kinds, languages, forms, zones and moments."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from babel.dates import format_date, get_day_names
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_models.customer_facts import (
    CustomerArrival,
    CustomerFacts,
    CustomerMessageKind,
    CustomerNotice,
    CustomerPart,
    CustomerStage,
)
from graph_models.customer_message import MessageForm
from graph_models.money import Money
from graph_models.time import DAY, Millis, moment, parse_moment
from graph_models.zones import local, zone_info
from impactgraph.messages.gsm import as_gsm, fits, is_gsm
from impactgraph.messages.moments import CustomerClock, MomentKind
from impactgraph.messages.read_catalogues import standard_catalogues
from impactgraph.messages.write import Writer

SETTINGS = settings(max_examples=300, deadline=None)
CATALOGUES = standard_catalogues()
ORDER = "O-019869"
SINCE = parse_moment("2026-01-01T00:00:00Z")
MONEY = Money(Decimal("1282.12"), "EUR")

_ZONES = st.sampled_from(
    [
        "UTC",
        "Asia/Tokyo",
        "Asia/Kathmandu",
        "Europe/Berlin",
        "Europe/London",
        "America/New_York",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
        "America/Sao_Paulo",
        "Etc/GMT+12",
    ]
)
_LANGUAGES = st.sampled_from(["en", "en-US", "de", "de-AT", "fr", "fr-CA", "es", "es-MX", "ja"])
_NOW = st.integers(SINCE, SINCE + 800 * DAY)
_AHEAD = st.one_of(st.integers(0, 3 * DAY), st.integers(0, 40 * DAY), st.integers(0, 500 * DAY))
_STAGES = st.sampled_from(list(CustomerStage))


@st.composite
def situations(draw: st.DrawFn) -> tuple[Writer, CustomerFacts]:
    """Facts as a diagnosis may give them, and the writer of their message."""
    now = draw(_NOW)
    expected = draw(st.one_of(st.none(), _AHEAD))
    spread = draw(st.integers(0, 3 * DAY))
    promised = draw(st.one_of(st.none(), st.integers(-3 * DAY, 20 * DAY)))
    stages = draw(st.lists(_STAGES, min_size=1, max_size=3))
    of = CustomerFacts(
        kind=draw(st.sampled_from(list(CustomerMessageKind))),
        stage=stages[0],
        arrival=draw(st.sampled_from(list(CustomerArrival))),
        parts=tuple(
            CustomerPart(f"secret-{n}", each, MONEY, "secret-store") for n, each in enumerate(stages)
        ),
        since=draw(st.one_of(st.none(), _AHEAD.map(lambda ago: now - ago))),
        expected_at=None if expected is None else now + expected,
        expected_by=None if expected is None else now + expected + spread,
        promised_by=None if promised is None else now + promised,
        is_late=promised is not None and draw(st.booleans()),
        is_at_risk=draw(st.booleans()),
        is_edited=draw(st.booleans()),
        is_rerouted=draw(st.booleans()),
        charged=draw(st.sampled_from([None, MONEY])),
        refunded=draw(st.sampled_from([None, MONEY])),
        overdue_notices=tuple(draw(st.lists(st.sampled_from(list(CustomerNotice)), max_size=3, unique=True))),
    )
    language = draw(_LANGUAGES)
    _, catalogue = CATALOGUES.closest(language)
    form = draw(st.sampled_from(list(MessageForm)))
    return Writer(catalogue, language, form, draw(_ZONES), now, ORDER, place="Lisbon Chiado"), of


@SETTINGS
@given(situations())
def test_no_message_is_empty_or_has_a_placeholder_or_an_internal_name(
    situation: tuple[Writer, CustomerFacts],
) -> None:
    writer, of = situation
    text = writer.message(of)

    assert ORDER in text
    assert text.endswith((".", "。")), text
    assert re.search(r"[{}#_]|secret|  |\.\.|None", text) is None
    assert not any(
        word in text for word in (*CustomerMessageKind, *CustomerStage, *CustomerNotice) if "_" in word
    )


@SETTINGS
@given(situations())
def test_a_short_message_fits_into_one_text_message(situation: tuple[Writer, CustomerFacts]) -> None:
    writer, of = situation
    text = writer.message(of)

    if writer.form is MessageForm.SHORT:
        assert fits(text), (len(text), text)
        assert is_gsm(text) or writer.catalogue.language == "ja"


@SETTINGS
@given(situations())
def test_the_zone_is_named_once_where_there_is_a_time_of_day(situation: tuple[Writer, CustomerFacts]) -> None:
    writer, of = situation
    text = writer.message(of)
    times = re.findall(r"\d\d?(?::| h )\d\d", text)

    names = {writer.clock.zone, replace(writer.clock, is_zone_offset=True).zone}

    assert len(times) <= 1
    assert any(text.count(f"{_plain(name, text)}") == len(times) for name in names), (text, names)


@SETTINGS
@given(situations())
def test_no_date_is_shown_before_the_upper_end_of_the_forecast(
    situation: tuple[Writer, CustomerFacts],
) -> None:
    writer, of = situation
    text = writer.message(of)
    upper_end = of.expected_by
    if upper_end is None:
        return

    shown = _expected_until(writer, of)
    if shown is not None:
        assert shown >= upper_end, (text, moment(upper_end))


@SETTINGS
@given(_NOW, _AHEAD, _ZONES, _LANGUAGES, st.booleans())
def test_a_moment_in_words_is_never_sooner_than_the_moment(
    now: Millis, ahead: int, zone: str, language: str, is_short: bool
) -> None:
    writer = Writer(
        CATALOGUES.closest(language)[1],
        language,
        MessageForm.SHORT if is_short else MessageForm.NORMAL,
        zone,
        now,
        ORDER,
    )
    kind, values = writer.clock.upcoming(now + ahead)

    assert _until(writer.clock, kind, values, now + ahead) >= now + ahead


@SETTINGS
@given(_NOW, _AHEAD, _ZONES, _LANGUAGES, st.booleans())
def test_a_day_has_its_date_and_in_another_year_its_year(
    now: Millis, ahead: int, zone: str, language: str, is_short: bool
) -> None:
    _, catalogue = CATALOGUES.closest(language)
    form = MessageForm.SHORT if is_short else MessageForm.NORMAL
    clock = Writer(catalogue, language, form, zone, now, ORDER).clock
    kind, values = clock.upcoming(now + ahead)
    there, here = local(now + ahead - 1, zone), local(now, zone)  # midnight ends its day

    if kind is MomentKind.DAY:
        assert re.search(rf"(?<!\d){there.day}(?!\d)", str(values["date"]))
        assert (str(there.year) in str(values["date"])) == (there.year != here.year)
    else:
        days = (there.date() - here.date()).days
        assert days <= 1 and not any(
            name in str(values.values()) for name in get_day_names("wide", locale=clock.locale).values()
        )


@SETTINGS
@given(situations())
def test_what_the_customer_has_or_can_collect_is_never_on_its_way(
    situation: tuple[Writer, CustomerFacts],
) -> None:
    writer, of = situation
    text = writer.message(of)
    on_its_way = {"en": "on its way", "de": "unterwegs", "fr": "en route", "es": "en camino", "ja": "配送中"}
    settled = (
        CustomerMessageKind.READY_TO_COLLECT,
        CustomerMessageKind.DELIVERED,
        CustomerMessageKind.COLLECTED,
        CustomerMessageKind.CANCELLED,
    )

    if of.kind in settled:
        assert on_its_way[writer.catalogue.language] not in text


@SETTINGS
@given(situations())
def test_a_late_order_says_so(situation: tuple[Writer, CustomerFacts]) -> None:
    writer, of = situation
    kinds = (CustomerMessageKind.DELAYED_WITH_DATE, CustomerMessageKind.DELAYED_NO_DATE)
    if of.kind not in kinds or not of.is_late:
        return

    templates = writer.catalogue.sections["late"]
    words = [str(templates[name].of(writer.form).parts[0]) for name in ("will_miss", "overdue")]
    text = writer.message(of)

    assert any(_plain(each, text) in text for each in words)


def _plain(words: str, text: str) -> str:
    """The words as they are in a text whose letters may have been made plain."""
    return words if words in text else as_gsm(words)


def _expected_until(writer: Writer, of: CustomerFacts) -> Millis | None:
    """Until when the message expects what the customer waits for; None where it gives no date."""
    template = writer.catalogue.template("kinds", of.kind.value.lower(), writer.form)
    if "expected" not in template.names or of.expected_by is None:
        return None
    expected = of.expected_by or 0
    if of.promised_by is not None and not of.is_late:
        expected = max(expected, of.promised_by)
    kind, _ = writer.clock.upcoming(expected)
    phrase = writer.catalogue.template("moments", kind.value, writer.form)
    message = writer.message(of)
    for clock in (writer.clock, replace(writer.clock, is_zone_offset=True)):
        kind, values = clock.upcoming(expected)
        said = phrase.text(dict(values), lambda number: "one" if number == 1 else "other").rstrip(".")
        if _plain(said, message) in message:
            return _until(clock, kind, values, expected)
    raise AssertionError(f"{message!r} does not name {moment(expected)}")


def _until(clock: CustomerClock, kind: MomentKind, values: object, at: Millis) -> Millis:
    """The end of what the words name, as the customer reads them: the earliest reading of a time of day, else
    the end of the part of the day that contains the moment, or of the day that the date names.
    """
    assert isinstance(values, dict)
    today = local(clock.now, clock.timezone)
    if kind is MomentKind.TODAY:
        return _first_reading(clock, str(values["time"]), today.date())
    if kind is MomentKind.TONIGHT:
        return _millis(clock, today.date() + timedelta(days=1), 0)
    tomorrow = today.date() + timedelta(days=1)
    ends = {
        MomentKind.TOMORROW_MORNING: (tomorrow, 12),
        MomentKind.TOMORROW_AFTERNOON: (tomorrow, 17),
        MomentKind.TOMORROW_EVENING: (tomorrow + timedelta(days=1), 0),
    }
    if kind in ends:
        return _millis(clock, *ends[kind])
    day = local(at - 1, clock.timezone).date()  # midnight ends its day
    shown = str(values["date"])
    assert (
        str(day.day) in shown
        and format_date(day, "LLL", locale=clock.locale)[:3]
        in shown.replace(
            format_date(day, "LLLL", locale=clock.locale), format_date(day, "LLL", locale=clock.locale)
        )
    ) or clock.locale.language == "ja"
    return _millis(clock, day + timedelta(days=1), 0)


def _first_reading(clock: CustomerClock, text: str, day: date) -> Millis:
    hours, minutes = (int(each) for each in re.findall(r"\d+", text)[:2])
    if re.search(r"p\.?\s?m", text, re.IGNORECASE):
        hours = hours % 12 + 12
    elif re.search(r"a\.?\s?m", text, re.IGNORECASE):
        hours %= 12
    return _millis(clock, day, hours, minutes)


def _millis(clock: CustomerClock, day: date, hours: int, minutes: int = 0) -> Millis:
    """The first moment at which the clock shows the time."""
    there = datetime(day.year, day.month, day.day, hours, minutes, tzinfo=zone_info(clock.timezone), fold=0)
    return round(there.timestamp() * 1000)
