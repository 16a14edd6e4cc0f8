"""A blast radius as text: headline, totals, breakdown, owners, playbooks, first orders, assumptions."""

from collections.abc import Sequence

from rich.console import Console

from graph_models.enums import Dimension
from graph_models.estimates import Estimate
from graph_models.failure import Failure
from graph_models.impact import AffectedOrder, ImpactTotals, OwnerShare, RecordTotals
from graph_models.time import LAST_SHOWN, Millis, moment
from graph_models.topology import PlaybookStep, Topology
from impactgraph.cli import formats
from impactgraph.cli.blast_answer import BlastAnswer
from impactgraph.cli.blast_data import BlastLayout, affected_orders
from impactgraph.cli.links import print_link
from impactgraph.cli.output import print_heading, print_lines, table
from impactgraph.cli.to_come_text import money_cells, print_to_come
from impactgraph.impact.estimate_text import say_exact_amounts, say_number
from impactgraph.usecases import impact_pages
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.orders import get_orders
from impactgraph.usecases.single_failures import owner_shares

WIDE = 120
"""Columns of a console that shows every column of the orders."""

ALL_COLUMNS = (
    "order",
    "band",
    "effect",
    "affected at",
    "from",
    "delay",
    "done by",
    "promised",
    "miss",
    "likelihood",
    "value",
)
NARROW_COLUMNS = ("order", "band", "affected at", "delay", "miss", "value")

MOST_GROUPS = 12
MOST_TEAMS = 6
MOST_VALUES = 4
MOST_ELEMENTS = 3
MOST_PLAYBOOKS = 3
MOST_ABSORPTIONS = 8


def print_blast(out: Console, blast: BlastAnswer, layout: BlastLayout) -> None:
    """Prints the whole answer; of long lists the first items, and how many more there are."""
    answer = blast.answer
    out.print(formats.without_zone(answer.headline), style="bold")
    as_of = formats.dated(answer.as_of)
    out.print(f"As of {as_of}, by topology:{answer.topology_version}. {formats.zone_note()}", style="dim")
    _print_failures(out, blast)
    if answer.totals.orders:
        _print_totals(out, answer.totals)
        _print_records(out, answer.totals)
        _print_groups(out, blast, layout.dimensions)
        if layout.bucket is not None:
            _print_forecast(out, blast, layout.bucket)
        _print_owners(out, blast)
        _print_playbooks(out, blast)
        if layout.orders:
            _print_orders(out, blast, layout.orders)
    print_to_come(out, answer.to_come, answer.as_of)
    _print_residual(out, blast)
    _print_absorptions(out, blast)
    _print_assumptions(out, blast)
    print_link(out, blast.question)


def print_blast_summary(out: Console, blast: BlastAnswer) -> None:
    """Prints the headline, the channels and the owners."""
    out.print(formats.without_zone(blast.answer.headline), style="bold")
    if blast.answer.totals.orders:
        _print_groups(out, blast, (Dimension.CHANNEL,))
        _print_owners(out, blast)


def _print_failures(out: Console, blast: BlastAnswer) -> None:
    for failure in blast.answer.failures:
        out.print()
        severity = formats.words(failure.severity)
        name = "What if" if failure.is_supposed else f"{failure.key}, {severity}"
        circumstances = _circumstances(failure, blast.answer.as_of)
        out.print(f"{name}: {failure.summary or circumstances}")
        if failure.summary:
            print_lines(out, [circumstances])


def _circumstances(failure: Failure, now: Millis) -> str:
    """Class, target, start, end and scope of a failure."""
    failure_class = formats.words(failure.failure_class)
    start = formats.at(failure.started_at, now)
    scope = "; ".join(_scope_limit(name, values) for name, values in failure.scope.limits)
    verb = "since" if failure.started_at <= now else "from"
    return (
        f"{failure_class} of {failure.target} {verb} {start}, {_end(failure, now)}; {scope or 'all orders'}"
    )


def _end(failure: Failure, now: Millis) -> str:
    if failure.ended_at is not None:
        return f"{'ended' if failure.ended_at <= now else 'ends'} {formats.at(failure.ended_at, now)}"
    if failure.expected_end is not None and failure.expected_end < now:
        return f"should have ended {formats.at(failure.expected_end, now)}"
    if failure.expected_end is not None:
        return f"expected until {formats.at(failure.expected_end, now)}"
    return "end unknown"


def _scope_limit(name: str, values: Sequence[str]) -> str:
    more = " …" if len(values) > MOST_VALUES else ""
    return f"{name} {', '.join(values[:MOST_VALUES])}{more}"


def _print_totals(out: Console, totals: ImpactTotals) -> None:
    """Expected numbers and amounts, with their ranges."""
    of = totals.estimates
    rows = table("", "expected", "range", "possible", right=("expected", "range", "possible"))
    for name, estimate in (
        ("orders", of.orders),
        ("  stuck now", of.stuck),
        ("  exposed", of.exposed),
        ("  upcoming", of.upcoming),
        ("  only records affected", of.records_only),
        ("promises missed", of.promises_missed),
        ("postings", of.postings),
        ("customer messages", of.notifications),
        ("tasks", of.tasks),
        ("supplier orders", of.supplier_orders),
    ):
        rows.add_row(name, *_estimate_cells(estimate))
    for name, amounts in (("value", of.value), ("refunds at risk", of.refunds_at_risk)):
        for number, each in enumerate(amounts):
            rows.add_row(name if number == 0 else "", *money_cells(each))
    print_heading(out, "Totals, expected")
    out.print(rows)
    print_lines(out, ["A range holds the true number in four of five cases."])


def _estimate_cells(estimate: Estimate) -> tuple[str, str, str]:
    """Expected number, range and possible number."""
    range_ = f"{estimate.low:,.0f} to {estimate.high:,.0f}" if estimate.possible else formats.NOTHING
    return say_number(estimate.expected), range_, f"{estimate.possible:,}"


def _print_records(out: Console, totals: ImpactTotals) -> None:
    kinds: tuple[tuple[str, Sequence[RecordTotals]], ...] = (
        ("posting", totals.postings),
        ("message", totals.notifications),
    )
    if not any(totals_of_kind for _, totals_of_kind in kinds):
        return
    figures = ("expected", "possible", "amount")
    rows = table("record", "type", "effect", *figures, right=figures)
    for kind, totals_of_kind in kinds:
        for each in totals_of_kind:
            amount = formats.money(each.amount)
            counts = say_number(each.expected), f"{each.count:,}"
            rows.add_row(kind, each.type, formats.words(each.effect), *counts, amount)
    print_heading(out, "Postings and messages")
    out.print(rows)


def _print_groups(out: Console, blast: BlastAnswer, dimensions: Sequence[Dimension]) -> None:
    groups = impact_pages.breakdown(blast.answer, dimensions, None)
    names = [dimension.value.lower() for dimension in dimensions]
    figures = ("orders", "range", "stuck", "promises missed", "value")
    rows = table(*names, *figures, right=figures)
    estimates = blast.answer.group_estimates(dimensions)
    for each, of in zip(groups[:MOST_GROUPS], estimates, strict=False):
        rows.add_row(
            *(each.key[dimension.value] or formats.NOTHING for dimension in dimensions),
            *_estimate_cells(of.orders)[:2],
            say_number(of.stuck.expected),
            say_number(of.promises_missed.expected),
            say_exact_amounts(of.value),
        )
    print_heading(out, f"By {' and '.join(names)}, expected")
    out.print(rows)
    if len(groups) > MOST_GROUPS:
        more = formats.count(len(groups) - MOST_GROUPS, "more group")
        out.print(f"… and {more}: --format csv --of groups has them all.", style="dim")


def _print_forecast(out: Console, blast: BlastAnswer, bucket: Millis) -> None:
    figures = ("orders affected", "range", "promises missed", "postings late", "messages late")
    rows = table("from", *figures, right=figures)
    points = impact_pages.forecast(blast.answer, bucket)
    for point, of in zip(points, blast.answer.forecast_estimates(bucket), strict=True):
        late = (of.promises_missed, of.postings, of.notifications)
        if any(each.possible for each in (of.orders, *late)):
            expected, range_, _ = _estimate_cells(of.orders)
            numbers = (say_number(each.expected) for each in late)
            rows.add_row(f"{moment(point.at):%Y-%m-%d %H:%M}", expected, range_, *numbers)
    print_heading(out, f"Forecast in intervals of {formats.duration(bucket)}, expected")
    out.print(rows)


def _print_owners(out: Console, blast: BlastAnswer) -> None:
    shares = owner_shares(blast.snapshot, answer_question, blast.answer)
    owners = [share for share in shares if share.orders]
    if not owners:
        return
    print_heading(out, "Who to call")
    for share in owners[:MOST_TEAMS]:
        _print_owner(out, share, blast.topology)
    if len(owners) > MOST_TEAMS:
        out.print(f"… and {formats.count(len(owners) - MOST_TEAMS, 'more team')}.", style="dim")


def _print_owner(out: Console, share: OwnerShare, topology: Topology) -> None:
    team = topology.teams[share.team]
    contact = ", ".join(filter(None, (team.name or team.key, team.contact)))
    escalation = ", ".join(_contact_name(topology, each) for each in team.escalation)
    then = f" (then {escalation})" if escalation else ""
    print_lines(out, [f"{contact}{then}: {formats.count(share.orders, 'order')}"])
    more = len(share.elements) - MOST_ELEMENTS
    elements = ", ".join(share.elements[:MOST_ELEMENTS]) + (f" and {more} more" if more > 0 else "")
    playbooks = f"; playbook {', '.join(share.playbooks)}" if share.playbooks else ""
    print_lines(out, [f"{elements}{playbooks}"], indent=4)


def _contact_name(topology: Topology, contact: str) -> str:
    """The name of a team, or the contact as it was written."""
    team = topology.teams.get(contact.removeprefix("team:"))
    return (team.name or team.key) if team is not None else contact


def _print_playbooks(out: Console, blast: BlastAnswer) -> None:
    keys = blast.answer.playbooks
    for key in keys[:MOST_PLAYBOOKS]:
        playbook = blast.topology.playbooks[key]
        print_heading(out, f"Playbook {key}" + (f": {playbook.name}" if playbook.name else ""))
        for number, step in enumerate(playbook.steps, 1):
            print_lines(out, [f"{number}. {_playbook_step(step, blast.topology)}"])
        if playbook.message:
            print_lines(out, [f"Tell the customer: {playbook.message}"])
    if len(keys) > MOST_PLAYBOOKS:
        more = formats.count(len(keys) - MOST_PLAYBOOKS, "more playbook")
        out.print(f"… and {more}: {', '.join(keys[MOST_PLAYBOOKS:])}.", style="dim")


def _playbook_step(step: PlaybookStep, topology: Topology) -> str:
    owner = f" ({_contact_name(topology, step.owner)})" if step.owner else ""
    approval = f", after approval by {_contact_name(topology, step.approval)}" if step.approval else ""
    return f"{step.text}{owner}{approval}"


def _print_orders(out: Console, blast: BlastAnswer, size: int) -> None:
    now = blast.answer.as_of
    page = affected_orders(blast, size)
    orders = get_orders(blast.snapshot, [each.order for each in page.items])
    columns = ALL_COLUMNS if out.width >= WIDE else NARROW_COLUMNS
    rows = table(*columns, right=("delay", "likelihood", "value"))
    for each in page.items:
        order = orders.get(each.order)
        cells = _order_cells(each, order.promised_by if order is not None else None, now)
        rows.add_row(*(cells[column] for column in columns))
    total = formats.count(page.total_count, "order")
    first = f"First {len(page.items):,} of {total}, by promise"
    print_heading(out, first if page.has_next else "Orders, by promise")
    out.print(rows)
    if page.has_next:
        out.print(
            "More: --orders N, or all with --format csv. To explain one: impactgraph explain FAILURE ORDER.",
            style="dim",
        )


def _miss(order: AffectedOrder, promised_by: Millis | None) -> str:
    """How likely the failures make it miss its promise, or that it misses it in any case."""
    if promised_by is None:
        return ""
    return "late anyway" if order.late_anyway >= 0.5 else formats.share(order.miss_likelihood)


def _order_cells(order: AffectedOrder, promised_by: Millis | None, now: Millis) -> dict[str, str]:
    """Text by column."""
    return {
        "order": order.order,
        "band": formats.words(order.band),
        "effect": formats.words(order.effect),
        "affected at": order.first_hit.removeprefix("step:"),
        "from": formats.at(order.hit_at, now),
        "delay": formats.duration(order.expected_delay),
        "done by": formats.at(order.expected_completion, now),
        "promised": formats.at(promised_by, now),
        "miss": _miss(order, promised_by),
        "likelihood": formats.share(order.likelihood),
        "value": formats.money([order.value]),
    }


def _print_residual(out: Console, blast: BlastAnswer) -> None:
    residual = blast.answer.residual
    if residual is None:
        return
    print_heading(out, "Remaining after the end")
    cleared_by = residual.drained_by
    clearance = ""
    if cleared_by is not None and cleared_by <= LAST_SHOWN:
        clearance = f" Cleared by {formats.at(cleared_by, blast.answer.as_of)}."
    line = (
        f"{residual.healed:,} recovered, {residual.healing:,} recover without action, "
        f"{residual.need_action:,} wait for a replay or a person.{clearance}"
    )
    print_lines(out, [line])


def _print_absorptions(out: Console, blast: BlastAnswer) -> None:
    absorptions = blast.answer.absorbed
    if not absorptions:
        return
    print_heading(out, "Stopped by")
    print_lines(
        out, [f"{each.element}: {each.detail} ({each.rule})" for each in absorptions[:MOST_ABSORPTIONS]]
    )
    if len(absorptions) > MOST_ABSORPTIONS:
        more = formats.count(len(absorptions) - MOST_ABSORPTIONS, "more element")
        out.print(f"… and at {more}.", style="dim")


def _print_assumptions(out: Console, blast: BlastAnswer) -> None:
    answer = blast.answer
    if answer.failures:
        print_heading(out, "Assumptions")
        print_lines(out, map(formats.without_zone, answer.assumed))
    if not answer.complete:
        print_heading(out, "Incomplete")
        print_lines(out, answer.left_out)
        if answer.frontier:
            print_lines(out, [f"Not followed beyond {', '.join(answer.frontier)}."])
