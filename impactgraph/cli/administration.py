"""Backups, removals and retention: carried out on the store itself, or by the server that has it open."""

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

from impactgraph.cli.options import Common

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from graph_models.time import Millis
    from impactgraph.cli.answers.client import Client
    from impactgraph.ports.backup import BackupHead, Part, PartKey
    from impactgraph.ports.removal import ForgetRequest, ForgetResult, RetentionCount, RetentionRule
    from impactgraph.usecases import Store
    from impactgraph.usecases.forget import RemovalContext
    from impactgraph.usecases.recording import Recording


class Administration(Protocol):
    """Implemented by an open store and by a server."""

    def backup(
        self, known: "Mapping[PartKey, str]"
    ) -> "AbstractContextManager[tuple[BackupHead, Iterator[Part]]]": ...

    def forget(self, request: "ForgetRequest") -> "ForgetResult": ...

    def retain(self, rules: "Sequence[RetentionRule]", *, dry_run: bool) -> "list[RetentionCount]": ...


@dataclass(frozen=True)
class LocalAdministration:
    store: "Store"
    address: str
    """Of the store."""
    now: "Millis"
    recording: "Recording"
    """Of what it does."""

    @contextmanager
    def backup(self, known: "Mapping[PartKey, str]") -> "Generator[tuple[BackupHead, Iterator[Part]]]":
        with self.recording.change("backup", {}), self.store.backup(known) as parts:
            yield parts

    def forget(self, request: "ForgetRequest") -> "ForgetResult":
        from impactgraph.usecases.forget import forget, forget_arguments

        with self._context() as context, self.recording.change("forget", forget_arguments(request)) as change:
            result = forget(context, request)
            change.arguments["occurrencesLeft"] = result.search.occurrences
        return result

    def retain(self, rules: "Sequence[RetentionRule]", *, dry_run: bool) -> "list[RetentionCount]":
        from impactgraph.usecases.forget import removal_arguments, retain

        arguments = {"rules": [rule.name for rule in rules], "dryRun": False}
        with self._context() as context:
            if dry_run:
                return retain(context, rules, dry_run=True)
            with self.recording.change("retention", arguments) as change:
                counts = retain(context, rules, dry_run=False)
                change.arguments["removed"] = [removal_arguments(each) for each in counts]
        return counts

    @contextmanager
    def _context(self) -> "Generator[RemovalContext]":
        from impactgraph.bootstrap import open_audit
        from impactgraph.cli.local_user import local_user
        from impactgraph.usecases.forget import RemovalContext

        with closing(open_audit(self.address)) as audit:
            yield RemovalContext(self.store, audit, local_user(), self.now)


@dataclass(frozen=True)
class RemoteAdministration:
    client: "Client"

    @contextmanager
    def backup(self, known: "Mapping[PartKey, str]") -> "Generator[tuple[BackupHead, Iterator[Part]]]":
        from impactgraph.usecases.backup_wire import decode, encode_known

        with self.client.post("/backup", encode_known(dict(known))) as response:
            yield decode(cast("BinaryIO", response))

    def forget(self, request: "ForgetRequest") -> "ForgetResult":
        from impactgraph.ports.removal import ForgetResult

        return _decode(self._answer("/forget", asdict(request)), ForgetResult)

    def retain(self, rules: "Sequence[RetentionRule]", *, dry_run: bool) -> "list[RetentionCount]":
        from impactgraph.ports.removal import RetentionCount

        texts = [{name: _plain(value) for name, value in asdict(rule).items()} for rule in rules]
        return _decode(self._answer("/retention", {"rules": texts, "dryRun": dry_run}), list[RetentionCount])

    def _answer(self, path: str, body: Mapping[str, object]) -> bytes:
        with self.client.post(path, json.dumps(body).encode()) as response:
            return response.read()


def _plain(value: object) -> object:
    return sorted(cast("frozenset[str]", value)) if isinstance(value, frozenset) else value


def _decode(body: bytes, kind: Any) -> Any:
    import msgspec

    return msgspec.json.decode(body, type=kind)


@contextmanager
def open_administration(common: Common) -> Generator[Administration]:
    """Raises ImpactGraphError where there is no store, or the server does not answer."""
    from impactgraph.cli.answers.targets import RemoteTarget, find_target
    from impactgraph.cli.recording import StoreRecording
    from impactgraph.cli.stores import existing_store

    target = find_target(common)
    if isinstance(target, RemoteTarget):
        yield RemoteAdministration(target.client)
        return
    with existing_store(common.store) as store:
        yield LocalAdministration(store, common.store, target.now, StoreRecording(common.store))
