"""Reason for a blast radius without orders, in words."""

import numpy as np

from impactgraph.columns import IN_FLIGHT, Codes
from impactgraph.impact.filter_text import say_scope
from impactgraph.impact.matched_impact import MatchedImpact


def reason(impact: MatchedImpact) -> str:
    """The first of these that holds: no order can be in the scope, none is asked for, none is in the scope
    now, the failure was stopped before it reached any.

    Costs a look at the fulfillments in flight.
    """
    failures = impact.failures
    whole_gaps = {gap.failure.key: gap for gap in impact.scope_gaps if gap.is_whole}
    if all(failure.key in whole_gaps for failure in failures):
        return whole_gaps[failures[0].key].reason
    rows = np.flatnonzero(impact.columns.fulfillments.status == IN_FLIGHT).astype(np.int32)
    if len(rows) and not len(rows := _in_question(impact, rows)):
        return "no order in flight matches the filter"
    scopes = [failure.scope for failure in failures if failure.key not in whole_gaps]
    if len(rows) and not any(impact.membership.in_scope(rows, scope).any() for scope in scopes):
        return f"no order in flight is in this scope ({say_scope(scopes[0])})"
    if impact.absorbed:
        return impact.absorbed[0].detail
    assumption = "if it ends soon, " if any(each.should_have_ended(impact.as_of) for each in failures) else ""
    return f"{assumption}nothing in flight passes what it impairs in its time and scope"


def _in_question(impact: MatchedImpact, rows: Codes) -> Codes:
    selection = impact.selection
    if selection.among is not None:
        rows = np.intersect1d(rows, selection.among).astype(np.int32)
    return rows[selection.keep(rows)] if selection.keep is not None and len(rows) else rows
