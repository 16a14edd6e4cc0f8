"""Many trials on copies of one sample, and their report."""

import pickle
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from tests.corruption.clean_child import in_clean_child
from tests.corruption.damage import Damage, random_damage
from tests.corruption.sample import answers, open_sample, write_sample
from tests.corruption.trial import HARMLESS, REFUSED, outcome
from tests.long_runs import trials


@dataclass
class Report:
    """What came of each damage."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter[tuple[str, str, str]])
    """By file, kind of damage and outcome."""
    wrong: list[str] = field(default_factory=list[str])
    """Damages that were neither harmless nor refused, with what happened."""

    @property
    def is_right(self) -> bool:
        return not self.wrong

    def __str__(self) -> str:
        lines = [
            f"{file:24} {kind:8} {found:10} {count:5}"
            for (file, kind, found), count in sorted(self.counts.items())
        ]
        return "\n".join([*lines, *self.wrong, self.verdict])

    @property
    def verdict(self) -> str:
        total = sum(self.counts.values())
        return f"{total:,} damages: {'no wrong answer' if self.is_right else f'{len(self.wrong)} WRONG'}"


@dataclass(frozen=True)
class Sample:
    """A store in a folder, which is only copied, and its answers."""

    folder: Path
    answers: dict[str, Any]


def make_sample(home: Path) -> Sample:
    folder = home / "sample"
    write_sample(folder)
    with _copy(folder, home / "whole") as copy:
        found = in_clean_child(_save_answers, copy, home / "answers")
    if found != "saved":
        raise RuntimeError(found)
    return Sample(folder, pickle.loads((home / "answers").read_bytes()))


def try_damage(sample: Sample, damage: Damage) -> str:
    """`harmless`, `refused: ...`, or what is wrong."""
    with _copy(sample.folder, sample.folder.with_name("damaged")) as copy:
        return outcome(damage, copy, sample.answers)


def run(home: Path, count: int, seed: int, minutes: float) -> Report:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    sample, chance, report = make_sample(home), random.Random(seed), Report()
    for _ in trials(range(count), minutes, lambda: report.verdict):
        damage = random_damage(sample.folder, chance)
        found = try_damage(sample, damage)
        kind = found.partition(":")[0]
        if kind not in (HARMLESS, REFUSED):
            report.wrong.append(f"{damage}: {found}")
            kind = "WRONG"
        report.counts[_file(damage), damage.kind, kind] += 1
    return report


def _file(damage: Damage) -> str:
    """Name of the file; all arrays of a snapshot have one."""
    return "columns-*/" if damage.file.startswith("columns-") else damage.file


def _save_answers(folder: Path, target: Path) -> str:
    store = open_sample(folder)
    target.write_bytes(pickle.dumps(answers(store)))
    return "saved"


@contextmanager
def _copy(folder: Path, target: Path) -> Iterator[Path]:
    shutil.copytree(folder, target)
    try:
        yield target
    finally:
        shutil.rmtree(target, ignore_errors=True)
