"""What is committed: nothing that ties it to one machine or index, and no link into the void."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
]
PAGES = [path for path in TRACKED if path.suffix == ".md" and path.exists()]
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)")


def test_the_lock_names_packages_by_hash_and_never_by_address():
    lock = (ROOT / "requirements.lock").read_text()

    assert "--hash=sha256:" in lock
    assert not re.search(r"://|^-|@ ", lock, re.MULTILINE)


def test_no_lock_that_holds_addresses_is_committed():
    assert not {path.name for path in TRACKED} & {"uv.lock", "pylock.toml", "package-lock.json"}


def test_every_locked_package_is_pinned_to_one_version():
    lines = [
        line
        for line in (ROOT / "requirements.lock").read_text().splitlines()
        if line and not line.startswith((" ", "#"))
    ]
    names = [line.split("==")[0] for line in lines]

    assert names and len(names) == len(set(names))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_the_links_of_a_page_lead_somewhere(page: Path):
    missing = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]

    assert not missing


def test_no_file_names_a_folder_of_one_machine():
    own = re.compile("|".join(f"/{folder}/" for folder in ("work", "root")))
    texts = [
        path
        for path in TRACKED
        if path.suffix in {".py", ".md", ".toml", ".yaml", ".yml", ".json", ".js", ".html", ".css", ""}
        and path.is_file()
    ]

    assert texts and [path.name for path in texts if own.search(path.read_text())] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_names_only_targets_that_make_has(page: Path):
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^ {4}|`)make ([\w-]+)", page.read_text(), re.MULTILINE))

    assert named <= targets


def test_every_decision_has_its_question_choice_reason_and_cost():
    pages = [path for path in PAGES if re.fullmatch(r"\d{4}-.*\.md", path.name)]
    incomplete = {
        path.name
        for path in pages
        for word in ("Question", "Chosen", "Why", "Cost")
        if f"**{word}.**" not in path.read_text()
    }

    assert pages and not incomplete


def test_percentages_have_a_space_before_the_sign():
    close = re.compile(r":[.\d]*%\}|style: \"percent\"|\d%[ ,.)\"`]")
    folders = ("impactgraph/", "graph_models/", "api/")
    texts = [
        path
        for path in TRACKED
        if path.suffix in {".py", ".js"} and path.exists() and "vendor" not in path.parts
    ]
    names = {path.relative_to(ROOT).as_posix(): path for path in texts}

    product = {name: path.read_text() for name, path in names.items() if name.startswith(folders)}

    assert [name for name, text in product.items() if close.search(text)] == []


def test_the_readme_lists_every_page_of_the_documentation():
    text = (ROOT / "README.md").read_text()
    pages = [f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")]

    assert len(pages) > 30
    assert [page for page in pages if f"]({page})" not in text] == []
