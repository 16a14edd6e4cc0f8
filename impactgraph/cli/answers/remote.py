"""Answers of a server, over GraphQL; complete lists over its export, events over its path for them."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from graph_models.customer_message import MessageForm
from graph_models.enums import Dimension
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.incident_life import ReportFormat
from graph_models.journal import NoticeState
from graph_models.time import Millis
from impactgraph.cli.answers import documents
from impactgraph.cli.answers.client import Client
from impactgraph.cli.answers.incident_documents import incident_mutation
from impactgraph.cli.answers.remote_events import RemoteEvents
from impactgraph.cli.answers.repair_lists import remote_repair, remote_rows
from impactgraph.cli.answers.variables import (
    failure_variables,
    filter_variables,
    list_variable,
    question_variables,
)
from impactgraph.cli.blast_layout import BlastLayout
from impactgraph.cli.decode import has_next, key_in, nodes_in
from impactgraph.cli.encode.values import Json, iso_duration, iso_moment
from impactgraph.cli.output import Rows
from impactgraph.cli.why_message import MessageLayout
from impactgraph.errors import NotFoundError, Problem
from impactgraph.usecases.alert_input import alert_input
from impactgraph.usecases.check_listing import check_listing, check_system
from impactgraph.usecases.exports import Export, columns
from impactgraph.usecases.failure_input import change_input
from impactgraph.usecases.incident_actions import IncidentWork
from impactgraph.usecases.incidents import IncidentsQuestion
from impactgraph.usecases.ingest_files import EventTarget
from impactgraph.usecases.measures import MeasuresQuestion
from impactgraph.usecases.orders import OrderQuery
from impactgraph.usecases.overdue import OverdueQuestion
from impactgraph.usecases.pages import MOST
from impactgraph.usecases.payloads import PayloadsQuestion
from impactgraph.usecases.reconcile import ReconcileQuestion
from impactgraph.usecases.record_lists import RecordListQuestion
from impactgraph.usecases.recording import UNRECORDED, Recording
from impactgraph.usecases.records import RecordsQuestion
from impactgraph.usecases.repair import RepairQuestion
from impactgraph.usecases.repair_exports import RepairExport
from impactgraph.usecases.report_list import ListReport, SystemListing, report_list
from impactgraph.usecases.update_failure import FailureChange
from impactgraph.usecases.validate_topology import validate_path
from impactgraph.usecases.wording import Wording

PAGE = 100
"""Items of a page of a blast radius: with their paths, 500 of several lists may exceed the limits."""
_LISTS = ("orders", "postings", "notifications", "tasks")


@dataclass(frozen=True)
class RemoteAnswers:
    """The port `Answers`."""

    client: Client
    recording: Recording = UNRECORDED
    """The server records what it changes."""

    def identify_order(self, text: str) -> Json:
        answer = self.client.ask(documents.FIND_ORDER, text=text)["findOrder"]
        node = answer["node"]
        return {"order": key_in((node.get("order") or node)["id"]), "matched": answer["matched"]}

    def why(self, text: str, as_of: Millis | None, wording: Wording, layout: MessageLayout) -> Json:
        match = self.identify_order(text)
        answer = self.client.ask(
            documents.WHY,
            id=f"order:{match['order']}",
            asOf=iso_moment(as_of),
            timezone=wording.timezone,
            language=layout.language,
            form=layout.form or MessageForm.NORMAL,
        )
        if answer["order"] is None:
            raise NotFoundError(match["order"])
        diagnosis = answer["order"]["diagnosis"]
        message = diagnosis.pop("chosen")[0]
        diagnosis["customerMessage"] = message["text"]
        at = iso_moment(as_of) or answer["serverTime"]
        return {"matched": match["matched"], "at": at, "order": answer["order"], "message": message}

    def blast_radius(self, question: Question, layout: BlastLayout, parts: Collection[str] | None) -> Json:
        names = [name for name in documents.BLAST_FIELDS if parts is None or name in parts]
        left_out = {"forecast"} if layout.bucket is None else set[str]()
        selections = [documents.BLAST_FIELDS[name] for name in names if name not in left_out]
        variables = {
            **question_variables(question),
            "by": [dimension.value for dimension in layout.dimensions],
            "bucket": iso_duration(layout.bucket),
            "ends": None,
            "first": max(1, min(layout.orders, PAGE)),
        }
        answer = self._blast(selections, variables)
        for name in _LISTS:
            if name in names:
                self._complete(name, answer[name], layout.orders, variables)
        return {name: answer.get(name, []) for name in names}

    def export(self, question: Question, export: Export, size: int | None) -> Rows:
        variables = question_variables(question)
        suppose, where = (json.dumps(variables[name]) if variables[name] else None for name in _AS_JSON)
        parameters: Json = {
            "of": export.value,
            "failure": variables["failures"] or [],
            "suppose": suppose,
            "where": where,
            **{name: value for name, value in variables.items() if name not in ("failures", *_AS_JSON)},
        }
        rows = self.client.export(parameters)
        return Rows(columns(export), rows if size is None else islice(rows, size))

    def cost_of_delay(self, question: Question, ends: Sequence[Millis] | None) -> Json:
        names = ("asOf", "topology", "delaySentence", "costOfDelay", "contributions")
        spans = None if ends is None else [iso_duration(end) for end in ends]
        selections = [documents.BLAST_FIELDS[name] for name in names]
        answer = self._blast(selections, question_variables(question) | {"ends": spans})
        return {name: answer[name] for name in names}

    def explain(self, question: Question, order: str) -> Json:
        variables = question_variables(question) | {"order": f"order:{order}"}
        answer = self._blast(["asOf", documents.EXPLANATION], variables)
        return {"asOf": answer["asOf"], "explanation": answer["explain"]}

    def overdue(self, question: OverdueQuestion, by: Sequence[Dimension], size: int | None) -> Json:
        variables = {"where": filter_variables(question.where), "asOf": iso_moment(question.as_of)}
        own = {"by": [each.value for each in by], "first": size or MOST, "timezone": question.timezone}
        first = {**variables, **own}
        report = self.client.ask(documents.OVERDUE, **first)["overdue"]

        def next_page(after: str) -> Json:
            page = self.client.ask(documents.OVERDUE_PAGE, **variables, first=MOST, after=after)["overdue"]
            report["excess"] += page["excess"]
            return page["orders"]

        if size is None:
            _extend(report["orders"], next_page)
        return report

    def drift(self, as_of: Millis | None, size: int, *, grouped: bool) -> Json:
        document = documents.DRIFT_GROUPS if grouped else documents.DRIFT
        answer = self.client.ask(document, asOf=iso_moment(as_of), first=size)
        return {"asOf": iso_moment(as_of) or answer["serverTime"], "drift": answer["drift"]}

    def records(self, question: RecordsQuestion, size: int | None) -> Json:
        variables = {
            "where": filter_variables(question.where),
            "types": list_variable(question.types),
            "effects": list_variable(question.effects),
            "asOf": iso_moment(question.as_of),
            "timezone": question.timezone,
        }
        answer = self.client.ask(documents.RECORDS, **variables, first=size or MOST)

        def next_page(after: str) -> Json:
            return self.client.ask(documents.RECORDS_PAGE, **variables, first=MOST, after=after)["records"]

        if size is None:
            _extend(answer["records"], next_page)
        return {
            "asOf": iso_moment(question.as_of) or answer["serverTime"],
            **{name: answer[name] for name in ("totals", "records", "recordRates")},
            "hasOrders": answer["matching"]["totalCount"] > 0,
        }

    def check_listing(self, listing: SystemListing, now: Millis) -> None:
        check_system([key for key, _ in self._elements("SYSTEM")], listing.system)
        check_listing(listing, self._elements("STEP") if listing.states else (), now)

    def _elements(self, kind: str) -> list[tuple[str, str]]:
        """(key, name) of all elements of a kind."""

        def ask(after: str | None) -> Json:
            return self.client.ask(documents.ELEMENTS, kinds=[kind], first=MOST, after=after)["elements"]

        page = ask(None)
        _extend(page, ask)
        return [(key_in(node["id"]), node["name"]) for node in nodes_in(page)]

    def report_list(self, listing: SystemListing, path: Path) -> ListReport:
        return report_list(self.events, listing, path, listing.at)

    def record_list(self, question: RecordListQuestion, size: int | None) -> Json:
        variables = {
            "where": filter_variables(question.where),
            "types": list_variable(question.types),
            "states": list_variable(question.states),
            "asOf": iso_moment(question.as_of),
        }

        def ask(first: int, after: str | None) -> Json:
            return self.client.ask(documents.RECORD_LIST, **variables, first=first, after=after)

        answer = ask(size or MOST, None)
        if size is None:
            _extend(answer["recordList"]["lines"], lambda after: ask(MOST, after)["recordList"]["lines"])
        at = iso_moment(question.as_of) or answer["serverTime"]
        return {"asOf": at, "recordList": answer["recordList"]}

    def reconcile(self, question: ReconcileQuestion, size: int | None) -> Json:
        variables = {
            "system": question.system,
            "list": question.key,
            "kinds": list_variable(question.kinds),
            "asOf": iso_moment(question.as_of),
        }

        def ask(first: int, after: str | None) -> Json:
            return self.client.ask(documents.RECONCILE, **variables, first=first, after=after)["answer"]

        answer = ask(size or MOST, None)
        if size is None:
            _extend(answer["findings"], lambda after: ask(MOST, after)["findings"])
        return answer

    def orders(self, query: OrderQuery, size: int | None) -> Json:
        variables = {
            "where": filter_variables(query.where),
            "sort": query.sort,
            "missing": list_variable(query.missing),
            "asOf": iso_moment(query.as_of),
        }
        document = documents.PLAIN_ORDERS if size is None else documents.ORDERS

        def ask(first: int, after: str | None) -> Json:
            return self.client.ask(document, **variables, first=first, after=after)

        answer = ask(size or MOST, None)
        if size is None:
            _extend(answer["orders"], lambda after: ask(MOST, after)["orders"])
        return {"asOf": iso_moment(query.as_of) or answer["serverTime"], "orders": answer["orders"]}

    def payloads(self, question: PayloadsQuestion, size: int | None) -> Json:
        variables = {
            "where": filter_variables(question.where),
            "kinds": list_variable(question.kinds),
            "asOf": iso_moment(question.as_of),
            "timezone": question.timezone,
        }

        def ask(first: int, after: str | None) -> Json:
            answer = self.client.ask(documents.PAYLOADS, **variables, first=first, after=after)
            return answer["payloadFindings"]

        page = ask(size or MOST, None)
        if size is None:
            _extend(page, lambda after: ask(MOST, after))
        return page

    def incidents(self, question: IncidentsQuestion, size: int) -> Json:
        answer = self.client.ask(
            documents.INCIDENTS,
            active=question.active,
            alerts=[alert_input(each) for each in question.alerts],
            monitors=sorted(question.monitors),
            asOf=iso_moment(question.as_of),
            first=size,
        )
        at = iso_moment(question.as_of) or answer["serverTime"]
        return {"asOf": at, "incidents": answer["incidents"]}

    def work_on_incident(self, work: IncidentWork) -> Json:
        document, variables = incident_mutation(work)
        return self.client.ask(document, **variables)["done"]

    def incident_checklist(self, incident: str, as_of: Millis | None) -> Json:
        return self._incident(documents.CHECKLIST, incident, asOf=iso_moment(as_of))

    def incident_report(self, incident: str, at: Millis, form: ReportFormat) -> str:
        answer = self._incident(documents.REPORT_OF_INCIDENT, incident, asOf=iso_moment(at), format=form.name)
        return answer["report"]

    def _incident(self, document: str, incident: str, **variables: object) -> Json:
        return self.client.ask(document, id=incident, **variables)["incident"]

    def repair(self, question: RepairQuestion, export: RepairExport, size: int | None) -> Json:
        return remote_repair(self.client, question, export, size)

    def repair_rows(self, question: RepairQuestion, export: RepairExport) -> Rows:
        return remote_rows(self.client, question, export)

    def failures(self, size: int, *, active: bool | None) -> Json:
        answer = self.client.ask(documents.FAILURES, active=active, first=size)
        return {"asOf": answer["serverTime"], "failures": answer["failures"]}

    def report_failure(self, failure: Failure, *, dry_run: bool) -> Json:
        return self.client.ask(documents.REPORT, input=failure_variables(failure), dryRun=dry_run)["change"]

    def update_failure(self, identifier: str, change: FailureChange, *, dry_run: bool) -> Json:
        variables = {"id": identifier, "input": change_input(change), "dryRun": dry_run}
        return self.client.ask(documents.UPDATE, **variables)["change"]

    def resolve_failure(self, identifier: str, ended_at: Millis | None, *, dry_run: bool) -> Json:
        variables = {"id": identifier, "endedAt": iso_moment(ended_at), "dryRun": dry_run}
        return self.client.ask(documents.RESOLVE, **variables)["change"]

    def sources(self, configuration: Sequence[tuple[str, str]]) -> Sequence[Json]:
        return self.client.ask(documents.SOURCES)["sources"]

    def measures(self, question: MeasuresQuestion) -> Json:
        return self.client.ask(
            documents.MEASURES,
            by=question.unit.name,
            since=iso_moment(question.since),
            asOf=iso_moment(question.as_of),
            asked=question.asked,
        )["measures"]

    def notices(self, states: Sequence[NoticeState] | None, size: int) -> Json:
        names = None if states is None else [each.name for each in states]
        return self.client.ask(documents.NOTICES, state=names, first=size)["notices"]

    def notices_due(self, file: Path) -> Sequence[Json]:
        from impactgraph.notices.format import load_rules

        load_rules(file)  # problems are reported with the local file name
        text = file.read_text(encoding="utf-8-sig")
        return self.client.ask(documents.NOTICES_DUE, rules=text, file=str(file))["noticesDue"]

    def apply(self, path: Path, *, dry_run: bool) -> Json:
        validation = validate_path(path)
        if validation.topology is None:
            problems, warnings = map(_problems, (validation.errors, validation.warnings))
            return _NOT_APPLIED | {"problems": problems, "warnings": warnings}
        files = [{"name": name, "yaml": text} for name, text in validation.documents.items()]
        return self.client.ask(documents.APPLY, files=files, dryRun=dry_run)["applyTopologyFiles"]

    @property
    def events(self) -> EventTarget:
        return RemoteEvents(self.client)

    def _blast(self, selections: Sequence[str], variables: Json) -> Json:
        return self.client.ask(documents.blast_document(selections), **variables)["blastRadius"]

    def _complete(self, name: str, page: Json, size: int, variables: Json) -> None:
        """Extends a page to `size` items, with those of the same answer; 0: without any."""
        if size == 0:
            page["pageInfo"] = _EMPTY_PAGE | {"hasNextPage": page["totalCount"] > 0}
            page["edges"] = []

        def next_page(after: str) -> Json:
            first = min(PAGE, size - len(page["edges"]))
            return self._blast([documents.next_page(name)], variables | {"first": first, "after": after})[
                name
            ]

        _extend(page, next_page, size)


_AS_JSON = ("suppose", "where")
"""Parameters of an export that are JSON documents."""
_EMPTY_PAGE = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
_NOT_APPLIED: Json = {"topology": None, "unchanged": False, "change": None}


def _extend(page: Json, next_page: Callable[[str], Json], size: int | None = None) -> None:
    """Adds the following pages, up to `size` items (None: all)."""
    while has_next(page) and (size is None or len(page["edges"]) < size):
        more = next_page(page["pageInfo"]["endCursor"])
        page["edges"] += more["edges"]
        for name in ("hasNextPage", "endCursor"):
            page["pageInfo"][name] = more["pageInfo"][name]


def _problems(problems: Sequence[Problem]) -> list[Json]:
    return [{"message": each.message, "file": each.file, "line": each.line} for each in problems]
