"""A blast radius to read aloud: the sentence, how much, where, whom to call, which orders first, and what it stands on."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding

from graph_models.enums import Dimension
from graph_models.failure import Failure
from graph_models.impact import ImpactTotals, OwnerShare, RecordTotals
from graph_models.time import FOREVER, Millis, moment
from graph_models.topology import Topology
from impactgraph.cli import say
from impactgraph.cli.answering import Answered
from impactgraph.cli.blast_data import affected_orders
from impactgraph.cli.links import tell_link
from impactgraph.cli.show import table
from impactgraph.usecases import impact_pages
from impactgraph.usecases.orders import get_orders

WIDE = 120
"""Columns of a console that shows every column of the orders."""

ALL_COLUMNS = (
    "order",
    "band",
    "effect",
    "at step",
    "hit",
    "later by",
    "done by",
    "promised",
    "miss",
    "likely",
    "worth",
)
NARROW_COLUMNS = ("order", "band", "at step", "later by", "miss", "worth")

MOST_GROUPS = 12
MOST_TEAMS = 6
MOST_VALUES = 4
MOST_ELEMENTS = 3
MOST_PLAYBOOKS = 3
MOST_ABSORBED = 8


def tell(out: Console, found: Answered, by: Sequence[Dimension], listed: int, bucket: Millis | None) -> None:
    """Writes the whole answer; of long lists the first, and how many more there are."""
    answer = found.answer
    out.print(answer.headline, style="bold")
    out.print(
        f"As of {say.day_and_time(answer.as_of)}, by topology:{answer.topology}. Times are UTC.", style="dim"
    )
    _failures(out, found)
    if answer.totals.orders:
        _totals(out, answer.totals)
        _records(out, answer.totals)
        _groups(out, found, by)
        if bucket is not None:
            _forecast(out, found, bucket)
        _owners(out, found)
        _playbooks(out, found)
        if listed:
            _orders(out, found, listed)
    _residual(out, found)
    _foundations(out, found)
    tell_link(out, found.question)


def tell_shortly(out: Console, found: Answered) -> None:
    """The sentence, where, and whom to call."""
    out.print(found.answer.headline, style="bold")
    if found.answer.totals.orders:
        _groups(out, found, (Dimension.CHANNEL,))
        _owners(out, found)


def _head(out: Console, text: str) -> None:
    out.print()
    out.print(text, style="bold")


def _lines(out: Console, lines: Sequence[str], indent: int = 2) -> None:
    for line in lines:
        out.print(Padding(line, (0, 0, 0, indent), expand=False))


def _failures(out: Console, found: Answered) -> None:
    for failure in found.answer.failures:
        out.print()
        name = "What if" if failure.is_supposed else f"{failure.key}, {say.word(failure.severity)}"
        told = [each for each in (failure.summary, _circumstances(failure, found.answer.as_of)) if each]
        out.print(f"{name}: {told[0]}")
        _lines(out, told[1:])


def _circumstances(failure: Failure, now: Millis) -> str:
    """What fails since when, until when, and for whom."""
    end = (
        f"expected until {say.at(failure.expected_end, now)}"
        if failure.expected_end is not None
        else "its end is not known"
    )
    if failure.ended_at is not None:
        end = f"ended {say.at(failure.ended_at, now)}"
    scope = "; ".join(
        f"{name} {', '.join(values[:MOST_VALUES])}{' …' if len(values) > MOST_VALUES else ''}"
        for name, values in failure.scope.limits
    )
    return f"{say.word(failure.failure_class)} of {failure.target} since {say.at(failure.started_at, now)}, {end}; {scope or 'for all'}"


def _totals(out: Console, totals: ImpactTotals) -> None:
    rows = table("", "")
    rows.show_header = False
    bands = f"{totals.stuck:,} stuck now, {totals.exposed:,} exposed, {totals.upcoming:,} upcoming, {totals.records_only:,} with records only"
    rows.add_row("orders", f"{totals.orders:,} ({bands})")
    rows.add_row(
        "likely",
        f"{totals.expected_orders:,.0f} of them (the sum of their likelihoods), {say.count(totals.fulfillments, 'fulfillment')}",
    )
    rows.add_row("worth", say.money(totals.value))
    rows.add_row("miss their promise", f"{totals.will_miss_promise:,}")
    rows.add_row("refunds at risk", say.money(totals.refunds_at_risk))
    rows.add_row("tasks, supplier orders", f"{totals.tasks:,}, {totals.supplier_orders:,}")
    _head(out, "How much")
    out.print(rows)


def _records(out: Console, totals: ImpactTotals) -> None:
    kinds: tuple[tuple[str, Sequence[RecordTotals]], ...] = (
        ("posting", totals.postings),
        ("message", totals.notifications),
    )
    if not any(rows for _, rows in kinds):
        return
    made = table("record", "type", "what happens", "how many", "amount", right=("how many", "amount"))
    for kind, rows in kinds:
        for each in rows:
            made.add_row(kind, each.type, say.word(each.effect), f"{each.count:,}", say.money(each.amount))
    _head(out, "Postings and messages")
    out.print(made)


def _groups(out: Console, found: Answered, by: Sequence[Dimension]) -> None:
    groups = impact_pages.breakdown(found.answer, by, None)
    names = [d.value.lower() for d in by]
    made = table(
        *names, "orders", "stuck", "miss promise", "worth", right=("orders", "stuck", "miss promise", "worth")
    )
    for each in groups[:MOST_GROUPS]:
        made.add_row(
            *(each.key[d.value] or say.NOTHING for d in by),
            f"{each.orders:,}",
            f"{each.stuck:,}",
            f"{each.will_miss_promise:,}",
            say.money(each.value),
        )
    _head(out, f"By {' and '.join(names)}")
    out.print(made)
    if len(groups) > MOST_GROUPS:
        out.print(
            f"… and {say.count(len(groups) - MOST_GROUPS, 'more group')}: --format csv --of groups has them all.",
            style="dim",
        )


def _forecast(out: Console, found: Answered, bucket: Millis) -> None:
    figures = ("orders hit", "promises missed", "postings late", "messages late")
    made = table("from", *figures, right=figures)
    for point in impact_pages.forecast(found.answer, bucket):
        numbers = (point.orders_hit, point.promises_missed, point.postings_late, point.notifications_late)
        if any(numbers):
            made.add_row(f"{moment(point.at):%Y-%m-%d %H:%M}", *(f"{number:,}" for number in numbers))
    _head(out, f"In spans of {say.span(bucket)}")
    out.print(made)


def _owners(out: Console, found: Answered) -> None:
    owners = [share for share in found.answer.owners if share.orders]
    if not owners:
        return
    _head(out, "Whom to call")
    for share in owners[:MOST_TEAMS]:
        _owner(out, share, found.topology)
    if len(owners) > MOST_TEAMS:
        out.print(f"… and {say.count(len(owners) - MOST_TEAMS, 'more team')}.", style="dim")


def _owner(out: Console, share: OwnerShare, topology: Topology) -> None:
    team = topology.teams[share.team]
    then = ", ".join(_named(topology, each) for each in team.escalation)
    who = ", ".join(filter(None, (team.name or team.key, team.contact)))
    more = len(share.elements) - MOST_ELEMENTS
    elements = ", ".join(share.elements[:MOST_ELEMENTS]) + (f" and {more} more" if more > 0 else "")
    playbooks = f"; playbook {', '.join(share.playbooks)}" if share.playbooks else ""
    _lines(out, [f"{who}{f' (then {then})' if then else ''}: {say.count(share.orders, 'order')}"])
    _lines(out, [f"{elements}{playbooks}"], indent=4)


def _named(topology: Topology, who: str) -> str:
    """The name of a team, or the contact as it was written."""
    team = topology.teams.get(who.removeprefix("team:"))
    return (team.name or team.key) if team is not None else who


def _playbooks(out: Console, found: Answered) -> None:
    keys = found.answer.playbooks
    for key in keys[:MOST_PLAYBOOKS]:
        playbook = found.topology.playbooks[key]
        _head(out, f"Playbook {key}" + (f": {playbook.name}" if playbook.name else ""))
        for number, step in enumerate(playbook.steps, 1):
            who = f" ({_named(found.topology, step.owner)})" if step.owner else ""
            asks = f", after approval by {_named(found.topology, step.approval)}" if step.approval else ""
            _lines(out, [f"{number}. {step.text}{who}{asks}"])
        if playbook.message:
            _lines(out, [f"Tell the customer: {playbook.message}"])
    if len(keys) > MOST_PLAYBOOKS:
        out.print(
            f"… and {say.count(len(keys) - MOST_PLAYBOOKS, 'more playbook')}: {', '.join(keys[MOST_PLAYBOOKS:])}.",
            style="dim",
        )


def _orders(out: Console, found: Answered, listed: int) -> None:
    page, now = affected_orders(found, listed), found.answer.as_of
    known = get_orders(found.store, [each.order for each in page.items], now, found.question.as_of)
    columns = ALL_COLUMNS if out.width >= WIDE else NARROW_COLUMNS
    made = table(*columns, right=("later by", "likely", "worth"))
    for each in page.items:
        order = known.get(each.order)
        cells = {
            "order": each.order,
            "band": say.word(each.band),
            "effect": say.word(each.effect),
            "at step": each.first_hit.removeprefix("step:"),
            "hit": say.at(each.hit_at, now),
            "later by": say.span(each.expected_delay),
            "done by": say.at(each.expected_completion, now),
            "promised": say.at(order.promised_by if order is not None else None, now),
            "miss": "yes" if each.misses_promise else "no",
            "likely": say.share(each.likelihood),
            "worth": say.money([each.value]),
        }
        made.add_row(*(cells[column] for column in columns))
    _head(
        out,
        f"The first {len(page.items):,} of {say.count(page.total_count, 'order')}, by promise"
        if page.has_next
        else "The orders, by promise",
    )
    out.print(made)
    if page.has_next:
        out.print(
            "More: --orders N, or all with --format csv. Why one of them: impactgraph explain FAILURE ORDER.",
            style="dim",
        )


def _residual(out: Console, found: Answered) -> None:
    left = found.answer.residual
    if left is None:
        return
    _head(out, "What is left of it")
    drained = (
        f" Drained by {say.at(left.drained_by, found.answer.as_of)}."
        if left.drained_by is not None and left.drained_by < FOREVER
        else ""
    )
    line = f"{left.healed:,} recovered, {left.healing:,} recover by themselves, {left.need_action:,} wait for a replay or a person.{drained}"
    _lines(out, [line])


def _foundations(out: Console, found: Answered) -> None:
    answer = found.answer
    if answer.absorbed:
        _head(out, "What absorbed it")
        _lines(
            out, [f"{each.element}: {each.detail} ({each.rule})" for each in answer.absorbed[:MOST_ABSORBED]]
        )
        if len(answer.absorbed) > MOST_ABSORBED:
            out.print(
                f"… and at {say.count(len(answer.absorbed) - MOST_ABSORBED, 'more place')}.", style="dim"
            )
    if answer.failures:
        _head(out, "Assumptions")
        _lines(out, answer.assumptions)
    if not answer.complete:
        _head(out, "Not complete")
        _lines(out, [f"It was not followed beyond {', '.join(answer.frontier)}."])
