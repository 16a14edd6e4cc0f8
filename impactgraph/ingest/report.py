"""The import report: the outcome of every entry of the files of an ingest."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from graph_models.counts import say_count
from impactgraph.ingest.mapped import Skipped
from impactgraph.ingest.mapping_files import AnyMapping
from impactgraph.ingest.skip_reasons import UNMAPPED
from impactgraph.topology.near import did_you_mean, nearest

MOST_ACTIVITIES = 500
"""Activities that are counted one by one; free text in the column of the activity has no end of them."""
OTHERS = "(other activities)"
MOST_NOTES = 100
"""Sentences on values that are counted one by one."""
_EMPTY = "the file is empty: it has no entries."
OTHER_NOTES = "other values could not be read either"


class EntryOutcome(StrEnum):
    """The outcome of an entry that has events: the worst one of its events."""

    TAKEN = "taken"
    REPEATED = "repeated"
    QUARANTINED = "quarantined"


@dataclass(slots=True)
class PassedOver:
    """Entries that became no event for one reason."""

    reason: str
    activity: str
    count: int = 0
    example: str = ""
    """Place of the first."""
    is_expected: bool = False
    """Whether the mapping does not ask for them, so that they are no finding."""
    hint: str = ""


@dataclass(slots=True)
class ActivityCounts:
    taken: int = 0
    repeated: int = 0
    quarantined: int = 0


@dataclass(slots=True)
class FileReport:
    """entries = taken + repeated + quarantined + the sum of passed."""

    file: str
    entries: int = 0
    taken: int = 0
    repeated: int = 0
    quarantined: int = 0
    passed: dict[tuple[str, str], PassedOver] = field(default_factory=dict[tuple[str, str], PassedOver])
    activities: dict[str, ActivityCounts] = field(default_factory=dict[str, ActivityCounts])
    """Of entries that have events; by event type in files of CloudEvents."""
    findings: list[str] = field(default_factory=list[str])
    """What the mapping names and the file lacks, or the file names and lacks itself."""
    remarks: list[str] = field(default_factory=list[str])
    """What may be as it should, such as activities of the mapping that no entry has."""
    notes: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    """What went wrong with single values of entries: how often, and the place of the first."""
    missing_count: int = 0
    first_missing: str = ""

    def add_passed(self, skipped: Iterable[Skipped]) -> None:
        for each in skipped:
            self.entries += 1
            activity = self._name(each.activity, {activity for _, activity in self.passed})
            key = (each.reason, activity)
            entry = self.passed.get(key)
            if entry is None:
                entry = self.passed[key] = PassedOver(
                    each.reason, activity, 0, each.place, is_expected=each.is_expected
                )
            entry.count += 1

    def add_outcomes(self, outcomes: Mapping[tuple[str, EntryOutcome], int]) -> None:
        """How many entries with events have an (activity, outcome), in the order of their first."""
        for (activity, outcome), count in outcomes.items():
            self.entries += count
            counts = self.activities.setdefault(self._name(activity, self.activities), ActivityCounts())
            match outcome:
                case EntryOutcome.TAKEN:
                    self.taken += count
                    counts.taken += count
                case EntryOutcome.REPEATED:
                    self.repeated += count
                    counts.repeated += count
                case EntryOutcome.QUARANTINED:
                    self.quarantined += count
                    counts.quarantined += count

    def _name(self, activity: str, known: Collection[str]) -> str:
        return activity if activity in known or len(known) < MOST_ACTIVITIES else OTHERS

    def add_missing(self, object_: str, place: str) -> None:
        """An object that an entry with events names, and the log does not have."""
        self.missing_count += 1
        if self.missing_count == 1:
            self.first_missing = f"{object_!r} ({place})"

    def add_note(self, sentence: str, place: str) -> None:
        """What went wrong with a value of an entry."""
        if sentence not in self.notes and len(self.notes) >= MOST_NOTES:
            sentence = OTHER_NOTES
        count, first = self.notes.get(sentence, (0, place))
        self.notes[sentence] = (count + 1, first)

    @property
    def all_findings(self) -> list[str]:
        """A sentence each."""
        notes = [
            f"{sentence.rstrip('.')} ({say_count(count, 'time')}; first: {place})."
            for sentence, (count, place) in self.notes.items()
        ]
        return [*self.findings, *notes, *self._missing_sentences()]

    def _missing_sentences(self) -> list[str]:
        if not self.missing_count:
            return []
        one, several = "entry that was taken names an object", "entries that were taken name an object"
        entries = say_count(self.missing_count, one, several)
        return [f"{entries} that the log does not have, such as {self.first_missing}."]

    @property
    def has_findings(self) -> bool:
        """Whether something was refused, or passed over that the mapping names."""
        has_unexpected = any(not each.is_expected for each in self.passed.values())
        return bool(self.quarantined or self.all_findings or has_unexpected)

    @property
    def passed_count(self) -> int:
        return sum(each.count for each in self.passed.values())


def entry_outcome(accepted: int, quarantined: int) -> EntryOutcome:
    """Of an entry by its events."""
    if quarantined:
        return EntryOutcome.QUARANTINED
    return EntryOutcome.TAKEN if accepted else EntryOutcome.REPEATED


def file_remarks(report: FileReport, mapping: AnyMapping | None) -> list[str]:
    """Remarks on the whole of a file that was read; one without entries is only said to be empty, as it lacks
    whatever the mapping names.
    """
    if not report.entries:
        return [_EMPTY]
    return report.remarks + (_unmatched_activities(report, mapping) if mapping is not None else [])


def _unmatched_activities(report: FileReport, mapping: AnyMapping) -> list[str]:
    """Remarks on activities of the mapping that no entry has; sets the hints of those passed over."""
    entries = [each for each in report.passed.values() if each.reason == UNMAPPED]
    for each in entries:
        each.hint = did_you_mean(each.activity, mapping.activities()).strip()
    activities = {*report.activities, *(activity for _, activity in report.passed)}
    names = sorted(mapping.activities() - activities)
    if entries and len(names) == len(mapping.activities()):
        report.findings.append(
            "no entry has an activity that the mapping names: compare the names, or see whether another "
            "column has the activities."
        )
        return []
    if not names:
        return []
    candidates = [each.activity for each in entries]
    names_text = ", ".join(_with_near(name, candidates) for name in names)
    return [f"no entry has these activities of the mapping: {names_text}."]


def _with_near(name: str, names: Sequence[str]) -> str:
    near = nearest(name, names)
    return f"{name!r} (is it {near[0]!r}?)" if near else repr(name)


def report_data(report: FileReport) -> dict[str, Any]:
    """The report of a file in JSON: names and shapes are a contract."""
    return {
        "file": report.file,
        "entries": report.entries,
        "taken": report.taken,
        "repeated": report.repeated,
        "quarantined": report.quarantined,
        "passed": [
            {"reason": each.reason, "activity": each.activity, "count": each.count, "example": each.example}
            | ({"hint": each.hint} if each.hint else {})
            for each in sorted(report.passed.values(), key=lambda each: -each.count)
        ],
        "activities": [
            {
                "activity": activity,
                "taken": counts.taken,
                "repeated": counts.repeated,
                "quarantined": counts.quarantined,
            }
            for activity, counts in report.activities.items()
        ],
        "findings": report.all_findings,
        "remarks": report.remarks,
    }
