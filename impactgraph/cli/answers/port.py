"""The port of the commands: each method is one question, answered by a document in the shape of GraphQL."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Protocol

from graph_models.enums import Dimension
from graph_models.failure import Failure
from graph_models.impact import Question
from graph_models.incident_life import ReportFormat
from graph_models.journal import NoticeState
from graph_models.time import Millis
from impactgraph.cli.blast_layout import BlastLayout
from impactgraph.cli.encode.values import Json
from impactgraph.cli.output import Rows
from impactgraph.cli.why_message import MessageLayout
from impactgraph.usecases.exports import Export
from impactgraph.usecases.incident_actions import IncidentWork
from impactgraph.usecases.incidents import IncidentsQuestion
from impactgraph.usecases.ingest_files import EventTarget
from impactgraph.usecases.measures import MeasuresQuestion
from impactgraph.usecases.orders import OrderQuery
from impactgraph.usecases.overdue import OverdueQuestion
from impactgraph.usecases.payloads import PayloadsQuestion
from impactgraph.usecases.reconcile import ReconcileQuestion
from impactgraph.usecases.record_lists import RecordListQuestion
from impactgraph.usecases.recording import Recording
from impactgraph.usecases.records import RecordsQuestion
from impactgraph.usecases.repair import RepairQuestion
from impactgraph.usecases.repair_exports import RepairExport
from impactgraph.usecases.report_list import ListReport, SystemListing
from impactgraph.usecases.update_failure import FailureChange
from impactgraph.usecases.wording import Wording


class Answers(Protocol):
    """Raises ImpactGraphError for what cannot be answered. `size` None: the whole list."""

    def identify_order(self, text: str) -> Json:
        """`order`: the bare key of the one order that the text names; `matched`: by what."""
        ...

    def why(self, text: str, as_of: Millis | None, wording: Wording, layout: MessageLayout) -> Json:
        """About the order that the text names: `matched`: by what; `at`; `order`: GraphQL's Order with its
        timeline and diagnosis; `message`: the CustomerMessage that the layout asks for. A server has
        catalogues of its own.
        """
        ...

    def blast_radius(self, question: Question, layout: BlastLayout, parts: Collection[str] | None) -> Json:
        """GraphQL's BlastRadius with these fields (None: all)."""
        ...

    def export(self, question: Question, export: Export, size: int | None) -> Rows: ...

    def cost_of_delay(self, question: Question, ends: Sequence[Millis] | None) -> Json:
        """`topology`, `asOf`, `delaySentence`, `costOfDelay` and `contributions` of a BlastRadius."""
        ...

    def explain(self, question: Question, order: str) -> Json:
        """`asOf`, and `explanation`."""
        ...

    def overdue(self, question: OverdueQuestion, by: Sequence[Dimension], size: int | None) -> Json:
        """GraphQL's OverdueReport."""
        ...

    def drift(self, as_of: Millis | None, size: int, *, grouped: bool) -> Json:
        """`asOf`, and `drift`: a page of Drift, or of DriftGroup."""
        ...

    def records(self, question: RecordsQuestion, size: int | None) -> Json:
        """`asOf`, `totals`, `records` and `recordRates`; `hasOrders`: whether any order matches."""
        ...

    def check_listing(self, listing: SystemListing, now: Millis) -> None:
        """Raises NotFoundError with near systems where there is none of this id or key, BadInputError where
        the list is of a moment that is to come, or a state is to mean what is none.
        """
        ...

    def report_list(self, listing: SystemListing, path: Path) -> ListReport:
        """Stores the list of a system that a file has."""
        ...

    def record_list(self, question: RecordListQuestion, size: int | None) -> Json:
        """`asOf`, and `recordList`: GraphQL's RecordList."""
        ...

    def reconcile(self, question: ReconcileQuestion, size: int | None) -> Json:
        """GraphQL's Reconciliation."""
        ...

    def orders(self, query: OrderQuery, size: int | None) -> Json:
        """`asOf`, and `orders`: a page of Order; of all of them without what is expected."""
        ...

    def payloads(self, question: PayloadsQuestion, size: int | None) -> Json:
        """A page of PayloadFinding."""
        ...

    def incidents(self, question: IncidentsQuestion, size: int) -> Json:
        """`asOf`, and `incidents`: a page of Incident."""
        ...

    def work_on_incident(self, work: IncidentWork) -> Json:
        """GraphQL's IncidentPayload; the incident without its rank. Raises NotFoundError."""
        ...

    def incident_checklist(self, incident: str, as_of: Millis | None) -> Json:
        """`id`, `headline` and `checklist` of an Incident. Raises NotFoundError."""
        ...

    def incident_report(self, incident: str, at: Millis, form: ReportFormat) -> str:
        """Raises NotFoundError for an incident that was not on record then."""
        ...

    def repair(self, question: RepairQuestion, export: RepairExport, size: int | None) -> Json:
        """`asOf`, `headline`, and one list of GraphQL's Repair."""
        ...

    def repair_rows(self, question: RepairQuestion, export: RepairExport) -> Rows:
        """All rows of one list."""
        ...

    def failures(self, size: int, *, active: bool | None) -> Json:
        """`asOf`, and `failures`: a page of Failure."""
        ...

    def report_failure(self, failure: Failure, *, dry_run: bool) -> Json:
        """GraphQL's FailurePayload; `preview` has the headlines and totals."""
        ...

    def update_failure(self, identifier: str, change: FailureChange, *, dry_run: bool) -> Json: ...

    def resolve_failure(self, identifier: str, ended_at: Millis | None, *, dry_run: bool) -> Json: ...

    def sources(self, configuration: Sequence[tuple[str, str]]) -> Sequence[Json]:
        """GraphQL's Source of each live source. A server knows its own; of a store, (key, kind) say which."""
        ...

    def measures(self, question: MeasuresQuestion) -> Json:
        """GraphQL's Measures."""
        ...

    def notices(self, states: Sequence[NoticeState] | None, size: int) -> Json:
        """A page of GraphQL's Notice."""
        ...

    def notices_due(self, file: Path) -> Sequence[Json]:
        """GraphQL's DueNotice of each notice that the rules of the file would send now."""
        ...

    def apply(self, path: Path, *, dry_run: bool) -> Json:
        """GraphQL's TopologyPayload, of a file or a folder."""
        ...

    @property
    def events(self) -> EventTarget:
        """What events of files are written to."""
        ...

    @property
    def recording(self) -> Recording:
        """Records what is written to `events`."""
        ...
