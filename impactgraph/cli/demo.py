"""`impactgraph demo`: a retailer with two live failures."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impactgraph.cli.options import COMMON, Common

if TYPE_CHECKING:
    from rich.console import Console

    from graph_models.time import Millis
    from impactgraph.demo.load import DemoStory
    from impactgraph.settings import Settings
    from impactgraph.usecases import Store

SEED = 20
"""The same orders each time, up to the moment that they are made for."""

LEAST, MOST = 100, 5_000_000

Orders = Annotated[int, Parameter(help="Orders in flight.")]
Keep = Annotated[
    Path | None,
    Parameter(help="Keep the store in this new or empty folder [default: a scratch folder that is removed]."),
]
Serve = Annotated[
    bool,
    Parameter(
        name="--serve",
        help="Serve it until interrupted, while events go on, or only print and end.",
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
Host = Annotated[str | None, Parameter(help="Address to listen on [default: 127.0.0.1].")]
Port = Annotated[int | None, Parameter(help="Port to listen on; 0: any free one [default: 8000].")]


def demo(
    *,
    orders: Orders = 100_000,
    keep: Keep = None,
    now: Now = None,
    serve: Serve = True,
    host: Host = None,
    port: Port = None,
    common: Common = COMMON,
) -> None:
    """Loads the retailer into a store of its own, prints what its failures hit, and serves it."""
    from impactgraph.cli.settings import read_settings
    from impactgraph.cli.show import console
    from impactgraph.cli.stores import opened

    _check(orders, keep)
    clock, out = _clock(now), console()
    with _folder(keep) as folder, opened(str(folder), clock) as store:
        story = _load(store, orders, clock(), out)
        for failure in (
            *((live.failure,) for live in story.live),
            tuple(live.failure for live in story.live),
        ):
            _answer(store, failure, clock(), out)
        _tell_next(out, story, folder if keep is not None else None, serve)
        if serve:
            if isinstance(clock, StartableClock):
                clock.start()
            _serve(store, story, read_settings(host=host, port=port), clock)


class StartableClock:
    """Stands still at a moment until it is started, then runs with the system's monotonic clock."""

    def __init__(self, at: "Millis") -> None:
        self._at = at
        self._started_at: float | None = None
        """Reading of the monotonic clock, in seconds."""

    def __call__(self) -> "Millis":
        elapsed = 0.0 if self._started_at is None else time.monotonic() - self._started_at
        return self._at + round(elapsed * 1000)

    def start(self) -> None:
        self._started_at = time.monotonic()


def _clock(now: str | None) -> "Callable[[], Millis]":
    """Clock of the demo: the system's, or one that starts at the moment of --now. Raises BadInputError."""
    from impactgraph.bootstrap import system_clock
    from impactgraph.cli.times import read_moment

    start = read_moment("--now", now, system_clock())
    return system_clock if start is None else StartableClock(start)


def _check(orders: int, keep: Path | None) -> None:
    from impactgraph.errors import BadInputError, Problem

    problems: list[Problem] = []
    if not LEAST <= orders <= MOST:
        problems.append(Problem(f"--orders is {orders}; give a number from {LEAST} to {MOST:,}."))
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


def _load(store: "Store", orders: int, now: "Millis", out: "Console") -> "DemoStory":
    from impactgraph.cli.progress import bar
    from impactgraph.cli.say import count
    from impactgraph.demo.load import load_demo

    begun = time.perf_counter()
    out.print(f"Loading a retailer with {count(orders, 'order')} in flight, made up from a seed ...")
    with bar("Loading", 1_000) as advance:
        story = load_demo(
            store,
            orders,
            now,
            SEED,
            lambda done, blocks: advance(done * 1_000 // max(blocks, 1), f"{done} of {blocks} blocks"),
        )
    seconds = time.perf_counter() - begun
    out.print(
        f"{story.version.elements:,} elements, {story.events:,} events taken, {story.rejected:,} kept aside, in {seconds:.1f} s."
    )
    return story


def _answer(store: "Store", failures: tuple[str, ...], now: "Millis", out: "Console") -> None:
    """What they hit; a single failure in short, all together in full."""
    from graph_models.enums import Dimension
    from graph_models.impact import Question
    from impactgraph.cli.answering import answered
    from impactgraph.cli.blast_text import tell, tell_shortly

    begun = time.perf_counter()
    with answered(store, Question(failures=failures), now) as found:
        out.print()
        if len(failures) == 1:
            tell_shortly(out, found)
        else:
            out.rule("Both together", style="dim")
            tell(out, found, (Dimension.CHANNEL,), 5, None)
        out.print(f"Answered in {(time.perf_counter() - begun) * 1000:,.0f} ms.", style="dim")


def _tell_next(out: "Console", story: "DemoStory", kept: Path | None, serving: bool) -> None:
    first = story.live[0].failure
    out.print()
    if kept is not None:
        out.print(f"The store is kept in {kept}. Try next:", style="bold")
        out.print(
            f"  impactgraph blast-radius --failure {first} --by step,region --store {kept}", soft_wrap=True
        )
        out.print(
            f"  impactgraph blast-radius --target system:oms --class outage --until +2h --store {kept}",
            soft_wrap=True,
        )
    elif not serving:
        out.print(
            "Nothing of it is kept. To ask more: impactgraph demo --no-serve --keep shop, then", style="bold"
        )
        out.print(
            f"  impactgraph blast-radius --failure {first} --by step,region --store shop", soft_wrap=True
        )
    else:
        out.print("Try next, in GraphiQL or with curl:", style="bold")
        out.print(
            f'  {{ blastRadius(failures: ["{first}"]) {{ headline totals {{ orders }} owners {{ team {{ name contact }} orders }} }} }}',
            soft_wrap=True,
        )
    if serving:
        out.print(
            "Events go on while it is served: orders move along, new ones are placed, and both failures last."
        )


def _serve(store: "Store", story: "DemoStory", settings: "Settings", clock: "Callable[[], Millis]") -> None:
    from impactgraph.cli.serving import serve_store
    from impactgraph.demo.feed import fed

    with fed(store, story.feed, clock):
        serve_store(store, settings, now=clock)
