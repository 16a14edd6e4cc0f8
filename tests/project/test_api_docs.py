"""docs/api.md says what there is, and nothing that there is not."""

import re
from pathlib import Path

import pytest

from api.app import create_app
from api.errors import OverloadedError, RateLimitedError, TooComplexError
from api.metrics import ROUTES
from api.problems import STATUS
from impactgraph.errors import (
    BadInputError,
    DeadlineExceededError,
    ForbiddenError,
    NotFoundError,
    StoreUnavailableError,
    UnauthenticatedError,
)
from impactgraph.settings import Settings
from impactgraph.usecases.exports import Export

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
CODES = {
    error.code
    for error in (
        BadInputError,
        UnauthenticatedError,
        ForbiddenError,
        NotFoundError,
        TooComplexError,
        DeadlineExceededError,
        RateLimitedError,
        StoreUnavailableError,
        OverloadedError,
    )
}
LIMITS = {
    "deadline": "10 s",
    "max_cost": "250,000",
    "max_depth": "20",
    "max_aliases": "60",
    "max_tokens": "20,000",
    "max_body": "64 MiB",
}


def test_every_address_is_on_the_page() -> None:
    told = set(re.findall(r"`(?:GET|POST) (/[a-z]*)", PAGE))

    assert told == ROUTES


def test_every_address_on_the_page_is_served() -> None:
    app = create_app(None, Settings(), now=lambda: 0)  # pyright: ignore[reportArgumentType] - nothing is asked of it

    served = {path.partition("/{")[0] for path in app.openapi()["paths"]} | {"/"}

    assert served >= ROUTES


def test_every_code_is_on_the_page() -> None:
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE)) == CODES | {"INTERNAL"}


def test_every_code_has_its_status() -> None:
    assert set(STATUS) == CODES
    assert all(f"{status} `{code}`" in PAGE or f"and `{code}`" in PAGE for code, status in STATUS.items())


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_is_on_the_page_with_its_default(name: str) -> None:
    assert re.search(rf"\| {LIMITS[name]} \| `IMPACTGRAPH_{name.upper()}` \|", PAGE)
    assert Settings.model_fields[name].default in (int(re.sub(r"\D", "", LIMITS[name])), 64 * 1024 * 1024)


def test_everything_that_can_be_exported_is_on_the_page() -> None:
    assert all(f"`{export.value}`" in PAGE for export in Export)
