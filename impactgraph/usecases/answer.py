"""The answer to "what does this failure affect", as api and cli see it."""

from collections.abc import Callable
from typing import TypeAlias

from graph_models.impact import Question
from impactgraph.impact.blast_radius import BlastRadius as Answer
from impactgraph.usecases.snapshot import Snapshot

__all__ = ["Answer", "Ask"]

Ask: TypeAlias = Callable[[Snapshot, Question], Answer]
"""Answers a question; good in the thread, and as long as the snapshot is open, that it was asked of."""
