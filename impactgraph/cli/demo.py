"""`impactgraph demo`: a retailer with two live failures."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from graph_models.time import Millis
    from impactgraph.demo.load import LoadedDemo
    from impactgraph.settings import Settings
    from impactgraph.usecases import Store

SEED = 20
"""Seed of the generated orders: the same orders for the same moment."""

FEWEST_ORDERS = 100
MOST_ORDERS = 5_000_000

Orders = Annotated[int, Parameter(help="Orders in flight.")]
Keep = Annotated[
    Path | None,
    Parameter(help="Keep the store in this new or empty folder [default: a temporary folder]."),
]
Serve = Annotated[
    bool,
    Parameter(
        name="--serve",
        help="Serve the demo with continuing events until interrupted, or only print the answers.",
        negative="--no-serve",
    ),
]
Now = Annotated[
    str | None,
    Parameter(
        help="Moment at which the retailer is loaded, ISO 8601 or relative such as -2h; "
        "the clock of the server starts there too [default: the current time].",
        allow_leading_hyphen=True,
    ),
]


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class AddressOptions:
    """Where the demo is served."""

    host: Annotated[str | None, Parameter(help="Address to listen on [default: 127.0.0.1].")] = None
    port: Annotated[int | None, Parameter(help="Port to listen on; 0: any free one [default: 8000].")] = None


DEFAULT_ADDRESS = AddressOptions()


def demo(
    *,
    orders: Orders = 100_000,
    keep: Keep = None,
    now: Now = None,
    serve: Serve = True,
    address: AddressOptions = DEFAULT_ADDRESS,
    common: Common = COMMON,
) -> None:
    """Loads the retailer into a store of its own, prints what its failures affect, and serves it."""
    from impactgraph.cli.output import console
    from impactgraph.cli.settings import read_settings
    from impactgraph.cli.stores import open_or_create

    _check(orders, keep)
    read_settings(host=address.host, port=address.port)  # a wrong one is reported before minutes of loading
    clock = _clock(now)
    out = console()
    with _folder(keep) as folder, open_or_create(str(folder), clock) as store:
        demo = _load(store, orders, clock(), out)
        keys = [live.failure for live in demo.live]
        for failures in (*((key,) for key in keys), tuple(keys)):
            _print_answer(store, failures, clock(), out)
        _print_next_steps(out, demo, folder if keep is not None else None, serve)
        if serve:
            if isinstance(clock, StartableClock):
                clock.start()
            settings = read_settings(host=address.host, port=address.port, store=str(folder))
            _serve(store, demo, settings, clock)


class StartableClock:
    """Stands still at a moment until it is started, then runs with the system's monotonic clock."""

    def __init__(self, at: "Millis") -> None:
        self._at = at
        self._started_at: float | None = None
        """Reading of the monotonic clock, in seconds."""

    def __call__(self) -> "Millis":
        seconds = 0.0 if self._started_at is None else time.monotonic() - self._started_at
        return self._at + round(seconds * 1000)

    def start(self) -> None:
        self._started_at = time.monotonic()


def _clock(now: str | None) -> "Callable[[], Millis]":
    """Clock of the demo: the system's, or one that starts at the moment of --now. Raises BadInputError."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.times import parse_moment_option

    start = parse_moment_option("--now", now, system_clock())
    return system_clock if start is None else StartableClock(start)


def _check(orders: int, keep: Path | None) -> None:
    from impactgraph.errors import BadInputError, Problem

    problems: list[Problem] = []
    if not FEWEST_ORDERS <= orders <= MOST_ORDERS:
        problems.append(
            Problem(f"--orders is {orders}; give a number from {FEWEST_ORDERS} to {MOST_ORDERS:,}.")
        )
    if keep is not None and keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        problems.append(Problem(f"--keep names {keep}, which is not an empty folder; name a new one."))
    if problems:
        raise BadInputError(*problems)


@contextmanager
def _folder(keep: Path | None) -> Generator[Path]:
    from tempfile import TemporaryDirectory

    if keep is not None:
        yield keep
        return
    with TemporaryDirectory(prefix="impactgraph-demo-") as folder:
        yield Path(folder)


def _load(store: "Store", orders: int, now: "Millis", out: "Console") -> "LoadedDemo":
    from impactgraph.cli.formats import count
    from impactgraph.cli.progress import progress_bar
    from impactgraph.demo.load import load_demo

    start = time.perf_counter()
    out.print(f"Loading a retailer with {count(orders, 'order')} in flight, generated from a seed ...")
    with progress_bar("Loading", 1_000) as advance:
        demo = load_demo(
            store,
            orders,
            now,
            seed=SEED,
            progress=lambda number, blocks: advance(
                number * 1_000 // max(blocks, 1), f"{number} of {blocks} blocks"
            ),
        )
    seconds = time.perf_counter() - start
    out.print(
        f"{count(demo.version.elements, 'element')}, {count(demo.events, 'event')} accepted, "
        f"{demo.quarantined:,} quarantined, in {seconds:.1f} s."
    )
    return demo


def _print_answer(store: "Store", failures: tuple[str, ...], now: "Millis", out: "Console") -> None:
    """Prints what failures affect: the summary of a single one, the whole answer of several."""
    from graph_models.enums import Dimension
    from graph_models.impact import Question
    from impactgraph.cli.answers.local import LocalAnswers
    from impactgraph.cli.blast_layout import BlastLayout
    from impactgraph.cli.blast_text import SUMMARY_PARTS, TEXT_PARTS, print_blast, print_blast_summary

    start = time.perf_counter()
    answers, question = LocalAnswers(store, now), Question(failures=failures)
    layout = BlastLayout((Dimension.CHANNEL,), orders=5)
    if len(failures) == 1:
        answer = answers.blast_radius(question, layout, SUMMARY_PARTS)
        out.print()
        print_blast_summary(out, answer)
    else:
        answer = answers.blast_radius(question, layout, TEXT_PARTS)
        out.print()
        out.rule("Both failures together", style="dim")
        print_blast(out, answer, layout, question)
    out.print(f"Answered in {(time.perf_counter() - start) * 1000:,.0f} ms.", style="dim")


def _print_next_steps(out: "Console", demo: "LoadedDemo", folder: Path | None, serving: bool) -> None:
    """Prints commands or a query to try next; `folder` is where the store is kept, if it is."""
    failure = demo.live[0].failure
    out.print()
    if folder is not None:
        out.print(f"The store is kept in {folder}. Try next:", style="bold")
        _print_commands(out, failure, folder)
    elif serving:
        out.print("Try next, in GraphiQL or with curl:", style="bold")
        selection = "headline totals { orders } owners { team { name contact } orders }"
        out.print(f'  {{ blastRadius(failures: ["{failure}"]) {{ {selection} }} }}', soft_wrap=True)
    else:
        out.print(
            "The store was temporary. To ask more: impactgraph demo --no-serve --keep shop, then",
            style="bold",
        )
        _print_commands(out, failure, Path("shop"))
    if serving:
        out.print(
            "Events continue while it is served: orders progress, new ones are placed, and both failures "
            "last."
        )


def _print_commands(out: "Console", failure: str, folder: Path) -> None:
    for arguments in (
        f"--failure {failure} --by step,region",
        "--target system:oms --class outage --until +2h",
    ):
        out.print(f"  impactgraph blast-radius {arguments} --store {folder}", soft_wrap=True)
    out.print(f"  impactgraph why ORDER --store {folder}    # one of the orders above", soft_wrap=True)


def _serve(store: "Store", demo: "LoadedDemo", settings: "Settings", clock: "Callable[[], Millis]") -> None:
    from impactgraph.access.server import AccessOptions, server_access
    from impactgraph.bootstrap import open_audit, open_keys
    from impactgraph.cli.server import serve_store
    from impactgraph.demo.feed import running_feed

    how = AccessOptions(settings.host, is_open=True)  # it has no data of anybody
    keys, audit = open_keys(settings.store), open_audit(settings.store, now=clock)
    with server_access(how, keys, audit, clock) as access, running_feed(store, demo.feed, clock):
        serve_store(store, settings, folder=Path(settings.store), access=access, now=clock)
