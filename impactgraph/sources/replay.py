"""Retries documents in the quarantine that a mapping refused: the mapping may have been corrected since."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import TypeAlias

from impactgraph.ports.ingest import IngestResult, QuarantinedEvent
from impactgraph.ports.sources import SourceBatch
from impactgraph.ports.store import Store
from impactgraph.sources.documents import Document, Translation
from impactgraph.sources.placements import drop_known_placements

MOST_DOCUMENTS = 2_000
"""Of one transaction."""

Translator: TypeAlias = Callable[[Sequence[Document]], Translation]


def replay_documents(
    store: Store, translators: Mapping[str, Translator], numbers: Sequence[int] | None = None
) -> IngestResult:
    """Makes events of the documents with these numbers (None: all) again, by the mapping or the rules that
    their source has now.

    Documents that become events leave the quarantine; the others stay with the present reason, as do those of
    sources that are not in `translators`.
    """
    entries = sorted(store.quarantined_documents(numbers), key=lambda entry: entry.origin)
    total = IngestResult()
    for source, group in groupby(entries, key=lambda entry: entry.origin):
        remaining = list(group)
        if source not in translators:
            total.quarantined += remaining
            continue
        for start in range(0, len(remaining), MOST_DOCUMENTS):
            chunk = remaining[start : start + MOST_DOCUMENTS]
            total.extend(_replay(store, source, chunk, translators[source]))
    return total


def _replay(
    store: Store, source: str, entries: Sequence[QuarantinedEvent], translate: Translator
) -> IngestResult:
    documents = [
        Document(entry.text.encode(), entry.place, number=entry.number, received_at=entry.received_at)
        for entry in entries
    ]
    translation = translate(documents)
    drop_known_placements(translation, store)
    batch = SourceBatch(
        source, refused=translation.refused, passed=translation.passed, releases=translation.translated
    )
    result = store.ingest_source(batch, translation.lines, places=translation.places)
    result.quarantined += _remaining(entries, translation)
    result.results = []
    return result


def _remaining(entries: Sequence[QuarantinedEvent], translation: Translation) -> list[QuarantinedEvent]:
    """The entries that stay, with their present reasons."""
    reasons = {each.number: each.reason for each in translation.refused}
    return [
        QuarantinedEvent(
            entry.number, reasons[entry.number], entry.text, entry.place, entry.received_at, entry.origin
        )
        for entry in entries
        if entry.number in reasons
    ]
