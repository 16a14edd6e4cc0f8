"""Evidence of likely causes of missing records, and findings on the lists of systems, as text."""

from graph_models.counts import say_count
from graph_models.diagnosis import Listing, ListingKind
from graph_models.money import Money, say_amount
from graph_models.topology import Topology
from graph_models.zones import TextClock


def system_name(topology: Topology, system: str) -> str:
    """The name of a system by its bare key; the key where it has none."""
    element = topology.systems.get(system)
    return (element.name if element is not None else "") or system


def say_listing(listing: Listing, here: Money | None, topology: Topology, clock: TextClock) -> str:
    """`not in ERP finance as of 15:33 UTC`; `here`: the amount that is recorded here."""
    name = system_name(topology, listing.system)
    as_of = f"as of {clock.time(listing.at)}"
    match listing.kind:
        case ListingKind.MISSING:
            record = listing.record.replace("_", " ") if listing.record is not None else None
            if record is None or listing.recorded_at is None:
                return f"not in {name} {as_of}"
            recorded_at = clock.time(listing.recorded_at)
            return f"not in {name} {as_of}, though its {record} was recorded at {recorded_at}"
        case ListingKind.STATE:
            return f"{listing.state} in {name}, {listing.expected_state} here, {as_of}"
        case ListingKind.UNKNOWN:
            return f"in {name} {as_of}, unknown here"
        case ListingKind.AMOUNT | ListingKind.CURRENCY:
            changed_at = listing.changed_at
            change_text = f"; the order was changed at {clock.time(changed_at)}" if changed_at else ""
            listed_text = _money(listing.amount) if listing.amount is not None else "another currency"
            return f"{listed_text} in {name}, {_money(here)} here, {as_of}{change_text}"


def _money(money: Money | None) -> str:
    return say_amount(money.amount, money.currency) if money is not None else "no amount"


def common_path_evidence(
    element: str, *, missing: int, due: int, other_missing: int, other_due: int, since: str
) -> str:
    """Missing records over an element among those due in the last day, compared with all others.

    `element`: its name; `since`: the moment in words.
    """
    verb = "is" if missing == 1 else "are"
    own = f"{missing:,} of {say_count(due, 'record')} due over {element} in the last day {verb} missing"
    others = f", {other_missing:,} of {other_due:,} of the others" if other_due else ""
    return f"{own} since {since}{others}."
