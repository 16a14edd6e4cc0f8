"""Opening hours, holidays and pick-ups as documents give them, and what is said of mistakes."""

import pytest

from graph_models.hours import Holidays, OpeningHours, PickupRule, Pickups
from graph_models.time import DAY, HOUR, MINUTE, parse_moment
from graph_models.topology import Location, Topology, Transition
from impactgraph.topology.difference import difference
from impactgraph.topology.load import check_documents
from impactgraph.topology.sites import site_for

DAYTIME = ((9 * HOUR, 20 * HOUR),)
WEEK = (*(DAYTIME,) * 5, ((10 * HOUR, 18 * HOUR),), ())
CHRISTMAS, BOXING = (parse_moment(f"2026-12-{day}") // DAY for day in (25, 26))
TEXT = """
timezone: Europe/Berlin
holidays: {de: [2026-12-25, 2026-12-26], berlin: [2027-03-08]}
regions: {emea: {holidays: de}, amer: {timezone: America/New_York}}
locations:
  shop:
    kind: store
    region: emea
    hours: {mon-fri: 09:00-20:00, sat: 10:00-18:00, sun: closed, 2026-12-24: 09:00-14:00}
    holidays: [berlin]
    pickups: {dhl: [16:00, mon-fri 19:30]}
    cutoff: 30m
systems: {pos: {per_location: true}}
workflows:
  ship:
    steps:
      pick: {runs_on: pos, when_open: true, then: [pack]}
      pack: {runs_on: pos, then: [{step: deliver, pickup: dhl}]}
      deliver: {runs_on: pos}
"""


def loaded(text: str = TEXT) -> Topology:
    return check_documents({"a.yaml": text}).require_topology()


def located(line: str) -> Location:
    return loaded(f"locations: {{shop: {{kind: store, {line}}}}}").locations["shop"]


def said(text: str) -> list[str]:
    return [str(problem) for problem in check_documents({"a.yaml": text}).errors]


def warned(text: str) -> list[str]:
    return [each.message for each in check_documents({"a.yaml": text}).warnings]


def transition(text: str) -> Transition:
    made = loaded(
        f"systems: {{s: {{}}}}\nworkflows: {{w: {{steps: {{a: {{runs_on: s, then: [{{step: b, {text}}}]}}, "
        "b: {runs_on: s}}}}"
    )
    return made.workflows["w"].steps[0].then[0]


def test_a_location_has_its_times() -> None:
    shop = loaded().locations["shop"]

    assert shop.hours == OpeningHours(WEEK, ((CHRISTMAS - 1, ((9 * HOUR, 14 * HOUR),)),))
    assert shop.holidays == Holidays(("berlin",))
    both = (16 * HOUR, 19 * HOUR + 30 * MINUTE)
    assert shop.pickups == (("dhl", Pickups(((both,) * 5) + (((16 * HOUR,),) * 2), 30 * MINUTE)),)


def test_a_site_has_the_holidays_of_its_region_and_its_own() -> None:
    topology = loaded()

    site = site_for(topology, topology.workflows["ship"], "shop")

    assert site.timezone == "Europe/Berlin"
    assert site.holidays == (CHRISTMAS, BOXING, parse_moment("2027-03-08") // DAY)


@pytest.mark.parametrize(
    "hours",
    [
        "hours: {mon-fri: 09:00-20:00, sat: 10:00-18:00}",
        "hours: {monday-friday: [09:00-20:00], SAT: 10:00 - 18:00, sun: closed}",
        "hours: mon-fri 09:00-20:00; sat 10:00-18:00; sun closed",
        'hours: {"mon,tue,wed-fri": 9:00-20:00, sat: 10:00-18:00}',
    ],
)
def test_hours_may_be_written_in_several_ways(hours: str) -> None:
    assert located(hours).hours == OpeningHours(WEEK)


def test_hours_of_every_day_may_go_past_midnight_or_have_a_break() -> None:
    assert located("hours: 18:00-02:00").hours == OpeningHours((((18 * HOUR, 26 * HOUR),),) * 7)
    split = (9 * HOUR, 12 * HOUR), (13 * HOUR, 24 * HOUR)
    assert located('hours: {daily: "09:00-12:00, 13:00-24:00"}').hours == OpeningHours((split,) * 7)


def test_a_table_of_locations_has_times_too() -> None:
    table = (
        "id,kind,hours,pickups,cutoff,holidays\nshop,store,mon-sat 09:00-20:00,16:00; 19:30,30m,2026-12-25\n"
    )
    topology = check_documents({"a.yaml": "locations_csv: t.csv", "t.csv": table}).require_topology()
    shop = topology.locations["shop"]

    assert shop.hours == OpeningHours((*(DAYTIME,) * 6, ()))
    assert shop.pickups == (("", Pickups(((16 * HOUR, 19 * HOUR + 30 * MINUTE),) * 7, 30 * MINUTE)),)
    assert shop.holidays == Holidays(days=(CHRISTMAS,))


def test_a_hand_off_waits_for_the_pick_ups_of_the_location_of_a_carrier_or_its_own() -> None:
    assert transition("pickup: true").pickup == PickupRule()
    assert transition("pickup: dhl, cutoff: 1h").pickup == PickupRule("dhl", cutoff=HOUR)
    assert transition("pickup: [16:00]").pickup == PickupRule(usual=Pickups(((16 * HOUR,),) * 7))
    assert transition("pickup: false").pickup is None


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "hours: {mom: 09:00-20:00}",
            "`hours` has 'mom', which must be days such as mon, mon-fri or sat,sun, or a date such as "
            "2026-12-24. Did you mean 'mon'?",
        ),
        (
            "hours: {mon: 9-20}",
            "`hours.mon` must be a span such as 09:00-20:00, or several, or closed, not '9-20'.",
        ),
        ("hours: {sun: closed}", "`hours` is closed all week: give the hours of one day at least."),
        (
            "hours: [9]",
            "`hours` must be a map from days to hours, such as {mon-fri: 09:00-20:00}, not a list.",
        ),
        (
            "holidays: dee",
            "`holidays` must name a calendar of `holidays` at the top of a document, or a date such as "
            "2026-12-25, not 'dee'. Did you mean 'de'?",
        ),
        (
            "pickups: [25:00]",
            "`pickups` must be times such as 16:00, or with days such as mon-fri 19:30, not '25:00'.",
        ),
        ("cutoff: 30m", "`cutoff` belongs to `pickups`, which is missing."),
    ],
)
def test_mistakes_of_a_location(line: str, message: str) -> None:
    text = f"holidays: {{de: [2026-12-25]}}\nlocations:\n  shop: {{kind: store, {line}}}"

    assert said(text) == [f"a.yaml:3: location:shop: {message}"]


def test_a_wrong_date_is_named() -> None:
    assert said("holidays: [2026-02-30]\nsystems: {s: {}}") == [
        "a.yaml:1: `holidays` must be dates such as 2026-12-25, not '2026-02-30'."
    ]


def test_times_that_no_location_has_are_a_warning() -> None:
    text = TEXT.replace("pickup: dhl", "pickup: dhll")

    assert warned(text) == [
        "step:ship/pack: `pickup` is not used: no location has `pickups` of 'dhll'. Did you mean 'dhl'?"
    ]
    assert warned("systems: {s: {}}\nworkflows: {w: {steps: {a: {runs_on: s, when_open: true}}}}") == [
        "step:w/a: `when_open` is not used: no location has `hours`."
    ]


def test_a_comparison_shows_other_times() -> None:
    changed = difference(loaded(), loaded(TEXT.replace("20:00", "21:00").replace("[berlin]", "[de]"))).changed

    assert [(each.element, each.field) for each in changed] == [
        ("location:shop", "hours"),
        ("location:shop", "holidays"),
    ]


def test_a_comparison_shows_other_holidays() -> None:
    changed = difference(loaded(), loaded(TEXT.replace("2026-12-26", "2026-12-27"))).changed

    assert [(each.element, each.field) for each in changed] == [("topology", "holidays")]
