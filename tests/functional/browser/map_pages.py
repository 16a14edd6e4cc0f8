"""Pages of the explorer with a map of elements."""

from urllib.parse import unquote

from playwright.sync_api import Locator

from tests.functional.browser.explorer import Explorer


class MapPage(Explorer):
    """A map, whose state is in the address."""

    @property
    def map(self) -> Locator:
        return self.page.locator(".map-sheet")

    def box(self, identifier: str) -> Locator:
        return self.page.locator(f'.box[data-id="{identifier}"]')

    def boxes(self, of: str = ".box") -> set[str]:
        return {one.get_attribute("data-id") or "" for one in self.page.locator(of).all()}

    @property
    def params(self) -> str:
        return unquote(self.page.url.partition("?")[2])


class RadiusPage(MapPage):
    """A blast radius."""

    def stat(self, label: str) -> Locator:
        return (
            self.page.locator(".answer .stat")
            .filter(has=self.page.locator("dt", has_text=label))
            .locator("dd .figure")
            .first
        )

    def band(self, name: str) -> Locator:
        return self.page.locator(f".band.{name} .figure")

    def tab(self, label: str) -> Locator:
        return self.page.get_by_role("list", name="Lists").get_by_role("link", name=label)

    def rows(self) -> Locator:
        return self.page.locator("#rows tbody tr:not(.gap)")
