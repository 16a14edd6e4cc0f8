"""Webhooks: who sent a delivery, and its documents in one commit with those that arrive at the same time."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from graph_models.time import Millis
from impactgraph.alerts.catalogue import plain_receipt
from impactgraph.ports.sources import SourceBatch, SourceProgress
from impactgraph.ports.store import Store
from impactgraph.sources.documents import Document
from impactgraph.sources.follower import Condition
from impactgraph.sources.note_log import NoteLog
from impactgraph.sources.placements import drop_known_placements
from impactgraph.sources.proof import Proof
from impactgraph.sources.refires import Refires
from impactgraph.sources.replay import Translator
from impactgraph.usecases.sources import DeliveryCheck, SourceState


def event_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers of CloudEvents, and the media type where they are there, in small letters."""
    lower = {name.lower(): value for name, value in headers.items()}
    attributes = {name: value for name, value in lower.items() if name.startswith("ce-")}
    media = lower.get("content-type", "")
    return attributes | {"content-type": media} if attributes or "cloudevents" in media else {}


def media_header(headers: Mapping[str, str]) -> dict[str, str]:
    """The media type, in small letters."""
    lower = {name.lower(): value for name, value in headers.items()}
    return {"content-type": lower.get("content-type", "").lower()}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a source takes deliveries, and from whom."""

    key: str
    """Of the source."""
    place: str
    """The address, as the quarantine has it."""
    proof: Proof
    receipt: Callable[[bytes], Mapping[str, str]] = plain_receipt
    """The answer to a delivery."""
    headers: Callable[[Mapping[str, str]], Mapping[str, str]] = event_headers
    """What is kept of the headers of a delivery."""
    secret_field: str = ""
    """Where documents have the secret, which is not stored."""


@dataclass(slots=True)
class _Waiting:
    documents: list[Document]
    is_stored: bool = False
    error: Exception | None = field(default=None)


class WebhookReceiver:
    """Implements `impactgraph.usecases.sources.Webhook`; many threads may call it."""

    def __init__(
        self, endpoint: Endpoint, translate: Translator, store: Store, *, now: Callable[[], Millis]
    ) -> None:
        self.key = endpoint.key
        self._endpoint = endpoint
        self._translate = translate
        self._store = store
        self._now = now
        self._notes = NoteLog(endpoint.key)
        self._refires = Refires(store)
        self._queue: list[_Waiting] = []
        self._queue_lock = threading.Lock()
        self._commit_lock = threading.Lock()
        self.condition = Condition(SourceState.RUNNING)
        self.on_commit: Callable[[], None] = lambda: None

    @property
    def proof(self) -> str:
        return self._endpoint.proof.name

    def load_progress(self) -> None:
        """What came so far, as the store has it."""
        self.condition.progress = self._store.source_progress().get(self.key, SourceProgress())

    def check(self, headers: Mapping[str, str], body: bytes) -> DeliveryCheck:
        return self._endpoint.proof.check(headers, body)

    def receipt(self, body: bytes) -> Mapping[str, str]:
        return self._endpoint.receipt(self._without_secret(body))

    def receive(self, headers: Mapping[str, str], body: bytes) -> None:
        text = self._without_secret(body)
        document = Document(
            text, self._endpoint.place, self._endpoint.headers(headers), received_at=self._now()
        )
        waiting = _Waiting([document])
        with self._queue_lock:
            self._queue.append(waiting)
        with self._commit_lock:  # whoever gets it stores what all others have brought meanwhile
            if not waiting.is_stored and waiting.error is None:
                self._store_queue()
        if waiting.error is not None:
            raise waiting.error

    def _without_secret(self, body: bytes) -> bytes:
        if not self._endpoint.secret_field:
            return body
        fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        return msgspec.json.encode({**fields, self._endpoint.secret_field: "***"})

    def _store_queue(self) -> None:
        with self._queue_lock:
            group, self._queue = self._queue, []
        try:
            translation = self._translate([document for each in group for document in each.documents])
            drop_known_placements(translation, self._store)
            self._refires.report_again(translation)
            self._notes.add(translation.notes)
            batch = SourceBatch(self.key, refused=translation.refused, passed=translation.passed)
            self._store.ingest_source(batch, translation.lines, places=translation.places)
        except Exception as error:  # noqa: BLE001 - each sender gets it
            for each in group:
                each.error = error
            self.condition.state, self.condition.problem = SourceState.WAITING, str(error)
            return
        for each in group:
            each.is_stored = True
        self.load_progress()
        self.condition.state, self.condition.problem = SourceState.RUNNING, None
        self.on_commit()
