"""The checks of `doctor`: each function yields results."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from graph_models.time import DAY, HOUR, MINUTE, Millis
from impactgraph.audit.chain import ChainCheck
from impactgraph.bootstrap import (
    FIXED_NOW,
    examine_store,
    open_audit,
    open_keys,
    shown_address,
    store_exists,
    system_clock,
)
from impactgraph.cli.answers.targets import RemoteTarget, ask_server, find_server
from impactgraph.cli.answers.token import token_of
from impactgraph.cli.formats import count, day_and_time, duration
from impactgraph.cli.options import Place
from impactgraph.cli.settings import read_settings
from impactgraph.cli.stores import open_or_create
from impactgraph.errors import BadInputError, ImpactGraphError
from impactgraph.usecases import EventsAhead, Store
from impactgraph.usecases.events_ahead import ahead_text, events_ahead
from impactgraph.usecases.store_summary import summary_of

OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class CheckResult:
    """Result of one check: `warn` needs attention, `fail` keeps something from working."""

    check: str
    state: Literal["ok", "warn", "fail"]
    detail: str


def run_checks(place: Place) -> list[CheckResult]:
    """The results of every check, in the order of printing; of a server, where one is named, instead of the
    store.
    """
    data = _store(place) if place.server is None else _server(place.server, token_of(place))
    return [*_python(), *_packages(), *_settings(), *_clock(), *data]


def _python() -> Iterator[CheckResult]:
    version = sys.version.split()[0]
    if sys.version_info >= OLDEST_PYTHON:
        yield CheckResult("python", "ok", version)
    else:
        yield CheckResult("python", "fail", f"{version}: install Python 3.11 or later")


def _packages() -> Iterator[CheckResult]:
    """The packages that impactgraph requires, without its extras."""
    requirements = [line for line in metadata.requires("impactgraph") or () if "extra ==" not in line]
    names = [_package_name(line) for line in requirements]
    missing = [name for name in names if not _is_installed(name)]
    own = metadata.version("impactgraph")
    if missing:
        yield CheckResult(
            "installation",
            "fail",
            f"impactgraph {own}; not installed: {', '.join(missing)}. Reinstall: pip install impactgraph",
        )
    else:
        yield CheckResult("installation", "ok", f"impactgraph {own}, {count(len(names), 'package')}")


def _package_name(requirement: str) -> str:
    end = next(
        (at for at, letter in enumerate(requirement) if not (letter.isalnum() or letter in "-_.")),
        len(requirement),
    )
    return requirement[:end]


def _is_installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _settings() -> Iterator[CheckResult]:
    try:
        settings = read_settings()
    except BadInputError as error:
        yield from (CheckResult("configuration", "fail", str(problem)) for problem in error.problems)
        return
    variables = sorted(f"IMPACTGRAPH_{name.upper()}" for name in settings.model_fields_set)
    yield CheckResult(
        "configuration",
        "ok",
        f"from the environment: {', '.join(variables)}" if variables else "defaults only",
    )


def _clock() -> Iterator[CheckResult]:
    """Answers depend on the current moment: a clock that was never set makes all of them wrong."""
    now = system_clock()
    if os.environ.get(FIXED_NOW):
        detail = f"{day_and_time(now)}, fixed by {FIXED_NOW}: unset it for your own data"
        yield CheckResult("clock", "warn", detail)
        return
    installed_at = int(Path(__file__).stat().st_mtime * 1000)
    if now < installed_at - DAY:
        problem = "before this version was installed; set the clock"
        yield CheckResult("clock", "fail", f"{day_and_time(now)}: {problem}")
    else:
        yield CheckResult("clock", "ok", day_and_time(now))


def _server(address: str, token: str | None) -> Iterator[CheckResult]:
    """Whether the server answers, and what it has."""
    try:
        yield from _check_server(ask_server(address, token=token))
    except ImpactGraphError as error:
        yield CheckResult("server", "fail", str(error))


def _check_server(server: RemoteTarget) -> Iterator[CheckResult]:
    """The moment of a server that answers, and events ahead of it."""
    yield CheckResult("server", "ok", f"{server.client.address} answers")
    drift = abs(server.now - system_clock())
    if drift > MINUTE:
        detail = f"{day_and_time(server.now)}, {duration(drift)} from this machine's clock"
        yield CheckResult("server's clock", "warn", f"{detail}; relative moments count from the server's")
    yield from _events_ahead(server.ahead, server.now)


def _store(place: Place) -> Iterator[CheckResult]:
    address = place.store
    try:
        server = find_server(place)
    except ImpactGraphError as error:
        yield CheckResult("server", "fail", str(error))
        return
    if server is not None:
        yield from _check_server(server)
        yield CheckResult("store", "ok", f"{address} is in use by that server; commands ask it")
        yield from _access(address)
        return
    if not store_exists(address):
        yield CheckResult(
            "store",
            "warn",
            f"{address} does not exist yet. `impactgraph apply TOPOLOGY` creates it, "
            "`impactgraph demo --keep FOLDER` creates one to try.",
        )
        return
    try:
        for result in examine_store(address):
            yield CheckResult(result.check, result.state, result.detail)
        with open_or_create(address) as store:
            yield CheckResult("store", "ok", f"{shown_address(address)} opens")
            yield from _content(store)
        yield from _access(address)
    except ImpactGraphError as error:
        yield CheckResult("store", "fail", str(error))


def _access(address: str) -> Iterator[CheckResult]:
    """Keys, and the chain of the audit log."""
    try:
        with closing(open_keys(address)) as store:
            keys, now = list(store.keys().values()), system_clock()
        with closing(open_audit(address)) as audit:
            chain = audit.check()
    except ImpactGraphError as error:
        yield CheckResult("access", "fail", str(error))
        return
    valid = sum(key.is_valid(now) for key in keys)
    detail = f"{count(valid, 'valid key')}, {len(keys) - valid:,} revoked or expired"
    yield CheckResult("keys", "ok", detail if keys else "none: servers on this machine need no login")
    if chain.problem:
        yield CheckResult("audit log", "fail", f"broken: {chain.problem}")
    else:
        entries = count(chain.entries, "entry", "entries")
        yield CheckResult("audit log", "ok", f"{entries}, {_completeness(chain)}")


def _completeness(chain: ChainCheck) -> str:
    first = chain.first
    if first is None or first.number == 1:
        return "the chain is whole"
    begin = f"entry {first.number:,} of {day_and_time(first.event.at)}"
    return f"the chain is whole from {begin} on; a rule of retention removed earlier entries"


def _content(store: Store) -> Iterator[CheckResult]:
    now = system_clock()
    summary = summary_of(store, now)
    version = summary.topology
    if version is None:
        yield CheckResult("topology", "warn", "none applied yet: impactgraph apply TOPOLOGY")
    else:
        elements = count(version.elements, "element")
        since = day_and_time(version.applied_at)
        yield CheckResult("topology", "ok", f"topology:{version.key}, {elements}, applied {since}")
    in_flight = count(summary.in_flight, "order")
    yield CheckResult("orders", "ok", f"{in_flight} in flight, {summary.orders:,} in memory")
    active = count(summary.active_failures, "failure")
    yield CheckResult("failures", "ok", f"{active} active, {summary.failures:,} in total")
    events = count(summary.quarantine_size, "event")
    if summary.has_more_quarantined:
        events = f"at least {events}"
    if summary.quarantine_size:
        yield CheckResult("quarantine", "warn", f"{events}: impactgraph aside lists them")
    else:
        yield CheckResult("quarantine", "ok", events)
    yield _latest_event(summary.latest, now)
    yield from _events_ahead(events_ahead(store, now), now)


def _events_ahead(ahead: EventsAhead, now: Millis) -> Iterator[CheckResult]:
    if ahead.next_at is not None and ahead.last_at is not None:
        furthest = f"the furthest, {day_and_time(ahead.last_at)}, by {duration(ahead.last_at - now)}"
        yield CheckResult(
            "events ahead",
            "warn",
            f"{ahead_text(ahead)}: the next at {day_and_time(ahead.next_at)}; {furthest}. "
            "Does a sender write local time as UTC?",
        )


def _latest_event(latest: Millis | None, now: Millis) -> CheckResult:
    if latest is None:
        return CheckResult("latest event", "warn", "no order yet: impactgraph ingest EVENTS")
    moment = day_and_time(latest)
    age = f"{moment}, {duration(now - latest)} ago"
    if now - latest > 6 * HOUR:
        return CheckResult("latest event", "warn", f"{age}: do events still arrive?")
    return CheckResult("latest event", "ok", age)
