"""The sources of a process: a thread for each that has to be read, a receiver for each webhook."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias, TypeVar

from graph_models.time import Millis
from impactgraph.alerts.catalogue import SENDERS
from impactgraph.errors import BadInputError, NotFoundError, Problem
from impactgraph.ingest.otlp import require_otlp
from impactgraph.ingest.record_mapper import RecordMapper
from impactgraph.ports.store import Store
from impactgraph.sources.alert_documents import alert_translator
from impactgraph.sources.config import (
    AlertsSource,
    FolderSource,
    KafkaSource,
    ListSource,
    PostgresSource,
    SourceConfig,
    TracesSource,
    WebhookSource,
)
from impactgraph.sources.documents import translate
from impactgraph.sources.feed import Feed
from impactgraph.sources.folder import FolderFeed
from impactgraph.sources.follower import Condition, Follower
from impactgraph.sources.kafka import KafkaFeed
from impactgraph.sources.list_feed import ListFeed
from impactgraph.sources.mappings import document_mapper, file_blocks, mapping_version
from impactgraph.sources.postgres import PostgresFeed
from impactgraph.sources.proof import alerts_proof, traces_proof, webhook_proof
from impactgraph.sources.replay import Translator
from impactgraph.sources.sns_proof import SnsProof, fetch
from impactgraph.sources.trace_documents import translate_traces
from impactgraph.sources.webhook import Endpoint, WebhookReceiver, media_header
from impactgraph.topology.near import nearest
from impactgraph.usecases.sources import SourceStatus, Webhook

T = TypeVar("T", bound=SourceConfig)
SourceOfDocuments: TypeAlias = KafkaSource | PostgresSource | WebhookSource | AlertsSource | TracesSource

JOIN_SECONDS = 30.0
"""How long the end of a thread is waited for: it may be in the middle of a commit."""


class FollowedSources:
    """Implements `impactgraph.usecases.sources.LiveSources`."""

    def __init__(self, configs: Sequence[SourceConfig], store: Store, *, now: Callable[[], Millis]) -> None:
        """Raises BadInputError with everything that is wrong in the mappings, and every missing secret."""
        self._configs = configs
        self._now = now
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._followers: dict[str, Follower] = {}
        self._webhooks: dict[str, WebhookReceiver] = {}
        problems: list[Problem] = []
        for config in configs:
            try:
                if isinstance(config, WebhookSource | AlertsSource | TracesSource):
                    self._webhooks[config.key] = receiver(config, store, now=now)
                else:
                    self._followers[config.key] = follower(config, store, self._stop, now=now)
            except BadInputError as error:
                problems += [_of_source(config.key, problem) for problem in error.problems]
        if problems:
            raise BadInputError(*problems)

    def start(self, on_commit: Callable[[], None]) -> None:
        """Follows them until `stop`."""
        for receiver in self._webhooks.values():
            receiver.on_commit = on_commit
            receiver.load_progress()
        self._threads = [
            threading.Thread(target=each.run, args=(self._stop, on_commit), name=f"source {each.key}")
            for each in self._followers.values()
        ]
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    def stop(self) -> None:
        """Returns when nothing is written any more."""
        self._stop.set()
        for thread in self._threads:
            thread.join(JOIN_SECONDS)

    def statuses(self) -> Sequence[SourceStatus]:
        now = self._now()
        return [self._condition(each.key).status(each.key, each.kind, now) for each in self._configs]

    def _condition(self, key: str) -> Condition:
        return (self._webhooks.get(key) or self._followers[key]).condition

    def webhook(self, key: str) -> Webhook | None:
        return next((self._webhooks[each.key] for each in self._of(WebhookSource) if each.key == key), None)

    def alert_webhooks(self, sender: str, key: str | None = None) -> Sequence[Webhook]:
        return [
            self._webhooks[each.key]
            for each in self._of(AlertsSource)
            if each.sender == sender and key in (None, each.key)
        ]

    def trace_webhooks(self) -> Sequence[Webhook]:
        return [self._webhooks[each.key] for each in self._of(TracesSource)]

    def _of(self, kind: type[T]) -> list[T]:
        return [each for each in self._configs if isinstance(each, kind)]


def follower(
    config: SourceConfig, store: Store, stop: threading.Event, *, now: Callable[[], Millis]
) -> Follower:
    """What follows a source, in the thread that runs it. Raises BadInputError where its mapping is wrong."""
    if isinstance(config, ListSource):
        return Follower(
            config.key,
            lambda: ListFeed(config, lambda: store.topology().systems, stop, now=now),
            store,
            now=now,
        )
    return Follower(config.key, _feed_maker(config, stop), store, now=now)


def _feed_maker(config: SourceOfDocuments | FolderSource, stop: threading.Event) -> Callable[[], Feed]:
    match config:
        case KafkaSource():
            make = partial(translate, mapper=mapper_of(config))
            return lambda: KafkaFeed(config, make)
        case PostgresSource():
            make = partial(translate, mapper=mapper_of(config))
            return lambda: PostgresFeed(config, make, stop)
        case FolderSource():
            version = mapping_version(config.mapping) if config.mapping else ""
            read = partial(file_blocks, mapping=config.mapping)
            return lambda: FolderFeed(config, read, stop, version=version)
        case WebhookSource() | AlertsSource() | TracesSource():
            raise BadInputError(
                f"{config.key} is of kind {config.kind}: `impactgraph serve` receives what is sent to it."
            )


def mapper_of(config: KafkaSource | PostgresSource | WebhookSource | TracesSource) -> RecordMapper | None:
    """None where its documents are CloudEvents. Raises BadInputError where the mapping is wrong."""
    return document_mapper(config.mapping) if config.mapping else None


def document_translators(configs: Sequence[SourceConfig]) -> dict[str, Translator]:
    """What makes events of the documents of each source that has documents; folders and lists have rows."""
    return {
        each.key: _translator(each) for each in configs if not isinstance(each, FolderSource | ListSource)
    }


def _translator(config: SourceOfDocuments) -> Translator:
    match config:
        case AlertsSource():
            return alert_translator(config)
        case TracesSource():
            return partial(translate_traces, mapper=mapper_of(config))
        case _:
            return partial(translate, mapper=mapper_of(config))


def chosen_source(configs: Sequence[SourceConfig], key: str) -> SourceConfig:
    """Raises NotFoundError, with near names, where there is none with this key."""
    for config in configs:
        if config.key == key:
            return config
    raise NotFoundError(
        f"source {key}", near=[f"source {each}" for each in nearest(key, [c.key for c in configs])]
    )


def receiver(
    config: WebhookSource | AlertsSource | TracesSource, store: Store, *, now: Callable[[], Millis]
) -> WebhookReceiver:
    """Raises BadInputError where its mapping or its rules are wrong, and where a secret is missing."""
    for secret in config.secrets:
        secret.read()
    if isinstance(config, WebhookSource):
        endpoint = Endpoint(config.key, f"POST /in/{config.key}", webhook_proof(config))
        return WebhookReceiver(endpoint, partial(translate, mapper=mapper_of(config)), store, now=now)
    if isinstance(config, TracesSource):
        require_otlp()
        endpoint = Endpoint(config.key, "POST /v1/traces", traces_proof(config), headers=media_header)
        return WebhookReceiver(endpoint, _translator(config), store, now=now)
    sender = SENDERS[config.sender]
    is_sns = sender.is_sns and config.check == "signature"
    endpoint = Endpoint(
        config.key,
        f"POST /webhooks/{config.sender}/{config.key}",
        SnsProof(config.topics) if is_sns else alerts_proof(config, now),
        receipt=sender.receipt,
        secret_field=sender.body_secret if config.check == "signature" else "",
    )
    translator = alert_translator(config, confirm=fetch if is_sns else None)
    return WebhookReceiver(endpoint, translator, store, now=now)


def _of_source(key: str, problem: Problem) -> Problem:
    return Problem(f"source {key}: {problem.message}", problem.file, problem.line)
