"""Makes events of the documents of a live source: by its mapping, else they are CloudEvents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from graph_models.time import Millis
from impactgraph.errors import BadInputError
from impactgraph.ingest.cloudevents import STRUCTURED, read_delivery
from impactgraph.ingest.json_documents import MalformedJsonError, decode_document
from impactgraph.ingest.mapped import Skipped
from impactgraph.ingest.record_mapper import MappedRecord, RecordMapper
from impactgraph.ingest.text_files import is_xml
from impactgraph.ingest.xml_documents import decode_xml
from impactgraph.ports.sources import RefusedDocument

_BOM = b"\xef\xbb\xbf"
_NO_HEADERS: Mapping[str, str] = {}
_EMPTY = "it is empty"
_JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Document:
    """What a source delivered, as it came."""

    text: bytes
    place: str
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_HEADERS)
    """As of HTTP, in small letters: events in CloudEvents' binary mode have their attributes there."""
    number: int = 0
    """Of the quarantine entry that it is retried from; 0: it is new."""
    received_at: Millis = 0
    """For what says no time itself."""


@dataclass(frozen=True, slots=True)
class PresentAlert:
    """An alert as it was when a delivery was sent."""

    failure: str
    """Its bare key."""
    started_at: Millis | None
    """None where it has ended."""
    received_at: Millis


@dataclass(slots=True)
class Translation:
    """Documents as events, and what became none."""

    lines: list[bytes] = field(default_factory=list[bytes])
    places: list[str] = field(default_factory=list[str])
    """Of each event."""
    refused: list[RefusedDocument] = field(default_factory=list[RefusedDocument])
    passed: int = 0
    """Records that the mapping does not ask for."""
    inferred: dict[int, str] = field(default_factory=dict[int, str])
    """Order by index of the event: events that place orders because nothing before them does."""
    notes: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(sentence, place): what went wrong with single values of records that are events all the same."""
    translated: list[int] = field(default_factory=list[int])
    """Quarantine entries whose documents are events now."""
    present: dict[int, PresentAlert] = field(default_factory=dict[int, PresentAlert])
    """By index of the event: alerts of which a delivery says how they are as it is sent."""

    def add_events(self, events: Sequence[bytes], place: str) -> None:
        self.lines += events
        self.places += [place] * len(events)

    def refuse(self, document: Document, reason: str) -> None:
        self.refused.append(RefusedDocument(document.text, reason, document.place, document.number))


def translate(
    documents: Sequence[Document], mapper: RecordMapper | None, translation: Translation | None = None
) -> Translation:
    """The events of the documents in their order, added to `translation` where there is one.

    A document is refused as a whole where one of its records is: retried, it gives the same events again.
    """
    translation = translation or Translation()
    for document in documents:
        if not document.text.strip():
            translation.refuse(document, _EMPTY)
        elif mapper is None:
            _add_cloudevents(document, translation)
        else:
            _add_record(document, mapper, translation)
    return translation


def _add_cloudevents(document: Document, translation: Translation) -> None:
    """Texts that are no JSON become events, too: the store refuses them with their reason."""
    headers = dict(document.headers)
    headers.setdefault("content-type", _JSON if document.text.lstrip()[:1] == b"[" else STRUCTURED)
    try:
        events = read_delivery(headers, document.text).events
    except BadInputError as error:
        translation.refuse(document, str(error))
        return
    translation.add_events(events, document.place)
    translation.passed += not events  # a batch of none
    _settle(document, translation)


def _add_record(document: Document, mapper: RecordMapper, translation: Translation) -> None:
    text = document.text.removeprefix(_BOM)
    try:
        content = decode_xml(text) if is_xml(text) else decode_document(text)
    except MalformedJsonError as error:
        translation.refuse(document, f"not JSON: {error}")
        return
    except ValueError as error:
        translation.refuse(document, str(error))
        return
    reasons: dict[str, None] = {}
    for record in mapper.map_document(content, document.place):
        start = len(translation.lines)
        translation.add_events(record.events, document.place)
        translation.inferred |= {start + index: order for index, order in record.inferred.items()}
        translation.notes += ((sentence, document.place) for sentence in record.notes)
        if record.skipped is not None and not record.skipped.is_expected:
            reasons[_reason(record, record.skipped)] = None
        elif not record.events:
            translation.passed += 1
    if reasons:
        translation.refuse(document, "; ".join(reasons))
    else:
        _settle(document, translation)


def _settle(document: Document, translation: Translation) -> None:
    if document.number:
        translation.translated.append(document.number)


def _reason(record: MappedRecord, skipped: Skipped) -> str:
    activity = skipped.activity or record.activity
    return f"{activity}: {skipped.reason}" if activity else skipped.reason
