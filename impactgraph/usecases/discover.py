"""Drafts a mapping and a topology from the files of a log."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import isfinite
from pathlib import Path

from impactgraph.discovery.activities import LogSample, guess_activities
from impactgraph.discovery.discover import MINIMUM, Discovery
from impactgraph.discovery.draft import (
    Doubt,
    RecordDraft,
    StepDraft,
    TopologyDraft,
    WorkflowDraft,
)
from impactgraph.discovery.dwell_times import Dwell
from impactgraph.discovery.mapping_draft import ActivityGuess, Guess, MappingDraft, Sureness
from impactgraph.discovery.mapping_yaml import mapping_yaml
from impactgraph.discovery.object_guess import guess_objects
from impactgraph.discovery.table_guess import guess_table
from impactgraph.discovery.topology_yaml import topology_yaml
from impactgraph.errors import BadInputError, Problem
from impactgraph.ingest.files import Block, read_blocks
from impactgraph.ingest.foreign_logs import open_log
from impactgraph.ingest.log_kinds import LogKind, log_kind
from impactgraph.ingest.mapping_files import AnyMapping, load_mapping, parse_mapping
from impactgraph.ingest.moments import MomentReader, instant
from impactgraph.ingest.ocel import read_ocel
from impactgraph.ingest.ocel_relations import relations_of
from impactgraph.ingest.read import RefusedEventError, read_event
from impactgraph.ingest.rules import OcelObjects
from impactgraph.ingest.tables import Table, open_table

__all__ = [
    "ActivityGuess",
    "Drafts",
    "Dwell",
    "MappingDraft",
    "RecordDraft",
    "StepDraft",
    "Sureness",
    "TopologyDraft",
    "WorkflowDraft",
    "discover",
]

_LOOK = 20_000
"""Rows by which columns are guessed."""
_MOST_REASONS = 20


@dataclass(slots=True)
class Drafts:
    """The drafts of a log, and the outcome of its entries."""

    kinds: dict[str, str]
    """By file: what it is, in words."""
    topology: TopologyDraft
    mapping: MappingDraft | None = None
    """None where none was guessed: of CloudEvents, and with a mapping of one's own."""
    mapping_text: str = ""
    topology_text: str = ""
    entries: int = 0
    passed: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """Entries that became no event, by (reason, activity)."""
    refused: Counter[str] = field(default_factory=Counter[str])
    """Events that are not valid, by reason."""

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """What is unsure of both drafts."""
        mapping = self.mapping.doubts() if self.mapping is not None else []
        return (*mapping, *self.topology.doubts)


def discover(
    files: Sequence[str],
    mapping_file: Path | None = None,
    *,
    minimum: float = MINIMUM,
    progress: Callable[[int], None] = lambda entries: None,
) -> Drafts:
    """Drafts from the files, which are of one kind. `progress` is called with the entries read so far.

    Raises BadInputError where a file cannot be read, or shows no workflow.
    """
    mapping = load_mapping(mapping_file) if mapping_file is not None else None
    descriptions = dict.fromkeys(files, "read by the mapping")
    draft, text = None, ""
    if mapping is None:
        kinds = {file: log_kind(file) for file in files}
        descriptions = {file: kind.value for file, kind in kinds.items()}
        _check_one_kind(kinds)
        if kinds[files[0]] is not LogKind.EVENTS:
            draft = _guess_mapping(files[0], kinds[files[0]])
            text = mapping_yaml(draft)
            mapping = parse_mapping(text, "the draft of the mapping")
    discovery = Discovery(minimum)
    drafts = Drafts(descriptions, TopologyDraft.empty(), draft, text)
    for file in files:
        for block in _blocks(file, mapping):
            _add(discovery, block, drafts)
            progress(drafts.entries)
    discovery.unreadable = drafts.refused.total()
    drafts.topology = discovery.draft()
    if not drafts.topology.workflows:
        raise BadInputError(_empty_result(drafts, files[0]))
    drafts.topology_text = topology_yaml(drafts.topology)
    return drafts


def _check_one_kind(kinds: dict[str, LogKind]) -> None:
    if len(set(kinds.values())) > 1:
        raise BadInputError(
            *(Problem(f"It is {kind.value}: name files of one kind.", file) for file, kind in kinds.items())
        )


def _blocks(file: str, mapping: AnyMapping | None) -> Iterator[Block]:
    return read_blocks(file) if mapping is None else open_log(file, mapping).blocks()


def _add(discovery: Discovery, block: Block, drafts: Drafts) -> None:
    for line in block.lines:
        try:
            event, _ = read_event(line)
        except RefusedEventError as error:
            drafts.refused[str(error) if len(drafts.refused) < _MOST_REASONS else "other reasons"] += 1
            continue
        discovery.add(event)
    drafts.entries += block.entry_count
    for passed_entry in block.passed:
        drafts.passed[passed_entry.reason, passed_entry.activity] += 1


def _empty_result(drafts: Drafts, file: str) -> Problem:
    why = "no fulfillment entered a step"
    if drafts.refused:
        reason, count = drafts.refused.most_common(1)[0]
        why = f"{drafts.refused.total():,} of its events are not valid, {count:,} of them as {reason}"
    elif drafts.passed:
        (reason, activity), count = drafts.passed.most_common(1)[0]
        of = f", activity {activity!r}" if activity else ""
        why += (
            f", and {drafts.passed.total():,} of {drafts.entries:,} entries were passed over, {count:,} of "
            f"them as: {reason}{of}"
        )
    elif drafts.mapping is not None:
        why += ", by the guessed mapping: define its contents with --mapping"
    return Problem(f"It shows no workflow: {why}.", file)


def _guess_mapping(file: str, kind: LogKind) -> MappingDraft:
    source = f"/{Path(file).name.split('.')[0] or 'log'}"
    return _guess_from_table(file, source) if kind is LogKind.TABLE else _guess_from_ocel(file, source)


def _guess_from_table(file: str, source: str) -> MappingDraft:
    table = open_table(file)
    rows = list(islice(table.rows(), _LOOK))
    if not rows:
        raise BadInputError(_no_row(table, file))
    draft, missing = guess_table(rows, table.names, source)
    if missing:
        raise BadInputError(*(Problem(_no_column(what, table), file, 1) for what in missing))
    _check_header(draft.csv["time"].value, file)
    sample = _sample_table(table, draft)
    draft.rows = sample.rows.total()
    draft.csv["delimiter"] = Guess(_delimiter(table.delimiter), Sureness.SURE, "as the header shows")
    if table.encoding is not None:
        evidence = "it is not in UTF-8; this encoding reads all of it, as others may"
        draft.csv["encoding"] = Guess(table.encoding, Sureness.UNSURE, evidence)
    draft.activities = guess_activities(sample.logs(), sample.rows)
    return draft


def _no_row(table: Table, file: str) -> Problem:
    malformed = table.first_problem()
    if malformed is None:
        return Problem("It has a header and no row: there is nothing to draft from.", file, 1)
    return Problem(f"None of its rows can be read: {malformed.problem}.", file, malformed.line)


def _check_header(name: str, file: str) -> None:
    """Raises BadInputError where the column of the moment has one for a name: the first row was taken for the
    header, and would be lost.
    """
    if isfinite(instant(MomentReader().rfc3339(name))):
        what = f"Its first line is a row and no header: it has {name!r}. Put a line with names before it."
        raise BadInputError(Problem(what, file, 1))


def _delimiter(mark: str) -> str:
    return "tab" if mark == "\t" else mark


def _sample_table(table: Table, draft: MappingDraft) -> LogSample:
    order, activity, time = draft.order["type"].value, draft.csv["activity"].value, draft.csv["time"].value
    format_ = draft.whole.get("time_format")
    moments = MomentReader(format_.value if format_ else None)
    sample = LogSample()
    for key, name, at in table.cells(order, activity, time):
        if key and name and sample.wants(key, name):
            sample.add(key, instant(moments.rfc3339(at)), name)
    return sample


def _no_column(what: str, table: Table) -> str:
    roles = {"csv.time": "the moment", "csv.activity": "the activity", "order.type": "the id of the order"}
    shown_text = ", ".join(table.names[:30]) + (", ..." if len(table.names) > 30 else "")
    return (
        f"No column looks like {roles[what]} of each step: name it in a mapping (`{what}`), and give "
        f"--mapping. There are {shown_text}."
    )


def _guess_from_ocel(file: str, source: str) -> MappingDraft:
    log = read_ocel(Path(file), MomentReader())
    draft, missing = guess_objects(log, source)
    if missing or not log.events:
        what = "no objects" if missing else "no events"
        raise BadInputError(Problem(f"The log has {what}: there is nothing to draft from.", file))
    part = draft.fulfillment.get("type")
    order_type = draft.order["type"].value
    objects = OcelObjects(order=order_type, fulfillment=part.value if part else None)
    orders_of = relations_of(log, objects).orders_of
    sample = LogSample()
    for event in log.events:
        ids = (id_ for id_ in event.objects if id_ in log.objects)
        orders = [order for id_ in ids for order in orders_of.get(id_, (id_,))]
        for order in dict.fromkeys(each for each in orders if log.objects[each].type == order_type):
            if sample.wants(order, event.type):
                sample.add(order, instant(event.time), event.type)
    for activity, count in Counter(event.type for event in log.events).items():
        sample.rows[activity] = count
    draft.activities = guess_activities(sample.logs(), sample.rows)
    return draft
