"""Examples in the documents: runs them and compares what they print with what the page shows.

    python -m tests.doc_examples                    # writes the outputs of all pages again
    python -m tests.doc_examples docs/repair.md

A page marks a block of `sh` with `<!-- run -->`; a block of `text` right after it is its output, in which a
line `…` stands for any lines. A block marked with `<!-- file: NAME -->` is written to that file. All blocks
of a page run in one shell, in a fresh folder.
"""

import atexit
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from tests.functional.cli.command_socket import CommandSocket
from tests.functional.cli.running import environment, run

ROOT = Path(__file__).parents[1]
PAGES = tuple(
    page
    for page in (ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")))
    if "<!-- run -->" in page.read_text()
)
DEMO = "demo --no-serve --orders 2000 --keep shop"
"""The demo of most pages: it is loaded once, and copied where a page loads it."""
NOW = "2026-11-23T15:33:00Z"
LEFT_OUT = "…"
EXAMPLE = re.compile(
    r"^<!-- run -->\n+```sh\n(?P<commands>.*?)^```\n(?:\n*```text\n(?P<output>.*?)^```\n)?"
    r"|^<!-- file: (?P<name>\S+) -->\n+```\w*\n(?P<content>.*?)^```\n",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Printed:
    """What a block printed, and which of its commands ended with a status above 1."""

    block: re.Match[str]
    output: str
    failures: str

    @property
    def expected(self) -> str | None:
        return self.block["output"]

    @property
    def is_as_shown(self) -> bool:
        return not self.failures if self.expected is None else _matches(self.expected, self.output)


def printed(page: str) -> list[Printed]:
    """What each block of a page prints."""
    with TemporaryDirectory() as temporary, CommandSocket() as commands:
        folder, outputs = Path(temporary, "work"), Path(temporary, "outputs")
        for each in (folder, outputs):
            each.mkdir()
        (folder / "fixtures").symlink_to(ROOT / "fixtures")
        blocks = list(EXAMPLE.finditer(page))
        script = "\n".join([_preamble(), *_script(blocks, outputs)])
        subprocess.run(
            ["bash", "-c", script],
            cwd=folder,
            env=environment(COLUMNS="100", IMPACTGRAPH_NOW=NOW) | commands.environment,
            timeout=600,
            check=False,
        )
        return [
            Printed(block, _lines(outputs / f"{number}.out"), _lines(outputs / f"{number}.failed"))
            for number, block in enumerate(blocks)
            if block["commands"]
        ]


def _preamble() -> str:
    return f"""
set -uo pipefail -E
trap 'status=$?; [ $status -le 1 ] || echo "$status: $BASH_COMMAND" >> "$failures"' ERR
impactgraph() {{
  if [ "$*" = "{DEMO}" ]; then cp -r "{_demo()}" shop; else command impactgraph "$@"; fi
}}
"""


def _script(blocks: Sequence[re.Match[str]], outputs: Path) -> Iterator[str]:
    for number, block in enumerate(blocks):
        if block["name"]:
            yield f"mkdir -p \"$(dirname '{block['name']}')\""
            yield f"cat > '{block['name']}' <<'END_OF_FILE'\n{block['content']}END_OF_FILE"
        else:
            yield f"failures='{outputs}/{number}.failed'"
            yield f"{{\n{block['commands']}}} > '{outputs}/{number}.out' 2>&1"


@cache
def _demo() -> Path:
    """The folder of the demo; it goes with the process."""
    folder = mkdtemp()
    atexit.register(shutil.rmtree, folder)
    store = Path(folder, "shop")
    ran = run(*DEMO.split()[:-1], store, env={"IMPACTGRAPH_NOW": NOW})
    assert ran.status == 0, ran.err
    return store


def _lines(file: Path) -> str:
    text = file.read_text() if file.exists() else ""
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def _matches(expected: str, output: str) -> bool:
    parts = (re.escape(line + "\n") if line != LEFT_OUT else "(?:.*\n)*?" for line in expected.splitlines())
    return re.fullmatch("".join(parts), output) is not None


def _updated(expected: str, output: str) -> str:
    """The output, without the lines that stood where the expected one has `…`.

    Lines are matched regardless of their digits; between two lines that stand next to each other, everything
    new is shown.
    """
    old, new = expected.splitlines(), output.splitlines()
    if LEFT_OUT not in old:
        return output
    shown: list[str] = []
    for tag, a, b, c, d in SequenceMatcher(None, *map(_shapes, (old, new)), autojunk=False).get_opcodes():
        if LEFT_OUT in old[a:b]:
            shown.append(LEFT_OUT)
        elif tag != "delete":
            shown += new[c:d]
    return "".join(f"{line}\n" for line in shown)


def _shapes(lines: Sequence[str]) -> list[str]:
    return [re.sub(r"[\d,.]+", "0", re.sub(r"\s+", " ", line)) for line in lines]


def main(names: Sequence[str]) -> int:
    status = 0
    for page in [Path(name).resolve() for name in names] or PAGES:
        text = page.read_text()
        for each in reversed(printed(text)):
            if each.is_as_shown:
                continue
            updated = "" if each.expected is None else _updated(each.expected, each.output)
            if not updated or not _matches(updated, each.output):
                sys.stdout.write(f"{page}:\n{each.block['commands']}{each.failures}{each.output}\n")
                status = 1
            else:
                start, end = each.block.span("output")
                text = text[:start] + updated + text[end:]
        page.write_text(text)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
