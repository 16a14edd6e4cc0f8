"""How fast the explorer draws a topology of 1,500 elements and moves it, in the browser that is installed,
without a graphics card.

    python -m tests.benchmarks.explorer

Prints, as medians of the rounds: from the click that opens every group until the next frame is on the screen,
the frames while the map is dragged for two seconds and the longest of them, and the same with groups closed.
No test asserts on it.
"""

import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

from playwright.sync_api import Page, sync_playwright

from api.app import create_app
from impactgraph.bootstrap import open_store
from impactgraph.settings import Settings
from impactgraph.usecases.apply_topology import apply_path
from tests.functional.http.serving import served
from tests.functional.http.shop import NOW

SYSTEMS, INTEGRATIONS, WORKFLOWS, STEPS = 120, 780, 45, 8
ROUNDS = 5
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]

DRAWN = """(link) => new Promise((done) => {
  const begin = performance.now();
  link.click();
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begin)));
})"""

DRAGGED = """() => new Promise((done) => {
  const frame = document.querySelector(".map-frame"), box = frame.getBoundingClientRect(), gaps = [];
  const spot = (step) => ({ clientX: box.x + 300 + 200 * Math.sin(step / 9),
                            clientY: box.y + 200 + 90 * Math.cos(step / 7) });
  const at = (step) => ({ pointerId: 1, button: 0, bubbles: true, ...spot(step) });
  frame.setPointerCapture = () => {};
  frame.dispatchEvent(new PointerEvent("pointerdown", at(0)));
  const begin = performance.now();
  let step = 0, last = begin;
  const next = (now) => {
    gaps.push(now - last);
    last = now;
    frame.dispatchEvent(new PointerEvent("pointermove", at(++step)));
    if (now - begin < 2000) return requestAnimationFrame(next);
    frame.dispatchEvent(new PointerEvent("pointerup", at(step)));
    done({ frames: (1000 * step) / (now - begin), longest: Math.max(...gaps.slice(2)) });
  };
  requestAnimationFrame(next);
})"""


def topology(dice: Random) -> Iterator[str]:
    """As YAML: 120 systems of twelve teams with an api and data each, integrations between them, 45
    workflows of eight steps.
    """
    yield "impactgraph: 1\nteams:\n" + "".join(f"  t{n}: {{name: Team {n}}}\n" for n in range(SYSTEMS // 10))
    yield "systems:\n" + "".join(
        f"  s{n}: {{name: System number {n}, owner: t{n // 10}, kind: kind{n % 9}}}\n" for n in range(SYSTEMS)
    )
    yield "apis:\n" + "".join(f"  s{n}.api: {{system: s{n}}}\n" for n in range(SYSTEMS))
    yield "integrations:\n" + "".join(_integration(n, dice) for n in range(INTEGRATIONS))
    yield "data:\n" + "".join(
        f"  s{n}.data: {{system: s{n}, fed_by: [i{dice.randrange(INTEGRATIONS)}], fresh_within: 15m}}\n"
        for n in range(SYSTEMS)
    )
    yield "workflows:\n"
    for w in range(WORKFLOWS):
        yield f"  w{w}:\n    name: Workflow {w}\n    steps:\n" + "".join(_step(n, dice) for n in range(STEPS))


def _integration(n: int, dice: Random) -> str:
    source, target, via = (dice.randrange(SYSTEMS) for _ in range(3))
    return (
        f"  i{n}: "
        f"{{name: Integration {n}, from: s{source}, to: s{target}.api, via: [s{via}], transport: sync}}\n"
    )


def _step(n: int, dice: Random) -> str:
    then = f", then: [{{step: p{n + 1}, via: i{dice.randrange(INTEGRATIONS)}}}]" if n + 1 < STEPS else ""
    system, data, need = dice.randrange(SYSTEMS), dice.randrange(SYSTEMS), dice.randrange(INTEGRATIONS)
    return f"      p{n}: {{runs_on: s{system}, takes: 5m, reads: [s{data}.data], needs: [i{need}]{then}}}\n"


def measure(page: Page, address: str) -> None:
    page.goto(f"{address}/#/topology")
    page.locator(".map-sheet .box").first.wait_for()
    say("groups closed", page)
    drawn: list[float] = []
    for _ in range(ROUNDS):
        drawn.append(page.locator("a", has_text="All groups open").evaluate(DRAWN))
        page.wait_for_timeout(500)
        if len(drawn) < ROUNDS:
            page.locator("a", has_text="Groups closed").click()
            page.locator("a", has_text="All groups open").wait_for()
    sys.stdout.write(
        f"every group open: on the screen after {statistics.median(drawn):.0f} ms (from {min(drawn):.0f} to "
        f"{max(drawn):.0f})\n"
    )
    say("every group open", page)
    page.get_by_label("Farther").click()
    page.get_by_label("Farther").click()
    say("every group open, farther away", page)


def say(what: str, page: Page) -> None:
    boxes = page.locator(".map-sheet .box").count()
    runs = [page.evaluate(DRAGGED) for _ in range(ROUNDS)]
    frames, longest = (
        statistics.median(run["frames"] for run in runs),
        statistics.median(run["longest"] for run in runs),
    )
    sys.stdout.write(
        f"{what}: {boxes} boxes, {frames:.0f} frames a second while it is dragged, the longest {longest:.0f} "
        "ms\n"
    )


def main() -> None:
    browser_path = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or sys.exit("There is no chromium: run `make browser`.")
    )
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        document = Path(folder) / "topology.yaml"
        document.write_text("".join(topology(Random(7))))
        store = open_store(f"{folder}/store", now=lambda: NOW)
        if problems := apply_path(store, document, NOW).problems:
            sys.exit("\n".join(problem.message for problem in problems))
        browser = playwright.chromium.launch(executable_path=browser_path, args=QUIET)
        with served(create_app(store, Settings(), now=lambda: NOW)) as address:
            measure(browser.new_page(viewport={"width": 1280, "height": 900}), address)
        browser.close()
        store.close()


if __name__ == "__main__":
    main()
