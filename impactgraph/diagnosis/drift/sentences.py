"""Sentences of drift."""

from graph_models.diagnosis import Drift, DriftGroup, DriftKind

_NAMED = 3
_FAR = 20.0
"""From this ratio on the figure says little: a rare event has become frequent."""
_VERBS = {
    DriftKind.ERRORS: "fails",
    DriftKind.REROUTES: "has orders rerouted",
    DriftKind.REJECTIONS: "rejects orders",
    DriftKind.CANCELLATIONS: "has orders cancelled",
}


def drift_sentence(drift: Drift) -> str:
    """Such as `step ship-from-store/pick takes 2.3 times as long`."""
    subject = f"{drift.dimension} {drift.value}"
    if drift.kind is DriftKind.DURATION:
        return f"{subject} takes {_ratio_text(drift, 'long', 'longer')}"
    return f"{subject} {_VERBS[drift.kind]} {_ratio_text(drift, 'often', 'more often')}"


def places_text(group: DriftGroup) -> str:
    """`store-535, store-537, store-536 and 92 more`: the places with the most affected orders, and how many
    others.
    """
    names = ", ".join(member.value for member in group.members[:_NAMED])
    more = len(group.members) - _NAMED
    return f"{names} and {more:,} more" if more > 0 else names


def _ratio_text(drift: Drift, equal: str, comparative: str) -> str:
    if not drift.before:
        return f"{comparative} than before"
    ratio = drift.after / drift.before
    return f"far {comparative}" if ratio >= _FAR else f"{ratio:.1f} times as {equal}"
