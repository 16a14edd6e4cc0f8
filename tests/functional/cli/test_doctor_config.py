"""`doctor --config` finds everything that is wrong with a configuration at once, and opens no store."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impactgraph.cli.config_checks import unknown_variables
from impactgraph.credentials.tokens import new_token
from impactgraph.settings import Settings
from tests.functional.cli.running import Ran, run
from tests.functional.cli.small import TOPOLOGY

HIDDEN = "hidden-value-that-nothing-prints"
SOURCES = """\
sources:
  orders: {kind: kafka, brokers: [broker:9092], topics: [orders], mapping: mapping.yaml}
  rows:
    kind: postgres
    connection: host=db dbname=shop
    query: select * from orders
    rising: id
    password: {file: secrets/database}
  drops: {kind: folder, path: drops, mapping: mapping.yaml}
  pushed: {kind: webhook, header: X-Secret, secrets: [{env: SHOP_HOOK}, {file: secrets/hook}]}
  alarms:
    kind: alerts
    sender: alertmanager
    check: bearer
    rules: alerts.yaml
    secrets: [{env: IMPACTGRAPH_ALARMS}]
  spans: {kind: traces, mapping: mapping.yaml, secrets: [{file: secrets/spans}]}
"""
FILES = {
    "topology.yaml": TOPOLOGY,
    "sources.yaml": SOURCES,
    "mapping.yaml": 'version: 2\nsource: /shop\norder: "{nr}"\ntime: "{at}"\nrules:\n  orders:\n'
    "    order.placed: "
    '{channel: web, mode: ship, currency: EUR, value: "{total}", fulfillments: ship}\n',
    "alerts.yaml": 'rules:\n  - {match: {name: "*Down"}, element: "system:oms", class: outage}\n',
    "notices.yaml": "channels:\n  desk: {kind: webhook, url: https://desk.example.com, secret: {env: DESK}}\n"
    "rules:\n  all: {to: [desk]}\n",
    "access.yaml": "version: 1\npersonal: {email: {keep: hash}}\noidc:\n  - issuer: https://login.example.com\n"
    "    audience: shop\n    roles: {claim: groups, values: {desk: viewer}}\n"
    "    browser: {client: shop, secret_file: secrets/client}\n",
    "retention.yaml": "rules:\n  - {name: old, after: 400d}\n",
    "messages/de.yaml": "language: de\n",
    "operations/orders.graphql": "{ __typename }\n",
    **{f"secrets/{name}": HIDDEN for name in ("database", "hook", "spans", "client")},
    "secrets/session": HIDDEN * 2,
    "secrets/personal": HIDDEN * 2,
}
ENVIRONMENT = {
    "IMPACTGRAPH_SOURCES": "sources.yaml",
    "IMPACTGRAPH_NOTICES": "notices.yaml",
    "IMPACTGRAPH_ACCESS": "access.yaml",
    "IMPACTGRAPH_RETENTION": "retention.yaml",
    "IMPACTGRAPH_MESSAGES": "messages",
    "IMPACTGRAPH_OPERATIONS": "operations",
    "IMPACTGRAPH_ADMIN_KEY_FILE": "secrets/admin",
    "IMPACTGRAPH_SESSION_SECRET_FILE": "secrets/session",
    "IMPACTGRAPH_PERSONAL_KEY_FILE": "secrets/personal",
    "IMPACTGRAPH_NEO4J_PASSWORD": HIDDEN,
    "IMPACTGRAPH_TOKEN": HIDDEN,
    "IMPACTGRAPH_ALARMS": HIDDEN,
    "IMPACTGRAPH_TEST_NEO4J": "bolt://127.0.0.1:1",
    "SHOP_HOOK": HIDDEN,
    "DESK": "whsec_" + "QUJD" * 8,
}
WITHOUT_FILE: Mapping[str, tuple[str, str]] = {
    "topology.yaml": ("topology", "topology.yaml"),
    "sources.yaml": ("sources", "sources.yaml: The sources cannot be read"),
    "notices.yaml": ("notices", "notices.yaml: The notices cannot be read"),
    "access.yaml": ("access", "access.yaml: The access file cannot be read"),
    "retention.yaml": ("retention", "retention.yaml: The rules of retention cannot be read"),
    "messages/de.yaml": ("messages", "in the folder messages"),
    "operations": ("operations", "operations: These operations cannot be read"),
    "mapping.yaml": ("sources", "mapping.yaml: source orders: "),
    "alerts.yaml": ("sources", "alerts.yaml: source alarms: "),
    "drops": ("sources", "sources.yaml:9: source drops: There is no folder drops"),
    "secrets/database": ("sources", "sources.yaml:3: source rows: The secret in the file secrets/database"),
    "secrets/hook": ("sources", "sources.yaml:10: source pushed: The secret in the file secrets/hook"),
    "secrets/client": ("access", "access.yaml: The secret of the client in secrets/client cannot be read"),
    "secrets/admin": ("admin key", "secrets/admin: The key of the administrator cannot be read"),
    "secrets/session": ("sessions", "The secret of sessions in secrets/session cannot be read"),
    "secrets/personal": ("personal data", "IMPACTGRAPH_PERSONAL_KEY_FILE: secrets/personal cannot be read"),
}
"""What is said, and of which check, where a file is gone."""
NAMED_BY: Mapping[str, frozenset[str]] = {
    "sources.yaml": frozenset(
        {"mapping.yaml", "alerts.yaml", "drops", "secrets/database", "secrets/hook", "SHOP_HOOK"}
    ),
    "notices.yaml": frozenset({"DESK"}),
    "access.yaml": frozenset({"secrets/client"}),
}
"""What only another file names: while that is gone, nothing needs it."""
OTHER_VALUES: Mapping[str, tuple[str, str, str]] = {
    "IMPACTGRAPH_PORT": ("many", "configuration", "IMPACTGRAPH_PORT is 'many'"),
    "IMPACTGRAPH_DEADLINE": ("0", "configuration", "IMPACTGRAPH_DEADLINE is '0'"),
    "IMPACTGRAPH_TIMEZONE": ("Europe/Berlyn", "configuration", "Did you mean 'Europe/Berlin'?"),
    "IMPACTGRAPH_SERVER": ("ftp://x", "configuration", "IMPACTGRAPH_SERVER is 'ftp://x'"),
    "IMPACTGRAPH_NOW": ("today", "configuration", "IMPACTGRAPH_NOW is 'today'"),
    "IMPACTGRAPH_STORE": ("http://x", "store address", "There is no store of the kind http://"),
    "IMPACTGRAPH_TOKEN": ("two words", "token", "IMPACTGRAPH_TOKEN has no token"),
    "IMPACTGRAPH_SOURCE": ("x", "configuration", "IMPACTGRAPH_SOURCE is no setting"),
    "IMPACTGRAPH_ALARM": ("x", "configuration", "IMPACTGRAPH_ALARM is no setting"),
    "SHOP_HOOK": ("", "sources", "source pushed: The secret in the environment variable SHOP_HOOK is empty"),
    "DESK": (HIDDEN, "notices", "notices.yaml:2: channel desk: The secret in the environment variable DESK"),
}


def write(folder: Path) -> None:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "secrets/admin").write_text(new_token().text)
    (folder / "drops").mkdir()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    write(tmp_path)
    yield tmp_path
    assert not (tmp_path / ".impactgraph").exists()


def check(folder: Path, **environment: str) -> Ran:
    given = ENVIRONMENT | environment
    return run("doctor", "--config", "topology.yaml", "--format", "json", cwd=folder, env=given)


def failures(ran: Ran) -> list[tuple[str, str]]:
    return [(each["check"], each["detail"]) for each in ran.json["checks"] if each["state"] == "fail"]


def test_a_configuration_that_is_right_has_a_result_for_each_part(folder: Path) -> None:
    ran = check(folder)

    checks = {each["check"]: each for each in ran.json["checks"]}
    assert (ran.status, ran.json["well"], failures(ran)) == (0, True, [])
    assert set(checks) == {
        "configuration",
        "store address",
        "token",
        "admin key",
        "sessions",
        "sources",
        "notices",
        "access",
        "personal data",
        "retention",
        "messages",
        "operations",
        "topology",
    }
    assert checks["sources"]["detail"] == "sources.yaml: 6 sources"
    assert HIDDEN not in ran.out + ran.err


@settings(max_examples=15)
@given(
    gone=st.sets(st.sampled_from(sorted(WITHOUT_FILE))), wrong=st.sets(st.sampled_from(sorted(OTHER_VALUES)))
)
def test_whatever_is_wrong_is_reported_at_once_and_nothing_else(gone: set[str], wrong: set[str]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder)
        for each in gone:
            path = folder / each
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        ran = check(folder, **{name: OTHER_VALUES[name][0] for name in wrong})

    found = failures(ran)
    said = _expected(gone, wrong)
    for check_name, text in said:
        assert any(one == check_name and text in detail for one, detail in found), (check_name, text, found)
    assert {check_name for check_name, _ in found} == {check_name for check_name, _ in said}
    assert (ran.status, ran.json["well"]) == ((1, False) if found else (0, True))
    assert HIDDEN not in ran.out + ran.err


def _expected(gone: set[str], wrong: set[str]) -> list[tuple[str, str]]:
    """The check and a part of the text of each problem."""
    needless = frozenset[str]().union(*(NAMED_BY.get(each, frozenset()) for each in gone))
    said = [WITHOUT_FILE[each] for each in gone - needless]
    said += [OTHER_VALUES[each][1:] for each in wrong - needless]
    if "sources.yaml" in gone:  # nothing names the variable of its secret
        said.append(("configuration", "IMPACTGRAPH_ALARMS is no setting"))
    return said


def test_the_table_has_a_line_for_each_problem(folder: Path) -> None:
    wrong = {"IMPACTGRAPH_PORT": "many", "IMPACTGRAPH_SOURCE": "x"}

    ran = run("doctor", "--config", cwd=folder, env=ENVIRONMENT | wrong)

    assert ran.status == 1
    assert (
        "IMPACTGRAPH_SOURCE is no setting, and nothing reads it. Did you mean 'IMPACTGRAPH_SOURCES'?"
        in ran.out
    )
    assert ran.out.rstrip().endswith("2 of 13 checks failed.")


def test_topologies_without_config_are_refused(folder: Path) -> None:
    ran = run("doctor", "topology.yaml", cwd=folder)

    assert (ran.status, "Topologies are checked with --config" in ran.err) == (2, True)


def test_a_random_secret_of_sessions_is_a_warning(folder: Path) -> None:
    ran = check(folder, IMPACTGRAPH_SESSION_SECRET_FILE="", IMPACTGRAPH_SESSION_IDLE="1000")

    warned = [each for each in ran.json["checks"] if each["state"] == "warn"]
    assert [each["check"] for each in warned] == ["sessions"] * len(warned) and warned


@pytest.mark.parametrize("form", [str.upper, str.lower])
def test_every_setting_is_known_in_any_case(form: Callable[[str], str]) -> None:
    names = {form(f"impactgraph_{name}"): "" for name in Settings.model_fields}

    assert not list(unknown_variables(names, set()))


@pytest.mark.parametrize("name", ["IMPACTGRAPH_TEST_NEO4J", "IMPACTGRAPH_BENCH_URL", "IMPACTGRAPH_NOW"])
def test_what_tests_and_benchmarks_read_is_known(name: str) -> None:
    assert not list(unknown_variables({name: "x", "PATH": os.defpath}, set()))


def test_a_variable_that_a_secret_names_is_near_too() -> None:
    [problem] = unknown_variables({"IMPACTGRAPH_ALARM": "x"}, {"IMPACTGRAPH_ALARMS"})

    assert problem.message.endswith("Did you mean 'IMPACTGRAPH_ALARMS'?")
