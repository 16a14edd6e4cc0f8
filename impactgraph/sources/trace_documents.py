"""Makes events of exports of spans: each span is a document, so one that is refused holds up no other."""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from impactgraph.ingest.otlp import PROTOBUF, MalformedTracesError, spans_in
from impactgraph.ingest.record_mapper import RecordMapper
from impactgraph.sources.documents import Document, Translation, translate


def translate_traces(documents: Sequence[Document], mapper: RecordMapper | None) -> Translation:
    """The events of exports, and of single spans that were refused before."""
    return translate([*_spans(documents, translation := Translation())], mapper, translation)


def _spans(documents: Sequence[Document], translation: Translation) -> Iterator[Document]:
    """A document for each span; what is no export is refused."""
    for document in documents:
        if document.number and _is_span(document.text):
            yield document
            continue
        media = document.headers.get("content-type", "")
        try:
            spans = spans_in(document.text, media)
        except MalformedTracesError as error:
            translation.refuse(replace(document, text=_kept_text(document.text, media)), str(error))
            continue
        if document.number:
            translation.translated.append(document.number)
        for span in spans:
            yield Document(msgspec.json.encode(span), document.place, received_at=document.received_at)


def _is_span(text: bytes) -> bool:
    try:
        content: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(content, dict) and "span_id" in content


def _kept_text(body: bytes, media: str) -> bytes:
    """As the quarantine keeps it: protobuf in base64."""
    return b64encode(body) if media.partition(";")[0].strip() == PROTOBUF else body
