"""Measures what reviews of this code look at: python -m scripts.measure_code [--list] [PATH ...]

Prints, by package: bindings, the share of participles among them, lines over 110 columns, functions with more
than six parameters, nested conditional expressions; and for the whole: import cycles of modules, classes of
the domain model in the glossary, and forbidden words. `--list` prints each place.
"""

import argparse
import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import networkx as nx

ROOT = Path(__file__).parents[1]
PACKAGES = ("graph_models", "impactgraph", "api")
COLUMNS = 110
PARAMETERS = 6
FORBIDDEN = re.compile(r"(?<![a-zA-Z])(told|lexicon|let_go|ticking|lattice|trouble|numbering)(?![a-zA-Z])")
"""Also within a name, such as `is_told`."""
PREFIXES = ("is", "has", "are", "was", "can", "may", "should")
"""A name that begins with one of these says itself that it is a Boolean."""
NOT_PARTICIPLES = frozenset(
    ["need", "seed", "feed", "speed", "embed", "bed", "red", "shed", "thread", "indeed", "breed", "deed"]
)
IRREGULAR = re.compile(
    "found|told|known|kept|asked|here|said|given|taken|moved|chosen|seen|made|"
    "shown|gone|held|left|met|begun|sent|brought|bound|built|bought|caught|drawn|"
    "driven|fallen|felt|forgotten|grown|had|heard|hidden|hung|laid|led|lent|lost|"
    "meant|paid|risen|sold|sought|sunk|slept|spent|stood|stuck|struck|sworn|swept|"
    "taught|thought|thrown|understood|woken|worn|won|written|wanted|there|behind|"
    "ahead"
)


def _promises() -> frozenset[str]:
    """Names of fields and arguments in docs/contract, as Python spells them: they are not ours to change."""
    texts = (path.read_text() for path in (ROOT / "docs" / "contract").glob("*.graphql"))
    names = (name for text in texts for name in re.findall(r"\b([a-z][A-Za-z]*)\s*[:(]", text))
    return frozenset(re.sub("[A-Z]", lambda letter: f"_{letter.group().lower()}", name) for name in names)


PROMISES = _promises()


@dataclass
class Figures:
    """Counts of a package, and the places behind them."""

    counts: Counter[str] = field(default_factory=Counter[str])
    places: list[str] = field(default_factory=list[str])

    def add(self, name: str, place: str) -> None:
        self.counts[name] += 1
        self.places.append(f"{place}: {name}")


def is_participle(name: str) -> bool:
    """Whether the last word of a name is a past participle or an adverb of place, and it is no constant,
    Boolean or name that the contract promises.
    """
    words = name.strip("_").split("_")
    last = words[-1].lower()
    if name.isupper() or words[0] in PREFIXES or name in PROMISES:
        return False
    return bool(IRREGULAR.fullmatch(last)) or (
        last.endswith("ed") and len(last) > 3 and last not in NOT_PARTICIPLES
    )


def bindings(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yields (name, line) of every binding: definitions, parameters, and targets of assignments and loops."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name, node.lineno
                yield from ((arg.arg, arg.lineno) for arg in _parameters(node.args))
            case ast.Lambda():
                yield from ((arg.arg, arg.lineno) for arg in _parameters(node.args))
            case ast.ClassDef():
                yield node.name, node.lineno
            case ast.Name(id=name, ctx=ast.Store()):
                yield name, node.lineno
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name, node.lineno
            case _:
                pass


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    every = [
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        arguments.vararg,
        arguments.kwarg,
    ]
    return [arg for arg in every if arg is not None and arg.arg not in ("self", "cls", "info")]


def measure(path: Path, figures: Figures) -> None:
    """Adds the figures of one module."""
    text = path.read_text()
    tree = ast.parse(text)
    name = path.relative_to(ROOT).as_posix()
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > COLUMNS:
            figures.add(f"line over {COLUMNS}", f"{name}:{number}")
        if FORBIDDEN.search(line):
            figures.add("forbidden word", f"{name}:{number}")
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            variable = (node.args.vararg, node.args.kwarg)
            if len([arg for arg in _parameters(node.args) if arg not in variable]) > PARAMETERS:
                figures.add(f"more than {PARAMETERS} parameters", f"{name}:{node.lineno} {node.name}")
        if isinstance(node, ast.IfExp) and any(
            isinstance(part, ast.IfExp) for part in list(ast.walk(node))[1:]
        ):
            figures.add("nested conditional", f"{name}:{node.lineno}")
    for binding, number in bindings(tree):
        figures.counts["binding"] += 1
        if is_participle(binding):
            figures.add("participle", f"{name}:{number} {binding}")


def import_cycles() -> list[list[str]]:
    """Returns groups of modules that import each other at the top of the module."""
    modules = {_module(path): path for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    graph: nx.DiGraph[str] = nx.DiGraph()
    for name, path in modules.items():
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ImportFrom) and node.module:
                submodules = [f"{node.module}.{alias.name}" for alias in node.names]
                targets = [each for each in submodules if each in modules] or [node.module]
                graph.add_edges_from((name, each) for each in targets if each in modules and each != name)
    return [sorted(part) for part in nx.strongly_connected_components(graph) if len(part) > 1]


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def missing_in_glossary() -> list[str]:
    """Returns the public classes of the domain model without an entry in docs/glossary.md."""
    glossary = (ROOT / "docs" / "glossary.md").read_text()
    trees = [ast.parse(path.read_text()) for path in (ROOT / "graph_models").glob("*.py")]
    names = [node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)]
    return [name for name in names if not name.startswith("_") and f"`{name}`" not in glossary]


def _files(paths: list[str]) -> list[Path]:
    roots = [ROOT / path for path in paths or PACKAGES]
    return [file for root in roots for file in ([root] if root.is_file() else sorted(root.rglob("*.py")))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true", help="print each place")
    parser.add_argument("paths", nargs="*")
    arguments = parser.parse_args()
    total = Figures()
    for path in _files(arguments.paths):
        measure(path, total)
    lines = total.places if arguments.list else []
    share = 100 * total.counts["participle"] / max(total.counts["binding"], 1)
    lines += [f"{count:7,} {name}" for name, count in sorted(total.counts.items())]
    lines += [f"{share:7.2f} % of bindings are participles"]
    lines += [f"{len(cycle):7,} modules in an import cycle: {', '.join(cycle)}" for cycle in import_cycles()]
    lines += [f"{len(missing_in_glossary()):7,} classes of the domain model without an entry in the glossary"]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
