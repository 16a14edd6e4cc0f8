"""Forgets orders and values of attributes, or removes ended orders by rules: for good."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graph_models.access import Principal
from graph_models.ids import key_of
from graph_models.time import Millis, moment
from impactgraph.errors import BadInputError, Problem
from impactgraph.ports.removal import ForgetRequest, ForgetResult, RetentionCount, RetentionRule
from impactgraph.ports.store import Store
from impactgraph.usecases.access import AuditLog

SHORTEST = 3
"""Characters of a value that may be forgotten: a shorter one is no person's."""
LONGEST = 1_000
"""Characters: a search for a longer one fails."""

__all__ = [
    "ForgetRequest",
    "RemovalContext",
    "RetentionRule",
    "forget",
    "forget_arguments",
    "read_request",
    "removal_arguments",
    "retain",
]


def read_request(
    orders: Sequence[str], attributes: Sequence[str], personal: Sequence[str] = ()
) -> ForgetRequest:
    """`attributes`: NAME=VALUE. Raises BadInputError with everything that is wrong."""
    problems: list[Problem] = []
    pairs: list[tuple[str, list[str]]] = []
    for text in attributes:
        name, separator, value = text.partition("=")
        name, value = name.strip(), value.strip()
        if not separator or not name:
            problems.append(
                Problem(f"--attribute is {text!r}; give NAME=VALUE, such as customer-email=jane@example.com.")
            )
        elif len(value) < SHORTEST:
            problems.append(
                Problem(f"The value of {name} is {value!r}: it must have {SHORTEST} characters at least.")
            )
        else:
            pairs.append((name, [value]))
    keys = [key_of(order.strip(), "order") for order in orders]
    problems += [Problem("--order is empty; give the id of an order.") for key in keys if not key]
    if not orders and not attributes:
        problems.append(Problem("Name what to forget: --order O-1 or --attribute NAME=VALUE."))
    if problems:
        raise BadInputError(*problems)
    return ForgetRequest(keys, pairs, personal)


def forget_arguments(request: ForgetRequest) -> dict[str, Any]:
    """What the audit log keeps of a request: how many orders, and names of attributes, without values."""
    names = sorted({name for name, _ in request.attributes} | set(request.personal))
    return {"orders": len(request.orders), "attributes": names}


def removal_arguments(count: RetentionCount) -> dict[str, Any]:
    """What the audit log keeps of what a rule removed."""
    return {
        "rule": count.rule,
        "before": moment(count.before).isoformat(),
        "orders": count.orders,
        "events": count.events,
        "quarantined": count.entries,
        "audited": count.audited,
    }


def forget(context: "RemovalContext", request: ForgetRequest) -> ForgetResult:
    """Also from the arguments in the audit log.

    Raises BadInputError with everything that is wrong (an empty value would be found everywhere),
    StoreUnavailableError.
    """
    if problems := list(_problems(request)):
        raise BadInputError(*problems)
    return context.store.forget(
        request, context.now, lambda edit: context.audit.forget(edit, context.by, context.now)
    )


def _problems(request: ForgetRequest) -> Iterator[Problem]:
    for number, order in enumerate(request.orders):
        if not order.strip():
            yield Problem(f"`orders[{number}]` is {order!r}; give the id of an order.")
    for number, (name, values) in enumerate(request.attributes):
        if not name.strip() or not values:
            yield Problem(
                f"`attributes[{number}]` is {[name, list(values)]!r}; give a name and its values, such as "
                '["customer-email", ["jane@example.com"]].'
            )
        for value in values:
            if not SHORTEST <= len(value.strip()) <= LONGEST:
                yield Problem(
                    f"`attributes[{number}]` has a value of {len(value.strip())} characters: it must have "
                    f"{SHORTEST} to {LONGEST:,}."
                )


@dataclass(frozen=True)
class RemovalContext:
    """What removals for good change, in whose name, and the moment they are as of."""

    store: Store
    audit: AuditLog
    by: Principal
    """In whose name entries of the audit log are removed."""
    now: Millis

    def apply(self, rule: RetentionRule, *, dry_run: bool) -> RetentionCount:
        """What the rule removed, or would remove. Raises StoreUnavailableError."""
        if not rule.audit:
            return self.store.retain(rule, self.now, dry_run=dry_run)
        removed = self.audit.remove_before(rule.before, self.by, self.now, dry_run=dry_run)
        return RetentionCount(rule.name, rule.before, audited=removed)


def retain(context: RemovalContext, rules: Sequence[RetentionRule], *, dry_run: bool) -> list[RetentionCount]:
    """What each rule removed, or would remove."""
    return [context.apply(rule, dry_run=dry_run) for rule in rules]
