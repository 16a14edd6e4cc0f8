"""Fetches the browser libraries of api/web/vendor: pinned versions, checked against their hashes, with their
licences.

    python scripts/vendor.py

Run it after a change of the pins and commit what it writes; nothing is fetched when the product is built,
tested or run.
"""

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).parent.parent / "api" / "web" / "vendor"


@dataclass(frozen=True)
class Library:
    name: str
    version: str
    integrity: str
    """As npm gives it: sha512-..., of the package."""
    files: tuple[str, ...]


LIBRARIES = (
    Library(
        "graphiql",
        "4.1.2",
        "sha512-rNlzQIAzm6i2KBXmVQWBgLvt0TloxFVB2d18bukvdsvjEuFDHsKx5IVOomL1W1o5WW+tE54+ioHb2AEKzO2cUg==",
        ("graphiql.min.js", "graphiql.min.css", "LICENSE"),
    ),
    Library(
        "react",
        "18.3.1",
        "sha512-wS+hAgJShR0KhEvPJArfuPVN1+Hz1t0Y6n5jLrGQbkb4urgPE/0Rve+1kMB1v/oWgHgm4WIcV+i7F2pTVj+2iQ==",
        ("umd/react.production.min.js", "LICENSE"),
    ),
    Library(
        "react-dom",
        "18.3.1",
        "sha512-5m4nQKp+rZRb09LNH59GM4BxTh9251/ylbKIbpe7TpGxfJ+9kv6BLkLBXIjjspbgbnIBNqlI23tRnTWT0snUIw==",
        ("umd/react-dom.production.min.js", "LICENSE"),
    ),
    Library(
        "htm",
        "3.1.1",
        "sha512-983Vyg8NwUE7JkZ6NmOqpCZ+sh1bKv2iYTlUkzlWmA5JD2acKoxd4KVxbMmxX/85mtfdnDmTFoNKcg5DGAvxNQ==",
        ("preact/standalone.module.js", "LICENSE"),
    ),
    Library(  # it is inside htm's standalone module: its licence goes with it
        "preact",
        "10.29.8",
        "sha512-ej2aVZ+vZ8WO7tvlQWRM9N63A0KzF9q4mWJfDUHgYaIofWY9hu74QdnQrjoPMmZi2/nZ5gN0bJCQF49xQqx09Q==",
        ("LICENSE",),
    ),
)


def fetch(library: Library, folder: Path) -> Path:
    """The package as npm packs it. Exits where its hash is another."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", f"{library.name}@{library.version}"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    package = folder / packed.stdout.split()[-1]
    found = "sha512-" + base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode()
    if found != library.integrity:
        sys.exit(
            f"{library.name} {library.version} has the hash {found}, not the pinned {library.integrity}."
        )
    return package


def unpack(library: Library, package: Path) -> None:
    """Writes the files that the pages use."""
    target = VENDOR / library.name
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(package) as archive:
        for name in library.files:
            member = archive.extractfile(f"package/{name}")
            assert member is not None, f"{library.name} has no file {name}"
            (target / Path(name).name).write_bytes(member.read())


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for library in LIBRARIES:
            unpack(library, fetch(library, Path(folder)))
            sys.stdout.write(f"{library.name} {library.version}\n")


if __name__ == "__main__":
    main()
