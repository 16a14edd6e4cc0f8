"""Who reads the time of day: one function of the product, one module of the page, and no test."""

import re
import subprocess
from pathlib import Path

import pytest

from graph_models.time import MINUTE, millis
from impactgraph.bootstrap import system_clock
from impactgraph.errors import BadInputError
from tests.shifted_clock import shifted_runs

ROOT = Path(__file__).parents[2]
TRACKED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=True,
).stdout.splitlines()
PRODUCT = ("graph_models/", "impactgraph/", "api/")
CLOCK = re.compile(
    r"""\bdatetime\.now\(|\.utcnow\(|\.today\(|\btime\.time(?:_ns)?\(|\bclock_gettime|\bsystem_clock\(
    |\b(?:local|gm|c)time\(\s*\)|datetime64\(\s*["'](?:now|today)["']""",
    re.VERBOSE,
)
"""Python that reads the time of day: of datetime, time and numpy, and the product's own function."""
IMPORTED_CLOCK = re.compile(r"^\s*(?:import time\b|from time import)", re.MULTILINE)
DATABASE_CLOCK = re.compile(
    r"(?<![.\w])(?:timestamp|datetime|localdatetime|date|time|now|today|get_current_timestamp)\(\s*\)"
    r"|\bcurrent_(?:timestamp|date|time)\b",
    re.IGNORECASE,
)
"""Cypher and SQL that read the database's time of day; a method of a Python object is none of these."""
PAGE_CLOCK = re.compile(r"\bDate\.now\b|\bnew Date\(\s*\)|\bnew Date\b(?!\()|(?<!new )\bDate\(")
FORMAT_OF_NOW = re.compile(r"\.format(?:ToParts)?\(\s*\)")
"""An Intl.DateTimeFormat without a moment formats the present one."""


def _readers(pattern: re.Pattern[str], *folders: str, suffixes: tuple[str, ...] = (".py",)) -> list[str]:
    names = [name for name in TRACKED if name.endswith(suffixes) and name.startswith(folders)]
    return [name for name in names if (ROOT / name).exists() and pattern.search((ROOT / name).read_text())]


def test_no_test_reads_the_time_of_day():
    own = {
        "tests/project/test_clock.py",  # the patterns
        "tests/unit/test_bootstrap.py",  # the clock itself
        "tests/shifted_clock.py",  # shifts it
    }

    measures = ("tests/benchmarks/", "tests/soak/")  # real servers under load, with the real clock
    readers = [name for name in _readers(CLOCK, "tests/") if not name.startswith(measures)]

    assert set(readers) - own == set()
    assert set(_readers(PAGE_CLOCK, "tests/", suffixes=(".py", ".js", ".mjs"))) - own == set()


def test_only_the_command_line_reads_the_time_of_day_and_hands_it_on():
    readers = [name for name in _readers(CLOCK, *PRODUCT) if not name.startswith("impactgraph/cli/")]

    assert readers == ["impactgraph/bootstrap.py"]
    assert _readers(re.compile(r"\bdatetime\.now\(|\btime\.time"), "impactgraph/cli/") == []


def test_the_model_has_no_clock_at_all():
    packages = (
        "graph_models",
        *(
            f"impactgraph/{name}"
            for name in (
                "topology",
                "propagation",
                "columns",
                "forecast",
                "impact",
                "diagnosis",
                "baselines",
                "ports",
            )
        ),
    )

    assert _readers(IMPORTED_CLOCK, *(f"{package}/" for package in packages)) == []


def test_a_database_is_asked_for_its_time_only_by_the_lease_of_the_graph_and_by_doctor():
    readers = _readers(DATABASE_CLOCK, "impactgraph/stores/", "impactgraph/ingest/")

    assert readers == [
        "impactgraph/stores/neo4j/doctor.py",
        "impactgraph/stores/neo4j/graph/lease.py",
    ]


def test_one_module_of_the_page_reads_the_time_of_day():
    own = [name for name in TRACKED if name.startswith("api/web/") and "/vendor/" not in name]
    pages = [name for name in own if name.endswith((".js", ".html"))]

    texts = {name: (ROOT / name).read_text() for name in pages if (ROOT / name).exists()}

    assert [name for name, text in texts.items() if PAGE_CLOCK.search(text)] == ["api/web/app/clock.js"]
    assert [name for name, text in texts.items() if FORMAT_OF_NOW.search(text)] == []


def test_a_test_that_passes_no_moment_in_fails_at_any_hour():
    with pytest.raises(BadInputError, match="IMPACTGRAPH_NOW is 'unreadable"):
        system_clock()


def test_the_suite_is_run_at_eight_moments_near_all_that_is_special_in_a_calendar():
    runs = shifted_runs(2028)
    moments = [run.moment for run in runs]
    last_hour = [millis(moment) // MINUTE % (24 * 60) >= 23 * 60 for moment in moments]

    assert sorted(f"{moment:%H:%M}" for moment in moments) == [
        "00:05",
        "00:50",
        "03:10",
        "05:10",
        "09:00",
        "13:30",
        "18:00",
        "23:55",
    ]
    assert {f"{moment:%m-%d}" for moment in moments} >= {"02-29", "03-26", "10-29"}
    assert {moment.isoweekday() for moment in moments} >= {6, 7} and any(last_hour)
