"""The checks of `doctor --config`: everything that a server would read when it starts, without a store.

Each check yields its results; a check that fails does not keep the others from being made, so that one run
shows everything that is wrong.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from api.hardening.operations import read_operations
from api.mcp.options import check_installed
from graph_models.time import HOUR, MINUTE
from impactgraph.access.config import AccessRules
from impactgraph.access.format import load_access
from impactgraph.access.login import client_secret
from impactgraph.access.providers import check_providers
from impactgraph.access.sessions import read_secrets
from impactgraph.access.verifier import AdminKeyFile
from impactgraph.bootstrap import FIXED_NOW, check_address, read_personal, shown_address, system_clock
from impactgraph.cli.answers.client import server_address
from impactgraph.cli.answers.token import VARIABLE, token_of
from impactgraph.cli.checks import CheckResult
from impactgraph.cli.formats import count
from impactgraph.cli.options import Place
from impactgraph.cli.settings import valid_settings
from impactgraph.cli.source_checks import check_notices, check_sources
from impactgraph.errors import BadInputError, Problem
from impactgraph.retention.format import load_retention
from impactgraph.settings import Settings
from impactgraph.sources.config import Secret
from impactgraph.topology.near import did_you_mean
from impactgraph.usecases.time_zones import check_zone
from impactgraph.usecases.validate_topology import validate_path
from impactgraph.usecases.wording import read_messages

PREFIX = "IMPACTGRAPH_"
OTHERS = (FIXED_NOW, VARIABLE, "IMPACTGRAPH_TOKEN_FILE")
"""Variables that are read beside the settings."""
TOOLS = ("IMPACTGRAPH_TEST_", "IMPACTGRAPH_BENCH_")
"""What variables begin with that only tests and benchmarks read."""

T = TypeVar("T")


def check_config(place: Place, topologies: Sequence[Path]) -> list[CheckResult]:
    """The results of every check, in the order of printing."""
    settings, invalid = valid_settings()
    secrets: list[Secret] = []
    files = [
        *check_sources(settings.sources, secrets),
        *check_notices(settings.notices, secrets),
        *_access(settings),
        *_retention(settings),
        *_messages(settings),
        *_operations(settings),
    ]
    return [
        *_settings(settings, invalid, {secret.env for secret in secrets if secret.env}),
        *_places(place, settings),
        *files,
        *(result for path in topologies for result in _topology(path)),
    ]


def _settings(settings: Settings, invalid: Sequence[Problem], secrets: set[str]) -> Iterator[CheckResult]:
    """`secrets`: names of variables that files name."""
    problems = [*invalid, *unknown_variables(os.environ, secrets), *_values(settings)]
    yield from (CheckResult("configuration", "fail", str(problem)) for problem in problems)
    if not problems:
        variables = sorted(f"{PREFIX}{name.upper()}" for name in settings.model_fields_set)
        detail = f"from the environment: {', '.join(variables)}" if variables else "defaults only"
        yield CheckResult("configuration", "ok", detail)


def unknown_variables(environment: Mapping[str, str], secrets: set[str]) -> Iterator[Problem]:
    """Variables with our prefix that nothing reads: most are misspelled. `secrets` are read, too."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | set(OTHERS) | secrets
    for name in sorted(environment):
        upper = name.upper()  # settings are read in any case
        if upper.startswith(PREFIX) and upper not in known and not upper.startswith(TOOLS):
            yield Problem(f"{name} is no setting, and nothing reads it.{did_you_mean(upper, sorted(known))}")


def _values(settings: Settings) -> Iterator[Problem]:
    """Settings whose values are checked where they are used."""
    yield from _problems_of(lambda: check_zone(settings.timezone, f"{PREFIX}TIMEZONE"))
    yield from _problems_of(system_clock)
    if settings.server is not None:
        address = settings.server
        for problem in _problems_of(lambda: server_address(address)):
            yield replace(problem, message=problem.message.replace("--server", f"{PREFIX}SERVER", 1))


def _places(place: Place, settings: Settings) -> Iterator[CheckResult]:
    """Where the store is, and the secrets that are no part of a file."""
    yield from _check(
        "store address", shown_address(place.store), lambda: check_address(place.store, settings)
    )
    if VARIABLE in os.environ or place.token_file is not None:
        yield from _check("token", "readable", lambda: token_of(place))
    if (admin_key := settings.admin_key_file) is not None:
        yield from _check("admin key", str(admin_key), lambda: AdminKeyFile(admin_key))
    if (secret := settings.session_secret_file) is not None:
        yield from _check("sessions", str(secret), lambda: read_secrets(secret))
    if settings.mcp:
        yield from _check("assistants", settings.mcp, check_installed)


def _access(settings: Settings) -> Iterator[CheckResult]:
    """The access file, what it names, and what is kept of personal attributes, which it says, too."""
    file, is_read = settings.access, True
    if file is not None:
        rules, problems = _read(lambda: load_access(file))
        is_read = rules is not None
        problems += _problems_of_access(rules, file) if rules else []
        detail = f"{file}: {count(len(rules.oidc), 'provider')}" if rules else ""
        yield from _results("access", detail, problems)
        yield from _warn_of_sessions(rules, settings)
    if settings.personal or settings.personal_key_file or (file is not None and is_read):
        readable_settings = settings if is_read else settings.model_copy(update={"access": None})
        yield from _check("personal data", "kept as declared", lambda: read_personal(readable_settings))


def _problems_of_access(rules: AccessRules, file: Path) -> list[Problem]:
    works = [lambda: check_providers(rules), *(lambda each=each: client_secret(each) for each in rules.oidc)]
    problems = [problem for work in works for problem in _problems_of(work)]
    return [problem if problem.file else replace(problem, file=str(file)) for problem in problems]


def _warn_of_sessions(rules: AccessRules | None, settings: Settings) -> Iterator[CheckResult]:
    has_login = rules is not None and any(provider.browser for provider in rules.oidc)
    if has_login and settings.session_secret_file is None:
        yield CheckResult(
            "sessions",
            "warn",
            f"{PREFIX}SESSION_SECRET_FILE is not set: sessions of browsers end with the process, and other "
            "processes do not know them",
        )
    if has_login and settings.session_idle * MINUTE > settings.session_length * HOUR:
        yield CheckResult(
            "sessions",
            "warn",
            f"{PREFIX}SESSION_IDLE is longer than {PREFIX}SESSION_LENGTH: it has no effect",
        )


def _retention(settings: Settings) -> Iterator[CheckResult]:
    if (file := settings.retention) is not None:
        rules, problems = _read(lambda: load_retention(file))
        detail = f"{file}: {count(len(rules.rules), 'rule')}" if rules else ""
        yield from _results("retention", detail, problems)


def _messages(settings: Settings) -> Iterator[CheckResult]:
    if (folder := settings.messages) is not None:
        problems = [
            replace(problem, file=str(folder / problem.file)) if problem.file else problem
            for problem in _problems_of(lambda: read_messages(folder))
        ]
        yield from _results("messages", str(folder), problems)


def _operations(settings: Settings) -> Iterator[CheckResult]:
    if (path := settings.operations) is not None:
        yield from _check("operations", str(path), lambda: read_operations(path, is_exclusive=False))


def _topology(path: Path) -> Iterator[CheckResult]:
    validation = validate_path(path)
    yield from (CheckResult("topology", "warn", str(problem)) for problem in validation.warnings)
    elements = len(validation.topology.elements) if validation.topology is not None else 0
    yield from _results("topology", f"{path}: {count(elements, 'element')}", validation.errors)


def _check(check: str, detail: str, work: Callable[[], object]) -> Iterator[CheckResult]:
    """Of work that raises BadInputError where something is wrong; `detail`: where nothing is."""
    yield from _results(check, detail, _problems_of(work))


def _results(check: str, detail: str, problems: Sequence[Problem]) -> Iterator[CheckResult]:
    """A failure for each problem; without any, one result with the detail."""
    yield from (CheckResult(check, "fail", str(problem)) for problem in problems)
    if not problems:
        yield CheckResult(check, "ok", detail)


def _problems_of(work: Callable[[], object]) -> list[Problem]:
    return _read(work)[1]


def _read(work: Callable[[], T]) -> tuple[T | None, list[Problem]]:
    """What the work returns, or what is wrong."""
    try:
        return work(), []
    except BadInputError as error:
        return None, list(error.problems)
