"""Keys and the audit log of every store: shared by processes, durable, and shown to be whole."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from graph_models.access import LOCAL, Role, RowFilter
from graph_models.time import DAY, MINUTE
from impactgraph.access.audit_file import FILE, FileAudit
from impactgraph.access.key_file import FileKeys
from impactgraph.access.rotation import Rotation
from impactgraph.audit.chain import line_of
from impactgraph.audit.entries import AuditEvent, event_of
from impactgraph.credentials.keys import ApiKey, IssuedKey, NewKey, issue, revoke
from impactgraph.errors import BadInputError, StoreUnavailableError
from impactgraph.ports.access import AuditTrail, KeyStore
from impactgraph.stores.neo4j.address import read_address
from impactgraph.stores.neo4j.audit import Neo4jAudit
from impactgraph.stores.neo4j.database import Database
from impactgraph.stores.neo4j.keys import Neo4jKeys

NOW = 1_772_442_600_000
MONTH = 31 * DAY
Alter = Callable[[str, str], None]


@pytest.fixture(params=["embedded", "neo4j"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Callable[[], Database]:
    return lambda: Database(read_address(request.getfixturevalue("neo4j_address").url))


@pytest.fixture
def keys(kind: str, tmp_path: Path, database: Callable[[], Database]) -> Iterator[tuple[KeyStore, KeyStore]]:
    """The keys of two processes."""
    with ExitStack() as stack:
        pair = [
            FileKeys(tmp_path) if kind == "embedded" else Neo4jKeys(database(), poll_seconds=0.01)
            for _ in range(2)
        ]
        for each in pair:
            stack.callback(each.close)
        yield pair[0], pair[1]


@pytest.fixture
def trails(
    kind: str, tmp_path: Path, database: Callable[[], Database]
) -> Iterator[tuple[AuditTrail, AuditTrail]]:
    """The audit log of two processes."""
    with ExitStack() as stack:
        pair = [
            FileAudit(tmp_path, lambda: NOW, Rotation(by_month=True))
            if kind == "embedded"
            else Neo4jAudit(database())
            for _ in "ab"
        ]
        for each in pair:
            stack.callback(each.close)
        yield pair[0], pair[1]


@pytest.fixture
def alter(kind: str, tmp_path: Path, database: Callable[[], Database]) -> Alter:
    """Replaces a text in every line of the log; an empty one in its place removes the lines with it."""

    def in_file(before: str, after: str) -> None:
        lines = (tmp_path / FILE).read_text().splitlines(keepends=True)
        lines = [line.replace(before, after) for line in lines if after or before not in line]
        (tmp_path / FILE).write_text("".join(lines))

    def in_graph(before: str, after: str) -> None:
        opened = database()
        opened.change(
            "match (e:AuditEntry) where e.line contains $before set e.line = replace(e.line, $before, $after)"
            if after
            else "match (e:AuditEntry) where e.line contains $before detach delete e",
            before=before,
            after=after,
        )
        opened.close()

    return in_file if kind == "embedded" else in_graph


def create(keys: KeyStore, name: str) -> IssuedKey:
    def work(present: Mapping[str, ApiKey]) -> tuple[ApiKey, IssuedKey]:
        made = issue(present, NewKey(name, Role.VIEWER, RowFilter(regions=("DE",))), NOW)
        return made.key, made

    return keys.change(work)


def until(found: Callable[[], bool]) -> None:
    """Returns once it is so; the test's own timeout ends it otherwise."""
    while not found():
        pass


def event(n: int) -> AuditEvent:
    return event_of(LOCAL, NOW + n, "reportFailure", {"n": n})


def test_a_key_is_seen_and_revoked_by_other_processes(keys: tuple[KeyStore, KeyStore]) -> None:
    here, there = keys
    made = create(here, "desk")

    assert here.keys() == {made.key.id: made.key}
    until(lambda: there.keys() == {made.key.id: made.key})

    here.change(lambda present: (revoke(present, "desk", NOW), None))
    until(lambda: there.keys()[made.key.id].revoked_at == NOW)


def test_the_use_of_a_key_outlasts_its_changes(keys: tuple[KeyStore, KeyStore]) -> None:
    here, _ = keys
    made = create(here, "desk")

    here.mark_used({made.key.id: NOW + MINUTE, "gone": NOW})
    here.mark_used({made.key.id: NOW})
    here.change(lambda present: (revoke(present, "desk", NOW), None))

    assert [key.used_at for key in here.keys().values()] == [NOW + MINUTE]


def test_a_change_that_fails_changes_nothing(keys: tuple[KeyStore, KeyStore]) -> None:
    here, _ = keys

    def refuse(_: Mapping[str, ApiKey]) -> tuple[ApiKey, None]:
        raise BadInputError("no")

    with pytest.raises(BadInputError):
        here.change(refuse)
    assert here.keys() == {}


def test_entries_of_all_processes_are_read_by_their_time(trails: tuple[AuditTrail, AuditTrail]) -> None:
    here, there = trails
    here.append([event(0), event(1)])
    there.append([event(2)])
    here.append([event(3)])

    assert [entry.event.arguments["n"] for entry in there.entries()] == [0, 1, 2, 3]
    assert [entry.event.arguments["n"] for entry in there.entries(NOW + 2)] == [2, 3]
    assert (here.check().entries, here.check().problem) == (4, "")


def test_processes_that_append_at_the_same_time_write_one_chain(
    trails: tuple[AuditTrail, AuditTrail],
) -> None:
    with ThreadPoolExecutor(4) as pool:
        batches = list(pool.map(lambda n: trails[n % 2].append([event(n), event(n)]), range(12)))

    numbers = sorted(entry.number for batch in batches for entry in batch)
    assert numbers == list(range(1, 25))
    assert {entry.writer for batch in batches for entry in batch} == {""}
    assert all(first.digest == second.previous for first, second in batches)
    assert (trails[0].check().entries, trails[1].check().problem) == (24, "")


def test_what_a_rule_removed_leaves_a_chain_that_is_whole_and_says_so(
    trails: tuple[AuditTrail, AuditTrail],
) -> None:
    here, there = trails
    for month in range(3):
        (here, there)[month % 2].append([event(month * MONTH), event(month * MONTH)])

    assert here.remove_before(NOW + MONTH, LOCAL, NOW + 9 * MONTH, dry_run=True) == 2
    assert here.remove_before(NOW + MONTH, LOCAL, NOW + 9 * MONTH) == 2

    found = there.check()
    assert (found.problem, found.first and found.first.number) == ("", 3)
    assert [entry.number for entry in there.entries()] == [3, 4, 5, 6, 7]
    assert there.remove_before(NOW + MONTH, LOCAL, NOW + 9 * MONTH) == 0


def asked(n: int, text: str) -> AuditEvent:
    return event_of(LOCAL, NOW + n * MONTH, "why", {"text": text, "n": n, "inner": [{text: text.upper()}]})


def without_jane(text: str) -> str:
    return text.replace("jane", "[forgotten]").replace("JANE", "[forgotten]")


def test_what_was_forgotten_is_gone_from_the_arguments_and_the_chain_stays_whole(
    trails: tuple[AuditTrail, AuditTrail], alter: Alter
) -> None:
    here, there = trails
    here.append([asked(0, "jane"), asked(0, "joe")])
    there.append([asked(1, "jane"), asked(2, "jo")])

    assert there.forget(without_jane, LOCAL, NOW + 3 * MONTH) == 2
    assert here.forget(without_jane, LOCAL, NOW + 3 * MONTH) == 0
    assert there.forget(lambda text: text.replace("joe", "[forgotten]"), LOCAL, NOW + 4 * MONTH) == 1
    here.append([asked(5, "jo")])

    entries = list(here.entries())
    assert "jane" not in "".join(map(line_of, entries)).lower()
    assert [entry.event.arguments.get("text") for entry in entries] == [
        *("[forgotten]", "[forgotten]", "[forgotten]", "jo", None, None, "jo")
    ]
    assert entries[0].event.arguments == {
        "text": "[forgotten]",
        "n": 0,
        "inner": [{"[forgotten]": "[forgotten]"}],
    }
    assert (there.check().entries, there.check().problem) == (7, "")

    alter('"text":"jo"', '"text":"somebody else"')
    assert "arguments are others than were written" in there.check().problem
    with pytest.raises(StoreUnavailableError, match="is broken"):
        there.forget(without_jane, LOCAL, NOW + 6 * MONTH)


def test_entries_whose_chain_has_the_arguments_themselves_stay_valid(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes((Path(__file__).parent / "formats" / "audit_1.jsonl").read_bytes())
    trail = FileAudit(tmp_path, lambda: NOW)
    trail.append([asked(1, "jane")])

    assert (trail.check().entries, trail.check().problem) == (3, "")
    assert trail.forget(without_jane, LOCAL, NOW) == 1
    assert [entry.event.arguments["text"] for entry in list(trail.entries())[:3]] == [
        "jane",
        "joe",
        "[forgotten]",
    ]


@pytest.mark.parametrize(("before", "after"), [('{"n":1}', '{"n":9}'), ('{"n":1}', ""), ('{"n":2}', "")])
def test_what_was_changed_or_removed_is_found(
    trails: tuple[AuditTrail, AuditTrail], alter: Alter, before: str, after: str
) -> None:
    here, _ = trails
    here.append([event(n) for n in range(3)])

    alter(before, after)

    assert here.check().problem
    with pytest.raises(StoreUnavailableError, match="is broken"):
        list(here.entries())
