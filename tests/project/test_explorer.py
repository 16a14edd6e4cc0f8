"""The modules of the explorer: line length, and imports without cycles."""

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

WEB = Path(__file__).parents[2] / "api" / "web"
MODULES = sorted(path for path in WEB.rglob("*.js") if "vendor" not in path.relative_to(WEB).parts)
MAX_COLUMNS = 110
IMPORT = re.compile(r"""^(?:import|export)\s(?:[^"';]*?\sfrom\s)?"([^"]+\.js)";""", re.MULTILINE)


def imports_of(module: Path) -> set[Path]:
    """The explorer's own modules that a module imports statically."""
    targets = IMPORT.findall(module.read_text())
    paths = {
        (WEB / target.removeprefix("/web/") if target.startswith("/") else module.parent / target).resolve()
        for target in targets
    }
    return {path for path in paths if path in MODULES}


def test_no_line_is_longer_than_110_columns() -> None:
    long_lines = [
        f"{module.relative_to(WEB)}:{number}"
        for module in MODULES
        for number, line in enumerate(module.read_text().splitlines(), 1)
        if len(line) > MAX_COLUMNS
    ]

    assert long_lines == []


def test_imports_are_found() -> None:
    assert WEB / "app" / "shell.js" in imports_of(WEB / "app" / "main.js")
    assert WEB / "map" / "effects.js" in imports_of(WEB / "map" / "map.js")


def test_imports_have_no_cycle() -> None:
    graph = {module: imports_of(module) for module in MODULES}

    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        cycle = " -> ".join(str(module.relative_to(WEB)) for module in error.args[1])
        raise AssertionError(f"Modules import each other in a cycle: {cycle}") from None


def test_only_views_are_loaded_later() -> None:
    """They are loaded as soon as the first one is there; anything else could be missing without a server."""
    late = [
        str(module.relative_to(WEB))
        for module in MODULES
        if re.search(r"\bimport\(", module.read_text()) and module.name != "register.js"
    ]

    assert late == []


def test_every_style_is_linked_by_the_page_or_comes_with_its_view() -> None:
    page = "".join(path.read_text() for path in (WEB / "index.html", *WEB.glob("*/register.js")))
    styles = [path.relative_to(WEB) for path in WEB.rglob("*.css") if "vendor" not in path.parts]

    assert [str(path) for path in styles if path.name != "graphiql.css" and f"/web/{path}" not in page] == []
