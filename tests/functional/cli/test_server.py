"""Every command gives the same over a server as on the store itself: the same status, the same bytes."""

import itertools
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.app import create_app
from api.services import Services
from graph_models.time import Millis, parse_moment
from impactgraph.bootstrap import open_store
from impactgraph.cli import answers
from impactgraph.cli.answers import Answers, find_target
from impactgraph.cli.answers.local import LocalAnswers
from impactgraph.cli.answers.remote import PAGE
from impactgraph.cli.app import run as run_here
from impactgraph.cli.options import Common
from impactgraph.notices.worker import SentNotices
from impactgraph.settings import Settings
from impactgraph.usecases import Store
from tests.functional.cli.lists import write_list
from tests.functional.cli.running import NOW
from tests.functional.http.serving import served

MOMENT = parse_moment(NOW)
Both = Callable[..., tuple["Ran", "Ran"]]


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


@dataclass(frozen=True)
class OpenStore:
    """A store that stays open from command to command."""

    store: Store
    now: Millis = MOMENT

    @contextmanager
    def open(self, *, create: bool = False) -> Iterator[Answers]:
        yield LocalAnswers(self.store, self.now)


@pytest.fixture(scope="module")
def store(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store of its own: lists are added to it."""
    folder = tmp_path_factory.mktemp("server") / "shop"
    shutil.copytree(shop, folder)
    store = open_store(str(folder), now=lambda: MOMENT)
    yield store
    store.close()


@pytest.fixture(scope="module")
def address(store: Store) -> Iterator[str]:
    settings = Settings(deadline=120)  # the machine that tests run on may be slow
    notices = SentNotices(store, None, {}, now=lambda: MOMENT)
    with served(
        create_app(store, settings, now=lambda: MOMENT, services=Services(notices=notices))
    ) as address:
        yield address


@pytest.fixture
def both(
    store: Store, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Both:
    """Runs a command on the store, and over the server."""
    monkeypatch.setenv("COLUMNS", "160")

    def run(*arguments: str) -> tuple[Ran, Ran]:
        results: list[Ran] = []
        for target in (OpenStore(store), find_target(Common(server=address))):
            monkeypatch.setattr(answers, "find_target", lambda _, target=target: target)
            status = run_here(arguments)
            printed = capsys.readouterr()
            results.append(Ran(status, str(printed.out), str(printed.err)))
        return results[0], results[1]

    return run


WHAT_IF = ("--target", "system:oms", "--class", "transient", "--error-rate", "0.3", "--until", "+2h")
SCOPE = ("--scope", "regions=uk,emea-north", "--scope", "attributes.payload_version=7")
COMMANDS = [
    ("blast-radius",),
    ("blast-radius", "--failure", "F-stock", "--by", "step,region", "--orders", "3", "--forecast", "1h"),
    ("blast-radius", "--orders", "0"),
    ("blast-radius", "--as-of", "-2h"),
    ("blast-radius", *WHAT_IF, *SCOPE, "--min-likelihood", "0", "--horizon", "4h", "--tolerance", "1m"),
    ("blast-radius", "--target", "system:erp", "--class", "outage", "--until", "+1m"),
    ("cost-of-delay", "--failure", "F-queues"),
    ("cost-of-delay", "--ends", "1h,2h", "--as-of", "-1h"),
    ("explain", "F-queues", "{hit}"),
    ("explain", "F-stock", "{spared}"),
    ("why", "{hit}"),
    ("why", "{spared}", "--as-of", "-3h"),
    ("why", "{number}"),
    ("why", "{hit}", "--timezone", "Europe/Berlin", "--language", "de", "--form", "short"),
    ("blast-radius", "--where", "channels=web", "--timezone", "Asia/Tokyo", "--orders", "2"),
    ("records", "--where", "min-value=100000000"),
    ("overdue", "--by", "step,region", "--orders", "3"),
    ("overdue", "--where", "channels=web", "--as-of", "-2h"),
    ("incidents",),
    ("incidents", "--all", "--as-of", "-1h", "--monitors", "system:oms"),
    ("incidents", "checklist", "F-queues"),
    ("repair", "replay"),
    ("repair", "replay", "F-queues", "--first", "3"),
    ("repair", "messages", "--failure", "F-queues", "--as-of", "-1h"),
    ("repair", "first", "--failure", "F-stock", "--failure", "F-queues"),
    ("drift", "--first", "5"),
    ("drift", "--all", "--first", "3"),
    ("records", "--first", "4"),
    ("records", "--effect", "missing", "--type", "invoice", "--where", "min-value=50", "--as-of", "-1h"),
    ("reconcile", "{list}", "--system", "erp", "--states", "CLSD=completed", "--first", "7"),
    ("reconcile", "{list}", "--system", "erp", "--as-of", "-1h", "--placed-from", "-2d", "--partial"),
    ("reconcile", "--system", "system:erp", "--kind", "missing", "--kind", "unknown"),
    ("orders", "--status", "in_flight", "--system", "oms", "--step", "ship-from-store/promise"),
    ("orders", "--missing", "invoice", "--missing", "erp", "--as-of", "-1h", "--first", "3"),
    ("orders", "--where", "channels=web,app", "--sort", "value_desc"),
    ("records", "--state", "all", "--first", "5"),
    ("records", "--state", "due", "--state", "late", "--type", "invoice", "--as-of", "-1h"),
    ("payloads",),
    ("sources",),
    ("payloads", "--kind", "error_template", "--where", "placed-from=-12h"),
    ("notices",),
    ("measures",),
    ("measures", "--by", "month", "--since", "-90d", "--as-of", "-2h", "--asked", "1"),
    ("notices", "try", "--notices", "{rules}"),
    ("failure", "list"),
    ("failure", "list", "--active", "--first", "1"),
]


@pytest.fixture(scope="module")
def names(store: Store, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An order that F-queues affects, one that it does not, and the number of the first alone; a list of what
    the ERP has.
    """
    from graph_models.impact import Question
    from impactgraph.usecases.blast_radius import blast_radius

    with blast_radius(store, Question(failures=("F-queues",)), MOMENT) as answer:
        affected = {row.order for row in answer.orders(first=500).items}
    hit = min(affected)
    spared = next(key for number in range(1, 2_000) if (key := f"O-{number:06d}") not in affected)
    listed = tmp_path_factory.mktemp("lists") / "erp.csv"
    write_list(store, listed, MOMENT)
    rules = tmp_path_factory.mktemp("notices") / "notices.yaml"
    rules.write_text(
        "channels: {hook: {kind: webhook, url: 'http://localhost/x', secret: {env: HOOK}}}\n"
        "rules: {all: {to: [hook]}}\n"
    )
    return {
        "hit": hit,
        "spared": spared,
        "number": hit.removeprefix("O-").lstrip("0"),
        "list": str(listed),
        "rules": str(rules),
    }


def without_cursors(text: str) -> str:
    """A server's cursors name its answer."""
    return re.sub(r'("(?:cursor|startCursor|endCursor)": )"[^"]*"', r"\1...", text)


def without_undo(text: str) -> str:
    """A server keeps no record of an ingest, so that a list that came over it cannot be taken back."""
    return "".join(line for line in text.splitlines(keepends=True) if "ingest --undo" not in line)


@pytest.mark.parametrize(
    ("command", "form"),
    [
        *itertools.product(COMMANDS, ["table", "json"]),
        # Columns do not depend on the options, so one question of each command will do.
        *((command, "csv") for command in {words[0]: words for words in COMMANDS}.values()),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_server_gives_what_the_store_gives(
    both: Both, names: dict[str, str], command: tuple[str, ...], form: str
) -> None:
    here, there = both(*(word.format(**names) for word in command), "--format", form)

    assert (without_cursors(there.out), there.status) == (without_cursors(here.out), here.status)
    assert there.err == without_undo(here.err)
    assert here.out and here.status in (0, 1), here.err


@pytest.mark.parametrize("of", ["postings", "notifications", "tasks", "groups"])
def test_every_export_is_the_same(both: Both, of: str) -> None:
    here, there = both("blast-radius", "--format", "csv", "--of", of)

    assert there == here and here.status == 0


@pytest.mark.parametrize("form", ["csv"])
def test_a_list_is_exported_over_a_server_as_from_the_store(
    shop: Path, address: str, form: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IMPACTGRAPH_NOW", NOW)
    question = ("export", "orders", "--argument", 'where={"channels":["web"]}', "--format", form)
    results = list[Ran]()
    for place in (("--store", str(shop)), ("--server", address)):
        status = run_here([*question, *place])
        printed = capsys.readouterr()
        results.append(Ran(status, str(printed.out), str(printed.err)))

    assert results[1] == results[0]
    assert (results[0].status, results[0].err) == (0, "") and results[0].out.count("web") > PAGE, results[0]


def test_more_orders_than_a_page_holds_are_of_one_answer(both: Both) -> None:
    here, there = both("blast-radius", "--orders", "230", "--format", "json")

    assert without_cursors(there.out) == without_cursors(here.out) and here.out.count('"band"') > PAGE


@pytest.mark.parametrize(
    "arguments",
    [
        ("blast-radius", "--failure", "F-stok"),
        ("blast-radius", "--target", "system:omz", "--class", "outage"),
        ("blast-radius", "--min-likelihood", "2"),
        ("why", "O-00001"),
        ("why", "nothing-like-it"),
        ("why", "jo@example.com"),
        ("why", "+49 171 2345678"),
        ("explain", "F-queues", "x"),
        ("records", "--where", "steps=none/such"),
        ("records", "--type", "epr"),
        ("reconcile", "--system", "epr"),
        ("orders", "--status", "open"),
        ("orders", "--system", "omz"),
        ("orders", "--missing", "invoise"),
        ("orders", "--sort", "value"),
        ("reconcile", "--system", "crm"),
        ("reconcile", "--system", "erp", "--kind", "missin"),
        ("overdue", "--by", "band"),
        ("failure", "update", "F-none", "--until", "+1h"),
        ("incidents", "close", "F-quues"),
        ("incidents", "assign", "F-queues", " "),
        ("incidents", "done", "F-queues", "99"),
        ("incidents", "report", "F-quues", "--at", "-1h"),
        ("repair", "replay", "F-none"),
        ("repair", "messages", "--failure", "F-queue"),
        ("repair", "first", "F-queues", "--failure", "F-queues"),
    ],
    ids=" ".join,
)
def test_errors_are_the_same(both: Both, arguments: tuple[str, ...]) -> None:
    here, there = both(*arguments)

    assert there == here
    assert (here.status, here.out) == (2, "") and here.err.startswith("error: ")


def test_a_list_that_cannot_be_is_refused_in_the_same_way(both: Both, names: dict[str, str]) -> None:
    states = ("--states", "CLSD=compleeted,X=pikc", "--as-of", "+1d")
    here, there = both("reconcile", names["list"], "--system", "erp", *states)

    assert there == here
    assert (here.status, here.out, here.err.count("error: ")) == (2, "", 3)
