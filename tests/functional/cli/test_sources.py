"""Live sources on the command line: `follow`, `sources`, `serve --sources` and the quarantine."""

from pathlib import Path

import pytest

from tests.functional.cli.running import Ran, run
from tests.stores.events import DOCUMENTS, placed

LATER = {"IMPACTGRAPH_NOW": "2026-03-02T22:00:00Z"}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with a topology in a store, and a source that is a folder."""
    (tmp_path / "shop.yaml").write_text(DOCUMENTS["shop.yaml"])
    (tmp_path / "in").mkdir()
    (tmp_path / "sources.yaml").write_text(
        "sources:\n  exports: {kind: folder, path: in, done: done, every: 100ms}\n"
        "  shop: {kind: webhook, header: X-Token, secrets: [{env: SHOP_SECRET}]}\n"
    )
    assert command(tmp_path, "apply", "shop.yaml").status == 0
    return tmp_path


def command(folder: Path, *arguments: str, **env: str) -> Ran:
    return run(*arguments, cwd=folder, env=LATER | env)


def test_a_source_is_followed_and_listed(shop: Path) -> None:
    (shop / "in" / "a.ndjson").write_bytes(placed("O-1") + b"\n{broken")

    followed = command(shop, "follow", "exports", "--sources", "sources.yaml", "--once")
    listed = command(shop, "sources", "--sources", "sources.yaml", "--format", "json")

    assert (followed.status, followed.err.strip()) == (
        0,
        "exports: 1 accepted, 0 duplicates, 1 quarantined, 0 passed over.",
    )
    exports, webhook = listed.json
    assert (exports["state"], exports["taken"], exports["quarantined"], exports["lag"]) == (
        "stopped",
        1,
        1,
        None,
    )
    assert (webhook["key"], webhook["taken"]) == ("shop", 0)
    assert "a.ndjson:2" in command(shop, "aside").out


def test_the_file_may_be_named_by_the_environment(shop: Path) -> None:
    assert "exports" in command(shop, "sources", IMPACTGRAPH_SOURCES="sources.yaml").out
    assert "No live sources" in command(shop, "sources").out


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("follow", "exports"), "Name the file of sources with --sources or IMPACTGRAPH_SOURCES."),
        (("follow", "export", "--sources", "sources.yaml"), "Did you mean source exports?"),
        (("follow", "shop", "--sources", "sources.yaml"), "shop is of kind webhook"),
        (("serve", "--sources", "none.yaml"), "none.yaml: error: The sources cannot be read"),
        (
            ("serve", "--sources", "sources.yaml"),
            "source shop: The secret in the environment variable SHOP_SECRET",
        ),
    ],
)
def test_what_cannot_be_followed_is_an_error_that_says_why(
    shop: Path, arguments: tuple[str, ...], problem: str
) -> None:
    ran = command(shop, *arguments)

    assert (ran.status, problem in " ".join(ran.err.split())) == (2, True), ran.err
