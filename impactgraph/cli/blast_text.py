"""A blast radius as text: headline, totals, breakdown, owners, playbooks, first orders, assumptions."""

from collections.abc import Sequence

from rich.console import Console

from graph_models.enums import Band, Dimension
from graph_models.impact import Question
from graph_models.time import Millis, moment
from impactgraph.cli import formats
from impactgraph.cli.blast_layout import BlastLayout
from impactgraph.cli.decode import (
    duration_in,
    estimate_in,
    has_next,
    key_in,
    known_moment,
    moment_in,
    money_estimates_in,
    money_in,
    nodes_in,
    single_money,
)
from impactgraph.cli.encode.values import Json
from impactgraph.cli.links import print_link
from impactgraph.cli.output import print_heading, print_headline, print_lines, table
from impactgraph.cli.question import SUPPOSED_KEY
from impactgraph.cli.to_come_text import money_cells, print_to_come
from impactgraph.impact.estimate_text import say_exact_amounts, say_number

TEXT_PARTS = (
    "asOf",
    "topology",
    "headline",
    "failures",
    "totals",
    "toCome",
    "breakdown",
    "forecast",
    "owners",
    "playbooks",
    "orders",
    "residual",
    "absorbed",
    "assumptions",
    "complete",
    "leftOut",
    "frontier",
)
"""Fields of a BlastRadius that its text has."""
SUMMARY_PARTS = ("headline", "totals", "breakdown", "owners")

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


def print_blast(out: Console, blast: Json, layout: BlastLayout, question: Question) -> None:
    """Prints the whole answer (`TEXT_PARTS` of a BlastRadius); of long lists the first items, and how many
    more there are.
    """
    at = known_moment(blast["asOf"])
    print_headline(out, formats.without_zone(blast["headline"]), at, basis=f", by {blast['topology']}")
    _print_failures(out, blast["failures"], at)
    if blast["totals"]["orders"]:
        _print_totals(out, blast["totals"]["estimates"])
        _print_records(out, blast["totals"])
        _print_groups(out, blast["breakdown"], layout.dimensions)
        if layout.bucket is not None:
            _print_forecast(out, blast["forecast"], layout.bucket)
        _print_owners(out, blast["owners"])
        _print_playbooks(out, blast["playbooks"])
        if layout.orders:
            _print_orders(out, blast["orders"], at)
    print_to_come(out, blast["toCome"], at)
    _print_residual(out, blast["residual"], at)
    _print_absorptions(out, blast["absorbed"])
    _print_assumptions(out, blast)
    print_link(out, question)


def print_blast_summary(out: Console, blast: Json) -> None:
    """Prints the headline, the channels and the owners (`SUMMARY_PARTS` of a BlastRadius)."""
    out.print(formats.without_zone(blast["headline"]), style="bold")
    if blast["totals"]["orders"]:
        _print_groups(out, blast["breakdown"], (Dimension.CHANNEL,))
        _print_owners(out, blast["owners"])


def _print_failures(out: Console, failures: Sequence[Json], at: Millis) -> None:
    for failure in failures:
        out.print()
        severity = formats.words(failure["severity"])
        is_supposed = failure["id"] == f"failure:{SUPPOSED_KEY}"
        name = "What if" if is_supposed else f"{key_in(failure['id'])}, {severity}"
        circumstances = say_circumstances(failure, at)
        out.print(f"{name}: {failure['summary'] or circumstances}")
        if failure["summary"]:
            print_lines(out, [circumstances])


def say_circumstances(failure: Json, now: Millis) -> str:
    """Class, target, start, end and scope of a failure."""
    failure_class = formats.words(failure["class"])
    started_at = known_moment(failure["startedAt"])
    start = f"{'since' if started_at <= now else 'from'} {formats.at(started_at, now)}"
    scope = say_scope(failure["scope"])
    target = failure["target"]["id"]
    return f"{failure_class} of {target} {start}, {_end(failure, now)}; {scope}"


def _end(failure: Json, now: Millis) -> str:
    ended_at, expected_end = moment_in(failure["endedAt"]), moment_in(failure["expectedEnd"])
    if ended_at is not None:
        return f"{'ended' if ended_at <= now else 'ends'} {formats.at(ended_at, now)}"
    if expected_end is not None and expected_end < now:
        return f"should have ended {formats.at(expected_end, now)}"
    if expected_end is not None:
        return f"expected until {formats.at(expected_end, now)}"
    return "end unknown"


def say_scope(scope: Json) -> str:
    """The values of each dimension that limits a failure."""
    return "; ".join(_scope_limit(name, values) for name, values in scope.items()) or "all orders"


def _scope_limit(name: str, values: Sequence[str]) -> str:
    more = " …" if len(values) > MOST_VALUES else ""
    return f"{name} {', '.join(values[:MOST_VALUES])}{more}"


def _print_totals(out: Console, estimates: Json) -> None:
    """Expected numbers and amounts, with their ranges."""
    rows = table("", "expected", "range", "possible", right=("expected", "range", "possible"))
    for title, name in (
        ("orders", "orders"),
        ("  stuck now", "stuck"),
        ("  exposed", "exposed"),
        ("  upcoming", "upcoming"),
        ("  only records affected", "recordsOnly"),
        ("promises missed", "promisesMissed"),
        ("postings", "postings"),
        ("customer messages", "notifications"),
        ("tasks", "tasks"),
        ("supplier orders", "supplierOrders"),
    ):
        rows.add_row(title, *_estimate_cells(estimates[name]))
    for title, name in (("value", "value"), ("refunds at risk", "refundsAtRisk")):
        for number, each in enumerate(money_estimates_in(estimates[name])):
            rows.add_row(title if number == 0 else "", *money_cells(each))
    print_heading(out, "Totals, expected")
    out.print(rows)
    print_lines(out, ["A range holds the true number in four of five cases."])


def _estimate_cells(value: Json) -> tuple[str, str, str]:
    """Expected number, range and possible number of an estimate."""
    estimate = estimate_in(value)
    range_ = f"{estimate.low:,.0f} to {estimate.high:,.0f}" if estimate.possible else formats.NOTHING
    return say_number(estimate.expected), range_, f"{estimate.possible:,}"


def _print_records(out: Console, totals: Json) -> None:
    kinds = (("posting", totals["postings"]), ("message", totals["notifications"]))
    if not any(totals_of_kind for _, totals_of_kind in kinds):
        return
    figures = ("expected", "possible", "amount")
    rows = table("record", "type", "effect", *figures, right=figures)
    for kind, totals_of_kind in kinds:
        for each in totals_of_kind:
            amount = formats.money(money_in(each["amount"]))
            counts = say_number(each["expected"]), f"{each['count']:,}"
            rows.add_row(kind, formats.words(each["type"]), formats.words(each["effect"]), *counts, amount)
    print_heading(out, "Postings and messages")
    out.print(rows)


def _print_groups(out: Console, groups: Sequence[Json], dimensions: Sequence[Dimension]) -> None:
    names = [dimension.value.lower() for dimension in dimensions]
    figures = ("orders", "range", "stuck", "promises missed", "value")
    rows = table(*names, *figures, right=figures)
    for each in groups[:MOST_GROUPS]:
        estimates = each["estimates"]
        rows.add_row(
            *(each["key"][dimension.value] or formats.NOTHING for dimension in dimensions),
            *_estimate_cells(estimates["orders"])[:2],
            say_number(estimates["stuck"]["expected"]),
            say_number(estimates["promisesMissed"]["expected"]),
            say_exact_amounts(money_estimates_in(estimates["value"])),
        )
    print_heading(out, f"By {' and '.join(names)}, expected")
    out.print(rows)
    if len(groups) > MOST_GROUPS:
        more = formats.count(len(groups) - MOST_GROUPS, "more group")
        out.print(f"… and {more}: --format csv --of groups has them all.", style="dim")


def _print_forecast(out: Console, points: Sequence[Json], bucket: Millis) -> None:
    figures = ("orders affected", "range", "promises missed", "postings late", "messages late")
    rows = table("from", *figures, right=figures)
    for point in points:
        of = point["estimates"]
        late = (of["promisesMissed"], of["postings"], of["notifications"])
        if any(each["possible"] for each in (of["orders"], *late)):
            expected_value, range_, _ = _estimate_cells(of["orders"])
            numbers = (say_number(each["expected"]) for each in late)
            rows.add_row(
                f"{moment(known_moment(point['at'])):%Y-%m-%d %H:%M}", expected_value, range_, *numbers
            )
    print_heading(out, f"Forecast in intervals of {formats.duration(bucket)}, expected")
    out.print(rows)


def _print_owners(out: Console, shares: Sequence[Json]) -> None:
    owners = [share for share in shares if share["orders"]]
    if not owners:
        return
    print_heading(out, "Who to call")
    for share in owners[:MOST_TEAMS]:
        _print_owner(out, share)
    if len(owners) > MOST_TEAMS:
        out.print(f"… and {formats.count(len(owners) - MOST_TEAMS, 'more team')}.", style="dim")


def _print_owner(out: Console, share: Json) -> None:
    team = share["team"]
    contact = ", ".join(filter(None, (team["name"], team["contact"])))
    escalation = ", ".join(team["escalatesTo"])
    then = f" (then {escalation})" if escalation else ""
    print_lines(out, [f"{contact}{then}: up to {formats.count(share['orders'], 'order')}"])
    names = list(dict.fromkeys(element["name"] for element in share["elements"]))  # steps share names
    more = len(names) - MOST_ELEMENTS
    elements = ", ".join(names[:MOST_ELEMENTS]) + (f" and {more} more" if more > 0 else "")
    keys = ", ".join(playbook["key"] for playbook in share["playbooks"])
    playbooks = f"; playbook {keys}" if keys else ""
    print_lines(out, [f"{elements}{playbooks}"], indent=4)


def _print_playbooks(out: Console, playbooks: Sequence[Json]) -> None:
    for playbook in playbooks[:MOST_PLAYBOOKS]:
        key, name = playbook["key"], playbook["name"]
        print_heading(out, f"Playbook {key}" + (f": {name}" if name != key else ""))
        for number, step in enumerate(playbook["steps"], 1):
            print_lines(out, [f"{number}. {_playbook_step(step)}"])
        if playbook["message"]:
            print_lines(out, [f"Customer message: {playbook['message']}"])
    if len(playbooks) > MOST_PLAYBOOKS:
        more = formats.count(len(playbooks) - MOST_PLAYBOOKS, "more playbook")
        keys = ", ".join(playbook["key"] for playbook in playbooks[MOST_PLAYBOOKS:])
        out.print(f"… and {more}: {keys}.", style="dim")


def _playbook_step(step: Json) -> str:
    owner = f" ({step['ownerName']})" if step["ownerName"] else ""
    approval = f", after approval by {step['approvalName']}" if step["approvalName"] else ""
    return f"{step['text']}{owner}{approval}"


def _print_orders(out: Console, page: Json, now: Millis) -> None:
    columns = ALL_COLUMNS if out.width >= WIDE else NARROW_COLUMNS
    rows = table(*columns, right=("delay", "likelihood", "value"))
    orders = nodes_in(page)
    for each in orders:
        cells = _order_cells(each, now)
        rows.add_row(*(cells[column] for column in columns))
    total = formats.count(page["totalCount"], "order")
    first = f"First {len(orders):,} of {total}, by promise"
    print_heading(out, first if has_next(page) else "Orders, by promise")
    out.print(rows)
    if has_next(page):
        out.print(
            "More: --orders N, or all with --format csv. To explain one: impactgraph explain FAILURE ORDER.",
            style="dim",
        )


def _miss(order: Json, promised_by: Millis | None) -> str:
    """How likely the failures make it miss its promise, or that it misses it in any case."""
    if promised_by is None:
        return ""
    return "late anyway" if order["lateAnyway"] >= 0.5 else formats.share(order["missLikelihood"])


def _delay_text(affected: Json) -> str:
    """Of the order: a late or wrong record alone does not delay it."""
    delay = duration_in(affected["expectedDelay"])
    if delay is not None:
        return formats.duration(delay)
    return formats.NOTHING if affected["band"] == Band.RECORDS_ONLY.name else formats.ENDLESS


def _order_cells(affected: Json, now: Millis) -> dict[str, str]:
    """Text by column."""
    order = affected["order"]
    promised_by = moment_in(order["promisedBy"])
    return {
        "order": key_in(order["id"]),
        "band": formats.words(affected["band"]),
        "effect": formats.words(affected["effect"]),
        "affected at": affected["firstHit"]["name"],
        "from": formats.at(known_moment(affected["hitAt"]), now),
        "delay": _delay_text(affected),
        "done by": formats.at(moment_in(affected["expectedCompletion"]), now),
        "promised": formats.at(promised_by, now),
        "miss": _miss(affected, promised_by),
        "likelihood": formats.share(affected["likelihood"]),
        "value": formats.money(single_money(order["value"])),
    }


def _print_residual(out: Console, residual: Json | None, now: Millis) -> None:
    if residual is None:
        return
    print_heading(out, "Remaining after the end")
    cleared_by = moment_in(residual["drainedBy"])
    clearance = f" Cleared by {formats.at(cleared_by, now)}." if cleared_by is not None else ""
    line = (
        f"{residual['healed']:,} recovered, {residual['healing']:,} recover without action, "
        f"{residual['needAction']:,} wait for a replay or a person.{clearance}"
    )
    print_lines(out, [line])


def _print_absorptions(out: Console, absorptions: Sequence[Json]) -> None:
    if not absorptions:
        return
    print_heading(out, "Stopped by")
    print_lines(out, [say_absorption(each) for each in absorptions[:MOST_ABSORPTIONS]])
    if len(absorptions) > MOST_ABSORPTIONS:
        more = formats.count(len(absorptions) - MOST_ABSORPTIONS, "more element")
        out.print(f"… and at {more}.", style="dim")


def say_absorption(absorption: Json) -> str:
    """Where a failure was stopped, and how."""
    return f"{absorption['element']['id']}: {absorption['detail']} ({absorption['rule']})"


def _print_assumptions(out: Console, blast: Json) -> None:
    left_out = blast["leftOut"]
    assumptions = blast["assumptions"]
    if blast["failures"]:
        print_heading(out, "Assumptions")
        own = assumptions[: len(assumptions) - len(left_out)]  # the last ones repeat `leftOut`
        print_lines(out, map(formats.without_zone, own))
    if not blast["complete"]:
        print_heading(out, "Incomplete")
        print_lines(out, left_out)
        if blast["frontier"]:
            print_lines(out, [f"Not followed beyond {', '.join(blast['frontier'])}."])
