"""Administration of a store: backups, and removals for good."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial

from graph_models.time import Millis
from impactgraph.errors import BadInputError
from impactgraph.ports.backup import BackupHead, Part, PartKey, Totals
from impactgraph.ports.removal import (
    Elsewhere,
    ForgetRequest,
    ForgetResult,
    RetainedFrom,
    RetentionCount,
    RetentionRule,
    Search,
)
from impactgraph.stores.local.backup import parts, totals
from impactgraph.stores.local.base_store import ReplicaStore
from impactgraph.stores.local.byte_search import search_record
from impactgraph.stores.local.forget import PreparedForget
from impactgraph.stores.local.packing import unpack
from impactgraph.stores.local.removal import FORGOTTEN, Removal
from impactgraph.stores.local.replica import Change
from impactgraph.stores.local.retention import PreparedRetention
from impactgraph.stores.local.terms import Terms


class AdministrationStore(ReplicaStore):
    """Implements `BackupStore` and `RemovalStore` of `impactgraph.ports`."""

    @contextmanager
    def backup(self, known: Mapping[PartKey, str]) -> Generator[tuple[BackupHead, Iterator[Part]]]:
        with self._reading():
            pass  # what other processes have committed is here then
        with ExitStack() as stack:
            with self._write_lock, self._state_lock.reading():
                record = stack.enter_context(self._replica.record.frozen())
            yield BackupHead(self.identity, self._now(), totals(record)), parts(record, known)

    def totals(self) -> Totals:
        with self._reading() as replica:
            return totals(replica.record)

    def restore(self, blocks: Iterable[bytes]) -> None:
        if any(self.totals().counts.values()):
            raise BadInputError("A backup is restored into an empty store, and this one has data.")
        for data in blocks:
            change = Change(unpack(data), lambda: None)
            self._commit(lambda change=change: change)
        self.reload()

    # Removals for good

    def forget(self, request: ForgetRequest, at: Millis, elsewhere: Elsewhere = lambda _: 0) -> ForgetResult:
        plan: PreparedForget | None = None
        request = replace(
            request,
            attributes=[(name, self.personal.forms(name, values)) for name, values in request.attributes],
        )

        def prepare() -> Change:
            nonlocal plan
            self._follow_clock_to(self._now())
            change, plan = self._replica.prepare_forget(request, self._watermark(), at)
            return change

        self._commit(prepare)
        assert plan is not None
        terms = Terms(plan.terms)
        plan.texts += elsewhere(partial(terms.removed_from_json, by=FORGOTTEN))
        return plan.result(self._clean_up(plan.removals, terms))

    def _clean_up(self, removals: Sequence[Removal], terms: Terms | None) -> Search:
        """Removes what is left of it outside of the replica's tables, and looks for it (None: does not)."""
        if terms is None:
            return Search()
        with self._reading() as replica:
            return search_record(replica.record, terms)

    def retain(self, rule: RetentionRule, at: Millis, *, dry_run: bool = False) -> RetentionCount:
        total = RetentionCount(rule.name, rule.before)
        if dry_run:
            with self._reading() as replica:
                return total + replica.retention_count(rule)
        while (removal := self._retain_some(rule, at)) is not None:
            total += removal.count
            self._clean_up([removal.removal], None)
        return total

    def _retain_some(self, rule: RetentionRule, at: Millis) -> PreparedRetention | None:
        plan: PreparedRetention | None = None

        def prepare() -> Change | None:
            nonlocal plan
            self._follow_clock_to(self._now())
            change, plan = self._replica.prepare_retention(rule, self._watermark(), at)
            return change

        self._commit(prepare)
        return plan

    def retained_from(self) -> RetainedFrom | None:
        with self._reading() as replica:
            return replica.removals.retained_from

    def forgotten_at(self, order: str) -> Millis | None:
        with self._reading() as replica:
            return replica.removals.forgotten_at(order)
