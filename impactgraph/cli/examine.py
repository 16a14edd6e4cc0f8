"""The checks of `doctor`, each a function that gives findings."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from graph_models.time import DAY, HOUR, MINUTE
from impactgraph.bootstrap import examine_store, shown_address, store_exists, system_clock
from impactgraph.cli.say import count, day_and_time, span
from impactgraph.cli.settings import read_settings
from impactgraph.cli.stores import opened
from impactgraph.errors import BadInputError, ImpactGraphError
from impactgraph.usecases import Store
from impactgraph.usecases.store_summary import summary_of

OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """`warn` is worth a look, `fail` keeps something from working."""

    check: str
    state: Literal["ok", "warn", "fail"]
    detail: str


def examine(address: str) -> list[Finding]:
    """Every check, in the order that they are told."""
    return [*_python(), *_packages(), *_settings(), *_clock(), *_store(address)]


def _python() -> Iterator[Finding]:
    version = sys.version.split()[0]
    good = sys.version_info >= OLDEST_PYTHON
    yield Finding(
        "python", "ok" if good else "fail", version if good else f"{version}: install Python 3.11 or later"
    )


def _packages() -> Iterator[Finding]:
    """What the package itself says it requires, without the extras."""
    required = [line for line in metadata.requires("impactgraph") or () if "extra ==" not in line]
    names = [_name(line) for line in required]
    missing = [name for name in names if not _installed(name)]
    own = metadata.version("impactgraph")
    if missing:
        yield Finding(
            "installation",
            "fail",
            f"impactgraph {own}; not installed: {', '.join(missing)}. Install it again: pip install impactgraph",
        )
    else:
        yield Finding("installation", "ok", f"impactgraph {own}, {len(names)} packages")


def _name(requirement: str) -> str:
    end = next(
        (at for at, letter in enumerate(requirement) if not (letter.isalnum() or letter in "-_.")),
        len(requirement),
    )
    return requirement[:end]


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _settings() -> Iterator[Finding]:
    try:
        settings = read_settings()
    except BadInputError as error:
        yield from (Finding("configuration", "fail", str(problem)) for problem in error.problems)
        return
    changed = sorted(f"IMPACTGRAPH_{name.upper()}" for name in settings.model_fields_set)
    yield Finding(
        "configuration",
        "ok",
        f"set from outside: {', '.join(changed)}" if changed else "nothing is set from outside",
    )


def _clock() -> Iterator[Finding]:
    """Answers are of a moment: a clock that was never set makes all of them wrong."""
    now = system_clock()
    built = int(Path(__file__).stat().st_mtime * 1000)
    wrong = now < built - DAY
    yield Finding(
        "clock",
        "fail" if wrong else "ok",
        day_and_time(now) + (": that is before this version was installed; set the clock" if wrong else ""),
    )


def _store(address: str) -> Iterator[Finding]:
    if not store_exists(address):
        yield Finding(
            "store",
            "warn",
            f"{address}: there is none yet. `impactgraph apply TOPOLOGY` makes it, `impactgraph demo --keep FOLDER` one to try.",
        )
        return
    try:
        for checked in examine_store(address):
            yield Finding(checked.check, checked.state, checked.detail)
        with opened(address) as store:
            yield Finding("store", "ok", f"{shown_address(address)} opens")
            yield from _content(store)
    except ImpactGraphError as error:
        yield Finding("store", "fail", str(error))


def _content(store: Store) -> Iterator[Finding]:
    now = system_clock()
    found = summary_of(store, now)
    if found.topology is None:
        yield Finding("topology", "warn", "none was applied yet: impactgraph apply TOPOLOGY")
    else:
        version = found.topology
        yield Finding(
            "topology",
            "ok",
            f"topology:{version.key}, {count(version.elements, 'element')}, applied {day_and_time(version.applied_at)}",
        )
    yield Finding(
        "orders", "ok", f"{count(found.in_flight, 'order')} in flight, {found.orders:,} held in memory"
    )
    yield Finding(
        "failures", "ok", f"{count(found.active_failures, 'failure')} active, {found.failures:,} known"
    )
    kept = ("at least " if found.has_more_quarantined else "") + count(found.quarantined, "event")
    yield (
        Finding("kept aside", "warn", f"{kept}: impactgraph aside lists them")
        if found.quarantined
        else Finding("kept aside", "ok", kept)
    )
    yield from _latest(found.latest, now)


def _latest(latest: int | None, now: int) -> Iterator[Finding]:
    if latest is None:
        yield Finding("latest event", "warn", "no order was placed yet: impactgraph ingest EVENTS")
    elif latest > now + 5 * MINUTE:
        yield Finding(
            "latest event",
            "warn",
            f"{day_and_time(latest)}, {span(latest - now)} ahead of this clock: one of the clocks is wrong",
        )
    else:
        told = f"{day_and_time(latest)}, {span(now - latest)} ago"
        old = now - latest > 6 * HOUR
        yield (
            Finding("latest event", "warn", f"{told}: do events still arrive?")
            if old
            else Finding("latest event", "ok", told)
        )
