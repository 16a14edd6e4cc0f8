"""The explorer as a person sees it: where things are on its pages."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect


def count_of(text: str) -> int:
    """A count as it is shown: 1,234."""
    return int(text.replace(",", "").split()[0])


@dataclass(frozen=True)
class Explorer:
    page: Page
    address: str

    def open(self, where: str = "") -> None:
        """A state by its address, such as order/O-1; waits until its heading is there."""
        self.page.goto(f"{self.address}/#/{where}")
        self.heading.wait_for()

    @property
    def heading(self) -> Locator:
        return self.page.locator("main h1").first

    @property
    def live(self) -> Locator:
        """The word that says whether the page follows changes."""
        return self.page.locator(".live")

    @property
    def search(self) -> Locator:
        return self.page.get_by_role("combobox", name="Search")

    def wait_until_live(self) -> None:
        expect(self.live).to_have_attribute("data-state", "live")

    def look_for(self, text: str) -> None:
        """By the keyboard alone: the box, the text, the first that is found."""
        self.page.keyboard.press("/")
        self.page.keyboard.type(text)
        self.page.get_by_role("option", name=text).first.wait_for()
        self.page.keyboard.press("Enter")

    def card(self, title: str | re.Pattern[str]) -> Locator:
        """A section by its heading."""
        return self.page.locator("section.card").filter(has=self.page.get_by_role("heading", name=title))


@dataclass(frozen=True)
class NowPage(Explorer):
    def figure(self, label: str, within: str = "[data-totals]") -> int:
        """A count by its label, of all failures together or of the part of the page that is named."""
        return count_of(self.stat(label, within).inner_text())

    def stat(self, label: str, within: str = "[data-totals]") -> Locator:
        return (
            self.page.locator(f"{within} .stat")
            .filter(has=self.page.locator("dt", has_text=re.compile(f"^{label}$")))
            .locator("dd")
        )

    def failures(self) -> list[str]:
        """Full ids, the first first."""
        return [one.get_attribute("data-failure") or "" for one in self.page.locator("[data-failure]").all()]

    def incidents(self) -> list[str]:
        """Full ids, the first first; quiet ones last."""
        return [
            one.get_attribute("data-incident") or "" for one in self.page.locator("[data-incident]").all()
        ]

    def of(self, failure: str) -> str:
        """Selects the part of the page that tells of one failure."""
        return f"[data-failure='{failure}']"
