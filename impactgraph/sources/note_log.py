"""Logs what was left out of documents: values that went wrong, and alerts that open nothing."""

from collections.abc import Sequence

import structlog

MOST_NOTES = 200
"""Sentences of a source that are logged, each once: free text in them has no end."""

log = structlog.get_logger("impactgraph.sources")


class NoteLog:
    """Of one source."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._sentences = set[str]()

    def add(self, notes: Sequence[tuple[str, str]]) -> None:
        """(sentence, place): logs each sentence where it comes first."""
        for sentence, place in notes:
            if sentence not in self._sentences and len(self._sentences) < MOST_NOTES:
                self._sentences.add(sentence)
                log.warning(
                    "left out of what a source delivered", source=self._source, reason=sentence, place=place
                )
