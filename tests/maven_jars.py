"""Jars of a server that tests start, fetched by Maven."""

import shutil
import subprocess
import tempfile
from pathlib import Path


def fetch_jars(pom: Path, jars: Path, *, server: str, version: str, without_maven: str) -> None:
    """Copies the dependencies of a pom with the property `<server>.version` into the folder `jars`.

    All or nothing: the folder appears when it is whole, also where two fetch at once.

    Raises RuntimeError where Maven cannot be had (`without_maven` says what to do), or fails.
    """
    maven = shutil.which("mvn")
    if not maven:
        raise RuntimeError(without_maven)
    jars.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=jars.parent) as folder:
        goal = [
            "dependency:copy-dependencies",
            f"-DoutputDirectory={folder}/jars",
            f"-D{server.lower()}.version={version}",
        ]
        done = subprocess.run(
            [maven, "-B", "-q", "-f", str(pom), *goal], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(
                f"Maven could not fetch {server} {version}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
            )
        if not jars.exists():
            Path(folder, "jars").rename(jars)
