"""The answer to "what does this failure hit", as api and cli see it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias

from graph_models.impact import Question
from graph_models.time import Millis
from impactgraph.impact.answer import BlastRadius as Answer
from impactgraph.ports.store import Store

__all__ = ["Answer", "Ask"]

Ask: TypeAlias = Callable[[Store, Question, Millis], AbstractContextManager[Answer]]
"""Gives an answer that is good in the thread, and as long as the context, that it was asked in."""
