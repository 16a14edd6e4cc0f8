"""The laws as a table: each property, and how many examples of it a run looks at.

python -m tests.laws_count
"""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import is_hypothesis_test, settings

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "accuracy.md"
BEGIN, END = "<!-- laws: written by python -m tests.laws_count -->", "<!-- end of laws -->"
FOLDERS = ("tests/laws", "tests/properties")
NIGHTLY = 50
"""How many times the examples of a check `make laws` looks at."""

_SETTINGS = "_hypothesis_internal_use_settings"
"""Where Hypothesis keeps the settings of a test, its own or those of the profile."""


@dataclass(frozen=True)
class Law:
    sentence: str
    file: str
    examples: int


def examples_of(test: Callable[..., Any]) -> int:
    return getattr(test, _SETTINGS).max_examples


def take_more(test: Callable[..., Any], times: int) -> None:
    """The test looks at so many times the examples."""
    if is_hypothesis_test(test):
        function = getattr(test, "__func__", test)
        more = settings(getattr(function, _SETTINGS), max_examples=examples_of(function) * times)
        setattr(function, _SETTINGS, more)


def laws() -> Iterator[Law]:
    """Of every property, in the order of files and lines."""
    for path in sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("test_*.py")):
        name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        for test_name, test in vars(importlib.import_module(name)).items():
            if test_name.startswith("test_") and is_hypothesis_test(test):
                sentence = test_name.removeprefix("test_").replace("_", " ")
                yield Law(sentence, path.relative_to(ROOT).as_posix(), examples_of(test))


def table() -> str:
    rows = [
        f"| {law.sentence} | [{Path(law.file).stem}](../{law.file}) | {law.examples:,} | "
        f"{law.examples * NIGHTLY:,} |"
        for law in laws()
    ]
    return "\n".join(["| law | file | a check | `make laws` |", "| --- | --- | ---: | ---: |", *rows])


def page() -> str:
    """The page with the table as it is now."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    settings.register_profile("impactgraph", deadline=None, derandomize=True)
    settings.load_profile("impactgraph")
    PAGE.write_text(page())
