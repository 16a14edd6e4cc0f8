"""Overdue orders: to read, as JSON with GraphQL's names, as rows."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console

from graph_models.diagnosis import CommonFactor, OverdueGroup
from graph_models.failure import Failure
from graph_models.orders import Order, Page
from impactgraph.cli import say
from impactgraph.cli.options import Form
from impactgraph.cli.outcomes import problem_rows, problem_shape
from impactgraph.cli.shape import Named, Shape, connection, factor, lasting, moneys, path, when
from impactgraph.cli.show import Rows, present, table, tell_problems
from impactgraph.diagnosis.suspects import Suspect
from impactgraph.errors import BadInputError, Problem
from impactgraph.usecases.failure_input import failure_input
from impactgraph.usecases.overdue import Overdue
from impactgraph.usecases.pages import MOST
from impactgraph.usecases.report_failure import FailureOutcome

_MOST_GROUPS = 12


def number_of(found: Overdue, number: int) -> Failure:
    """The report of a suspect by its place in the list. Raises BadInputError where there is none."""
    if not 1 <= number <= len(found.suspects):
        known = f"there are {len(found.suspects)}" if found.suspects else "there is none"
        raise BadInputError(Problem(f"--report is {number}, the number of a suspect; {known}."))
    return found.suspects[number - 1].failure


def tell(out: Console, found: Overdue, groups: Sequence[OverdueGroup], page: Page[Order]) -> None:
    if not page.total_count:
        out.print("Nothing is overdue: every order is within the limit of its step.", style="bold")
    else:
        out.print(
            f"{say.count(page.total_count, 'order')} {'is' if page.total_count == 1 else 'are'} overdue.",
            style="bold",
        )
        out.print(f"As of {say.day_and_time(found.at)}. Times are UTC.", style="dim")
        _groups(out, groups)
        _shared(out, found.in_common)
    _suspects(out, found.suspects)
    if page.total_count:
        _orders(out, found, page)


def _groups(out: Console, groups: Sequence[OverdueGroup]) -> None:
    made = table(
        *(name.lower() for name in groups[0].key), "overdue", "of", "worth", right=("overdue", "of", "worth")
    )
    for group in groups[:_MOST_GROUPS]:
        made.add_row(
            *(value or say.NOTHING for value in group.key.values()),
            f"{group.overdue:,}",
            f"{group.total:,}",
            say.money(group.value),
        )
    out.print()
    out.print(made)
    if len(groups) > _MOST_GROUPS:
        out.print(f"{len(groups) - _MOST_GROUPS:,} more groups: --format json.", style="dim")


def _shared(out: Console, factors: Sequence[CommonFactor]) -> None:
    out.print()
    out.print("What they have in common" if factors else "They have nothing in common.", style="bold")
    if factors:
        made = table(
            "what",
            "value",
            "overdue with it",
            "and without it",
            "by chance",
            right=("overdue with it", "and without it", "by chance"),
        )
        for each in factors:
            with_, without = (
                f"{each.overdue_with:,} of {each.total_with:,}",
                f"{each.overdue_without:,} of {each.total_without:,}",
            )
            made.add_row(each.dimension.replace("_", " "), each.value, with_, without, f"{each.p_value:.1g}")
        out.print(made)


def _suspects(out: Console, suspects: Sequence[Suspect]) -> None:
    if not suspects:
        return
    out.print()
    out.print("What would explain it", style="bold")
    for number, each in enumerate(suspects, 1):
        out.print(
            f"{number:3}. {each.cause.element} ({say.share(each.cause.likelihood)}): {each.cause.evidence}",
            soft_wrap=True,
        )
    out.print("Put one on record as a failure: --report NUMBER.", style="dim")


def _orders(out: Console, found: Overdue, page: Page[Order]) -> None:
    beyond = found.beyond([order.key for order in page.items])
    made = table(
        "order",
        "beyond its limit by",
        "step",
        "location",
        "since",
        "channel",
        "worth",
        right=("beyond its limit by", "worth"),
    )
    for order in page.items:
        part = next((each for each in order.fulfillments if each.overdue), order.fulfillments[0])
        step, since = f"{part.workflow}/{part.step}", say.at(part.entered_at, found.at)
        made.add_row(
            order.key,
            say.span(beyond[order.key]),
            step,
            part.location or say.NOTHING,
            since,
            order.channel,
            say.money([order.value]),
        )
    out.print()
    out.print(made)
    if page.has_next:
        out.print(
            f"{page.total_count - len(page.items):,} more: --orders N, or --format csv for all.", style="dim"
        )


def data_of(found: Overdue, groups: Sequence[OverdueGroup], page: Page[Order]) -> Shape:
    """GraphQL's OverdueReport."""
    named = Named(found.topology, found.at, {order.key: order for order in page.items})
    return {
        "asOf": when(found.at),
        "totalCount": page.total_count,
        "groups": [
            {"key": dict(g.key), "overdue": g.overdue, "total": g.total, "value": moneys(g.value)}
            for g in groups
        ],
        "orders": connection(page, lambda order: named.order(order.key)),
        "inCommon": [factor(each) for each in found.in_common],
        "suspects": [_suspect(each, named) for each in found.suspects],
    }


def _suspect(found: Suspect, named: Named) -> Shape:
    cause = found.cause
    return {
        "kind": cause.kind,
        "likelihood": cause.likelihood,
        "element": named.element(cause.element) if cause.element else None,
        "evidence": cause.evidence,
        "path": path(cause.path) if cause.path is not None else None,
        "failureInput": failure_input(found.failure),
    }


def csv_of(found: Overdue) -> Rows:
    """A row an overdue part of an order."""
    return Rows(
        (
            "order",
            "fulfillment",
            "step",
            "location",
            "entered_at",
            "beyond",
            "channel",
            "region",
            "promised_by",
            "value",
            "currency",
        ),
        _rows(found),
    )


def _rows(found: Overdue) -> Iterator[Mapping[str, object]]:
    after: str | None = None
    while True:
        page = found.orders(MOST, after)
        beyond = found.beyond([order.key for order in page.items])
        for order in page.items:
            for part in (each for each in order.fulfillments if each.overdue):
                yield {
                    "order": order.key,
                    "fulfillment": part.key,
                    "step": f"{part.workflow}/{part.step}",
                    "location": part.location,
                    "entered_at": when(part.entered_at),
                    "beyond": lasting(beyond[order.key]),
                    "channel": order.channel,
                    "region": order.region,
                    "promised_by": when(order.promised_by),
                    "value": f"{part.value.amount:f}",
                    "currency": part.value.currency,
                }
        if not page.has_next:
            return
        after = page.cursors[-1]


def tell_report(outcome: FailureOutcome, form: Form) -> int:
    """What became of a report; 0 where it was taken."""
    if outcome.failure is None:
        tell_problems("error", outcome.problems)
        return 2
    failure = outcome.failure
    present(
        form,
        people=lambda out: out.print(
            f"On record as {failure.id}: {failure.failure_class.value.lower()} of {failure.target}. See impactgraph blast-radius."
        ),
        data=lambda: {"failure": {"id": failure.id} | failure_input(failure), "problems": problem_shape(())},
        rows=lambda: problem_rows((), ()),
    )
    return 0
