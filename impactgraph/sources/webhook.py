"""Webhooks: who sent a delivery, and its documents in one commit with those that arrive at the same time."""

import hmac
import threading
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from impactgraph.ports.sources import SourceBatch, SourceProgress
from impactgraph.ports.store import Store
from impactgraph.sources.config import WebhookSource
from impactgraph.sources.documents import Document, Translation
from impactgraph.sources.follower import Condition
from impactgraph.sources.note_log import NoteLog
from impactgraph.sources.placements import drop_known_placements
from impactgraph.usecases.sources import DeliveryCheck, SourceState


@dataclass(slots=True)
class _Waiting:
    documents: list[Document]
    is_stored: bool = False
    error: Exception | None = field(default=None)


class WebhookReceiver:
    """Implements `impactgraph.usecases.sources.Webhook`; many threads may call it."""

    def __init__(
        self,
        config: WebhookSource,
        translate: Callable[[Sequence[Document]], Translation],
        store: Store,
    ) -> None:
        self._config = config
        self._translate = translate
        self._store = store
        self._notes = NoteLog(config.key)
        self._queue: list[_Waiting] = []
        self._queue_lock = threading.Lock()
        self._commit_lock = threading.Lock()
        self.condition = Condition(SourceState.RUNNING)
        self.on_commit: Callable[[], None] = lambda: None

    @property
    def header(self) -> str:
        return self._config.header

    def load_progress(self) -> None:
        """What came so far, as the store has it."""
        self.condition.progress = self._store.source_progress().get(self._config.key, SourceProgress())

    def check(self, headers: Mapping[str, str], body: bytes) -> DeliveryCheck:
        """Every secret is compared, whichever is right: the time taken says nothing."""
        header_value = headers.get(self._config.header.lower())
        if not header_value:
            return DeliveryCheck.MISSING
        candidates = [header_value] if self._config.check == "secret" else header_value.split(",")
        bare_text = [self._without_prefix(each.strip()) for each in candidates]
        is_valid = False
        for secret in self._config.secrets:
            own_signature = self._signature_of(secret.read(), body)
            for candidate in bare_text:
                is_valid |= candidate is not None and hmac.compare_digest(own_signature, candidate.encode())
        return DeliveryCheck.VALID if is_valid else DeliveryCheck.WRONG

    def _without_prefix(self, text: str) -> str | None:
        return text.removeprefix(self._config.prefix) if text.startswith(self._config.prefix) else None

    def _signature_of(self, secret: str, body: bytes) -> bytes:
        if self._config.check == "secret":
            return secret.encode()
        signature = hmac.digest(secret.encode(), body, sha256)
        return b64encode(signature) if self._config.encoding == "base64" else signature.hex().encode()

    def receive(self, headers: Mapping[str, str], body: bytes) -> None:
        document = Document(body, f"POST /in/{self._config.key}", event_headers(headers))
        waiting = _Waiting([document])
        with self._queue_lock:
            self._queue.append(waiting)
        with self._commit_lock:  # whoever gets it stores what all others have brought meanwhile
            if not waiting.is_stored and waiting.error is None:
                self._store_queue()
        if waiting.error is not None:
            raise waiting.error

    def _store_queue(self) -> None:
        with self._queue_lock:
            group, self._queue = self._queue, []
        try:
            translation = self._translate([document for each in group for document in each.documents])
            drop_known_placements(translation, self._store)
            self._notes.add(translation.notes)
            batch = SourceBatch(self._config.key, refused=translation.refused, passed=translation.passed)
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


def event_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers of CloudEvents, and the media type where they are there, in small letters."""
    lower = {name.lower(): value for name, value in headers.items()}
    attributes = {name: value for name, value in lower.items() if name.startswith("ce-")}
    media = lower.get("content-type", "")
    return attributes | {"content-type": media} if attributes or "cloudevents" in media else {}
