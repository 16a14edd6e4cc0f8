"""The tests at eight moments: near midnight, on a weekend, on 29 February and at both changes of summer time.

python -m tests.shifted_clock [arguments of pytest]

Each run shifts the time of day of pytest and of every process that it starts: servers, browsers, databases.
One run comes after the other. Without arguments it runs the folders that start processes. It needs Linux and
a C compiler. Debian's faketime (0.9.10) shifts the deadlines of monotonic sleeps, too, so that sleep() fails.
"""

import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

SOURCE = Path(__file__).with_suffix(".c")
FOLDERS = [
    "tests/functional",
    "tests/stores",
    "tests/scenarios",
    "tests/laws",
    "tests/project",
    "tests/accuracy",
    "tests/unit/api",
    "tests/unit/cli",
    "tests/unit/demo",
    "tests/unit/usecases",
    "tests/unit/test_bootstrap.py",
]
"""Where tests start processes, servers or stores. In the process of a test nothing reads the time of day: see
conftest.py and tests/project/test_clock.py.
"""
SHIFT = "SHIFTED_CLOCK_SECONDS"


class ShiftedRun(NamedTuple):
    """A moment at which pytest starts, and the time zone of the machine."""

    moment: datetime
    zone: str
    reason: str


def shifted_runs(year: int) -> list[ShiftedRun]:
    """The eight runs in a leap year; changes of summer time are those of Europe, at 01:00 UTC."""
    forward, back = _last_sunday(year, 3), _last_sunday(year, 10)
    a_sunday, a_saturday = _last_sunday(year, 5), _last_sunday(year, 7) - 1
    a_monday = _last_sunday(year, 8) - 6
    return [
        ShiftedRun(_at(year, 2, 29, "23:55"), "UTC", "29 February, and the midnight after it"),
        ShiftedRun(_at(year, 3, forward, "00:50"), "Europe/Berlin", "clocks go forward during the run"),
        ShiftedRun(_at(year, 10, back, "00:05"), "Europe/Berlin", "an hour before clocks go back"),
        ShiftedRun(_at(year, 1, 1, "03:10"), "America/New_York", "New Year, still the year before there"),
        ShiftedRun(_at(year, 5, a_sunday, "05:10"), "UTC", "a Sunday"),
        ShiftedRun(_at(year, 8, a_monday, "09:00"), "Asia/Kolkata", "a Monday"),
        ShiftedRun(_at(year, 7, a_saturday, "13:30"), "Europe/Berlin", "a Saturday"),
        ShiftedRun(_at(year, 12, 31, "18:00"), "Asia/Tokyo", "the last day, already the year after there"),
    ]


def main(arguments: list[str]) -> int:
    """Runs the tests at each moment, prints what each run found, and returns 1 where a test failed."""
    with tempfile.TemporaryDirectory() as folder:
        library = compile_library(Path(folder))
        results = [run_at(run, arguments or FOLDERS, library) for run in shifted_runs(_next_leap_year())]
    print("", *(result.line for result in results), sep="\n")  # noqa: T201
    return int(any(result.status for result in results))


class Result(NamedTuple):
    """The exit status of pytest, and a line with the moment and the number of tests."""

    status: int
    line: str


def compile_library(folder: Path) -> Path:
    """The library that shifts the clock of a process that preloads it."""
    library = folder / "shifted_clock.so"
    subprocess.run(["cc", "-O2", "-Wall", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
    return library


def run_at(run: ShiftedRun, arguments: list[str], library: Path) -> Result:
    """Runs pytest at the moment."""
    title = f"{run.moment:%a %Y-%m-%d %H:%M} UTC, {run.zone} ({run.reason})"
    print(f"\n{title}", flush=True)  # noqa: T201
    environment = shifted_environment(library, run.moment, run.zone)
    _check_clock(environment, run.moment)
    report = library.with_name(f"{run.moment:%Y-%m-%dT%H%M}.xml")
    status = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", f"--junit-xml={report}", *arguments],
        env=environment,
        check=False,
    ).returncode
    return Result(status, f"{title}: {_counts(report)}")


def _check_clock(environment: dict[str, str], moment: datetime) -> None:
    """Raises RuntimeError where the clock of a process is not shifted: a library that cannot be loaded is
    ignored.
    """
    command = [sys.executable, "-c", "import time; print(time.time())"]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    if abs(float(printed) - moment.timestamp()) > 60:
        raise RuntimeError(f"The clock of a process stands at {printed.strip()} instead of {moment}.")


def _counts(report: Path) -> str:
    """`96 tests, 0 failed` of a report in JUnit's format, which is missing where pytest did not start."""
    if not report.exists():
        return "no tests ran"
    suite = ElementTree.parse(report).getroot()[0].attrib
    return f"{suite['tests']} tests, {int(suite['failures']) + int(suite['errors'])} failed"


def shifted_environment(library: Path, moment: datetime, zone: str) -> dict[str, str]:
    """The environment in which it is the moment now."""
    shift = int((moment - _now()).total_seconds())
    shifted = {SHIFT: str(shift), "LD_PRELOAD": str(library), "TZ": zone, "PYTHONHASHSEED": "0"}
    return os.environ | shifted


def _next_leap_year() -> int:
    """The year of the runs: later than every file, as `doctor` finds a clock wrong that is earlier."""
    year = _now().year + 1
    return year + -year % 4


def _now() -> datetime:
    return datetime.now(UTC)


def _last_sunday(year: int, month: int) -> int:
    """The day of the month, of a month with 31 days."""
    return 31 - datetime(year, month, 31, tzinfo=UTC).isoweekday() % 7


def _at(year: int, month: int, day: int, time: str) -> datetime:
    hour, minute = map(int, time.split(":"))
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
