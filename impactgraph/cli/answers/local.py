"""Answers from an open store: use cases, encoded in the shapes of GraphQL."""

from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from graph_models.diagnosis import PayloadFinding
from graph_models.enums import Dimension
from graph_models.failure import Failure
from graph_models.ids import key_of
from graph_models.impact import Question
from graph_models.incident_life import ReportFormat
from graph_models.journal import NoticeState
from graph_models.orders import Order, Page
from graph_models.time import Millis
from impactgraph.cli.answers.invocations import (
    CommandInvocation,
    apply_invocation,
    incident_invocation,
    report_invocation,
    resolve_invocation,
    update_invocation,
)
from impactgraph.cli.answers.repair_lists import local_repair, local_rows
from impactgraph.cli.blast_answer import open_answer
from impactgraph.cli.blast_data import blast_json, export_rows
from impactgraph.cli.blast_layout import PREVIEW_PARTS, BlastLayout
from impactgraph.cli.encode import Encoder, Json, iso_moment
from impactgraph.cli.encode.notice_data import due_json, notice_json
from impactgraph.cli.links import server_address
from impactgraph.cli.measures_data import measures_json
from impactgraph.cli.output import Rows
from impactgraph.cli.overdue_data import overdue_json
from impactgraph.cli.source_data import source_json
from impactgraph.cli.why_data import why_json
from impactgraph.cli.why_message import MessageLayout
from impactgraph.usecases import Store, impact_pages
from impactgraph.usecases.apply_topology import apply_path
from impactgraph.usecases.audit import DONE, REFUSED
from impactgraph.usecases.blast_radius import answer_question
from impactgraph.usecases.check_listing import check_listing, check_system, steps_of
from impactgraph.usecases.contributions import contributions
from impactgraph.usecases.cost_of_delay import cost_of_delay, delay_sentence
from impactgraph.usecases.drift import list_drift, list_drift_groups
from impactgraph.usecases.exports import Export
from impactgraph.usecases.failures import list_failures
from impactgraph.usecases.identify_order import identify_order
from impactgraph.usecases.incident_actions import IncidentWork, work_on_incident
from impactgraph.usecases.incident_checklist import checklist
from impactgraph.usecases.incident_document import incident_document
from impactgraph.usecases.incidents import IncidentsQuestion, get_incident, list_incidents, page_of
from impactgraph.usecases.ingest_files import EventTarget
from impactgraph.usecases.measures import MeasuresQuestion, measures
from impactgraph.usecases.notices import list_notices
from impactgraph.usecases.orders import OrderQuery, current_topology, orders_page
from impactgraph.usecases.overdue import OverdueQuestion, overdue
from impactgraph.usecases.pages import MOST
from impactgraph.usecases.payloads import PayloadsQuestion, list_payload_findings
from impactgraph.usecases.preview_failure import preview_failure
from impactgraph.usecases.reconcile import ReconcileQuestion, reconcile
from impactgraph.usecases.record_lists import RecordListQuestion, list_record_states
from impactgraph.usecases.recording import UNRECORDED, RecordedChange, Recording
from impactgraph.usecases.records import RecordsQuestion, list_rates, watch_records
from impactgraph.usecases.repair import RepairQuestion
from impactgraph.usecases.repair_exports import RepairExport
from impactgraph.usecases.report_failure import FailureOutcome, report_failure
from impactgraph.usecases.report_list import ListReport, SystemListing, report_list
from impactgraph.usecases.resolve_failure import resolve_failure
from impactgraph.usecases.snapshot import snapshot
from impactgraph.usecases.sources import stopped_sources
from impactgraph.usecases.update_failure import FailureChange, update_failure
from impactgraph.usecases.why import why
from impactgraph.usecases.wording import Wording

T = TypeVar("T")


@dataclass(frozen=True)
class LocalAnswers:
    """The port `Answers`, as of a moment."""

    store: Store
    now: Millis
    recording: Recording = UNRECORDED
    """Of what they change."""

    def identify_order(self, text: str) -> Json:
        result = identify_order(self.store, text)
        return {"order": result.order, "matched": result.match_text}

    def why(self, text: str, as_of: Millis | None, wording: Wording, layout: MessageLayout) -> Json:
        answer = why(self.store, text, self.now, as_of, wording)
        return {
            "matched": answer.match_text,
            "at": iso_moment(answer.at),
            "order": why_json(answer, layout),
            "message": Encoder().encode(layout.message(answer.messages)),
        }

    def blast_radius(self, question: Question, layout: BlastLayout, parts: Collection[str] | None) -> Json:
        with open_answer(self.store, question, self.now) as blast:
            return blast_json(blast, layout, parts)

    def export(self, question: Question, export: Export, size: int | None) -> Rows:
        with open_answer(self.store, question, self.now) as blast:
            rows = export_rows(blast, export, size)
            return Rows(rows.columns, list(rows.rows))

    def cost_of_delay(self, question: Question, ends: Sequence[Millis] | None) -> Json:
        with open_answer(self.store, question, self.now) as blast:
            points = cost_of_delay(blast.snapshot, blast.answer, ends)
            additions = contributions(blast.snapshot, answer_question, blast.answer)
            encode = Encoder(blast.answer.as_of, blast.topology).encode
            return {
                "asOf": iso_moment(blast.answer.as_of),
                "topology": f"topology:{blast.answer.topology_version}",
                "delaySentence": delay_sentence(blast.answer, points),
                "costOfDelay": encode(points),
                "contributions": encode(additions),
            }

    def explain(self, question: Question, order: str) -> Json:
        with open_answer(self.store, question, self.now) as blast:
            explanation = impact_pages.explain(self.store, blast.answer, order, question.as_of)
            encode = Encoder(blast.answer.as_of, blast.topology).encode
            return {"asOf": iso_moment(blast.answer.as_of), "explanation": encode(explanation)}

    def overdue(self, question: OverdueQuestion, by: Sequence[Dimension], size: int | None) -> Json:
        with overdue(self.store, question, self.now) as answer:
            return overdue_json(answer, answer.groups(by), _pages(answer.orders, size))

    def drift(self, as_of: Millis | None, size: int, *, grouped: bool) -> Json:
        encoder = self._encoder(as_of)
        page = (
            encoder.connection(list_drift_groups(self.store, self.now, as_of, size))
            if grouped
            else encoder.connection(list_drift(self.store, self.now, as_of, size))
        )
        return {"asOf": iso_moment(self.now if as_of is None else as_of), "drift": page}

    def records(self, question: RecordsQuestion, size: int | None) -> Json:
        with watch_records(self.store, question, self.now) as answer:
            encoder = Encoder(answer.findings.at, answer.findings.topology)
            page = _pages(lambda first, after: answer.page(first or MOST, after), size)
            return {
                "asOf": iso_moment(answer.findings.at),
                "totals": encoder.encode(answer.totals()),
                "records": encoder.encode(page),
                "recordRates": encoder.encode(list_rates(self.store, question.as_of, self.now)),
                "hasOrders": answer.has_orders,
            }

    def check_listing(self, listing: SystemListing, now: Millis) -> None:
        topology = current_topology(self.store, listing.at)
        check_system(topology.systems, listing.system)
        check_listing(listing, steps_of(topology), now)

    def report_list(self, listing: SystemListing, path: Path) -> ListReport:
        arguments = {"system": listing.system, "file": str(path), "lines": len(listing.rows)}
        with self.recording.change("reconcile list", arguments) as change:
            report = report_list(self.store, listing, path, self.now)
            change.outcome = REFUSED if report.problems else DONE
            change.arguments["ingest"] = report.ingest
        return report

    def record_list(self, question: RecordListQuestion, size: int | None) -> Json:
        encoder = Encoder()
        with list_record_states(self.store, question, self.now) as result:
            page = result.every() if size is None else result.page(size, None)
            listing = {"totals": encoder.encode(result.counts()), "lines": encoder.encode(page)}
            return {"asOf": iso_moment(result.at), "recordList": listing}

    def reconcile(self, question: ReconcileQuestion, size: int | None) -> Json:
        with reconcile(self.store, question, self.now) as answer:
            page = answer.page(answer.size if size is None else size, None)
            encoder = Encoder()
            return {**encoder.encode(answer.result), "findings": encoder.encode(page)}

    def orders(self, query: OrderQuery, size: int | None) -> Json:
        own = replace(query, expectations=size is not None)

        def page(first: int | None, after: str | None) -> Page[Order]:
            return orders_page(self.store, self.now, replace(own, first=first, after=after))

        at = self.now if query.as_of is None else query.as_of
        encoder = Encoder(at, current_topology(self.store, query.as_of))
        return {"asOf": iso_moment(at), "orders": encoder.connection(_pages(page, size))}

    def payloads(self, question: PayloadsQuestion, size: int | None) -> Json:
        def page(first: int | None, after: str | None) -> Page[PayloadFinding]:
            return list_payload_findings(self.store, question, self.now, first, after)

        return self._encoder(question.as_of).connection(_pages(page, size))

    def incidents(self, question: IncidentsQuestion, size: int) -> Json:
        with snapshot(self.store, question.as_of, self.now) as s:
            reports = list_incidents(s, answer_question, question)
            encoder = Encoder(s.at, s.topology)
            page = encoder.connection(page_of(reports, size, None))
            return {"asOf": iso_moment(s.at), "incidents": page}

    def work_on_incident(self, work: IncidentWork) -> Json:
        with self.recording.change(*incident_invocation(work)) as change:
            outcome = work_on_incident(self.store, answer_question, work, self.now)
            change.outcome = REFUSED if outcome.problems else DONE
        encode = Encoder(self.now, current_topology(self.store)).encode
        incident = encode(outcome.incident)
        if incident is not None:
            del incident["rank"]
        return {"incident": incident, "problems": encode(outcome.problems)}

    def incident_checklist(self, incident: str, as_of: Millis | None) -> Json:
        with snapshot(self.store, as_of, self.now) as s:
            report = get_incident(s, answer_question, key_of(incident, "incident"), as_of)
            steps = checklist(s, answer_question, report)
            encode = Encoder(s.at, s.topology).encode
            return {"id": f"incident:{report.key}", "headline": report.headline, "checklist": encode(steps)}

    def incident_report(self, incident: str, at: Millis, form: ReportFormat) -> str:
        with snapshot(self.store, at, self.now) as s:
            return incident_document(s, answer_question, incident, form, self.now)

    def repair(self, question: RepairQuestion, export: RepairExport, size: int | None) -> Json:
        return local_repair(self.store, self.now, question, export, size)

    def repair_rows(self, question: RepairQuestion, export: RepairExport) -> Rows:
        return local_rows(self.store, self.now, question, export)

    def failures(self, size: int, *, active: bool | None) -> Json:
        page = list_failures(self.store, self.now, active=active, first=size)
        encoder = Encoder(self.now, current_topology(self.store))
        return {"asOf": iso_moment(self.now), "failures": encoder.connection(page)}

    def report_failure(self, failure: Failure, *, dry_run: bool) -> Json:
        def report() -> FailureOutcome:
            return report_failure(self.store, failure, self.now, dry_run=dry_run)

        return self._change_failure(report_invocation(failure), report, dry_run)

    def update_failure(self, identifier: str, change: FailureChange, *, dry_run: bool) -> Json:
        def update() -> FailureOutcome:
            return update_failure(self.store, identifier, change, self.now, dry_run=dry_run)

        return self._change_failure(update_invocation(identifier, change), update, dry_run)

    def resolve_failure(self, identifier: str, ended_at: Millis | None, *, dry_run: bool) -> Json:
        def resolve() -> FailureOutcome:
            return resolve_failure(self.store, identifier, ended_at, self.now, dry_run=dry_run)

        return self._change_failure(resolve_invocation(identifier, ended_at), resolve, dry_run)

    def sources(self, configuration: Sequence[tuple[str, str]]) -> Sequence[Json]:
        return [source_json(each) for each in stopped_sources(configuration, self.store.source_progress())]

    def measures(self, question: MeasuresQuestion) -> Json:
        with snapshot(self.store, question.as_of, self.now) as s:
            return measures_json(measures(s, answer_question, question))

    def notices(self, states: Sequence[NoticeState] | None, size: int) -> Json:
        page = list_notices(self.store, states=states, first=size)
        return Encoder().connection(page, notice_json)

    def notices_due(self, file: Path) -> Sequence[Json]:
        from impactgraph.notices.format import load_rules
        from impactgraph.notices.worker import due_notices

        return [
            due_json(each) for each in due_notices(self.store, load_rules(file), self.now, server_address())
        ]

    def apply(self, path: Path, *, dry_run: bool) -> Json:
        with (
            nullcontext(RecordedChange())
            if dry_run
            else self.recording.change(*apply_invocation(path)) as change
        ):
            outcome = apply_path(self.store, path, self.now, dry_run=dry_run)
            change.outcome = REFUSED if outcome.problems else DONE
        encode = Encoder().encode
        return {
            "topology": encode(outcome.version),
            "unchanged": outcome.is_unchanged,
            "change": encode(outcome.change),
            "problems": encode(outcome.problems),
            "warnings": encode(outcome.warnings),
        }

    @property
    def events(self) -> EventTarget:
        return self.store

    def _change_failure(
        self, invocation: CommandInvocation, work: Callable[[], FailureOutcome], dry_run: bool
    ) -> Json:
        with nullcontext(RecordedChange()) if dry_run else self.recording.change(*invocation) as change:
            outcome = work()
            change.outcome = REFUSED if outcome.problems else DONE
        return self._payload(outcome, dry_run)

    def _payload(self, outcome: FailureOutcome, dry_run: bool) -> Json:
        encode = Encoder(self.now, current_topology(self.store)).encode
        return {
            "failure": encode(outcome.failure),
            "problems": encode(outcome.problems),
            "preview": self._preview_of(outcome) if dry_run else None,
        }

    def _preview_of(self, outcome: FailureOutcome) -> Json | None:
        preview = preview_failure(self.store, outcome)
        if preview is None:
            return None
        before = self._preview(preview.before) if preview.before is not None else None
        return {"before": before, "after": self._preview(preview.after)}

    def _encoder(self, as_of: Millis | None) -> Encoder:
        with snapshot(self.store, as_of, self.now) as s:
            return Encoder(s.at, s.topology)

    def _preview(self, question: Question) -> Json:
        return self.blast_radius(question, BlastLayout((), 0), PREVIEW_PARTS)


def _pages(ask: Callable[[int | None, str | None], Page[T]], size: int | None) -> Page[T]:
    """The first `size` items of a list, None: all, as one page; `ask` takes a size and a cursor."""
    if size is not None:
        return ask(size, None)
    page = ask(MOST, None)
    items, cursors = list(page.items), list(page.cursors)
    while page.has_next:
        page = ask(MOST, page.cursors[-1])
        items += page.items
        cursors += page.cursors
    return Page(tuple(items), tuple(cursors), page.total_count, has_next=False)
