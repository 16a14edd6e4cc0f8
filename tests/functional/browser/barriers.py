"""What keeps people out of a page: what axe finds, and a page that scrolls sideways."""

from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, PHONE, NARROW = 1280, 390, 320
WIDTHS = (WIDE, PHONE, NARROW)
LOOKS: dict[int, Literal["light", "dark"]] = {WIDE: "light", NARROW: "dark"}
"""The widths at which axe looks, and the colours: each layout and each look once, since axe takes long."""


def barriers(page: Page) -> list[str]:
    """Of the page as it stands, at every width."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return [f"{width} wide: {problem}" for width in WIDTHS for problem in _at(page, width)]


def _at(page: Page, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": 844})
    sideways = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    found = _of_axe(page, LOOKS[width]) if width in LOOKS else []
    return found + ["it scrolls sideways"] * sideways


def _of_axe(page: Page, look: Literal["light", "dark"]) -> list[str]:
    page.emulate_media(color_scheme=look)
    found = page.evaluate("rules => axe.run(document, { runOnly: rules })", RULES)["violations"]
    return [f"{look}: {one['id']}: {node['html']}" for one in found for node in one["nodes"]]
