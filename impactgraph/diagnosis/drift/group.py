"""Groups of drift findings that probably have one cause: one kind, dimension and direction, since about the
same time.
"""

from collections.abc import Iterable, Sequence
from statistics import median

from graph_models.diagnosis import Drift, DriftGroup
from graph_models.money import total
from graph_models.time import HOUR, Millis

TOGETHER: Millis = 2 * HOUR
"""Longest pause between one beginning and the next of a group. A beginning is known to the hour."""


def group_drift(findings: Iterable[Drift]) -> tuple[DriftGroup, ...]:
    """The groups with the most affected orders first; each finding is in one group.

    An order with fulfillments at several places of a group counts at each.
    """
    alike: dict[tuple[str, str, bool], list[Drift]] = {}
    for each in findings:
        alike.setdefault((each.kind.value, each.dimension, each.after > each.before), []).append(each)
    groups = [_group(members) for same in alike.values() for members in _by_beginning(same)]
    return tuple(
        sorted(
            groups, key=lambda group: (-group.orders, group.p_value, group.kind.value, group.members[0].value)
        )
    )


def _by_beginning(findings: Sequence[Drift]) -> list[list[Drift]]:
    """Those that began with no longer pause between them than `TOGETHER`."""
    groups: list[list[Drift]] = []
    for each in sorted(findings, key=lambda each: (each.since, each.value)):
        if groups and each.since - groups[-1][-1].since <= TOGETHER:
            groups[-1].append(each)
        else:
            groups.append([each])
    return groups


def _group(findings: Sequence[Drift]) -> DriftGroup:
    members = tuple(sorted(findings, key=lambda each: (-each.orders, each.p_value, each.value)))
    return DriftGroup(
        kind=members[0].kind,
        dimension=members[0].dimension,
        since=min(each.since for each in members),
        before=median(each.before for each in members),
        after=median(each.after for each in members),
        p_value=min(each.p_value for each in members),
        orders=sum(each.orders for each in members),
        worth=total(money for each in members for money in each.worth),
        members=members,
    )
