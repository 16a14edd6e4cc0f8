"""A Neo4j without containers: the server's jars from Maven Central, kept in .neo4j/ of the checkout; which
version, the Java that is found says.

python -m tests.neo4j_jars      fetches them once; does nothing where they are, or where
IMPACTGRAPH_TEST_NEO4J names a running server
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.maven_jars import fetch_jars

ROOT = Path(__file__).parents[1]
POM = Path(__file__).with_name("neo4j_pom.xml")
NAMED = "IMPACTGRAPH_TEST_NEO4J"


@dataclass(frozen=True)
class Release:
    """A version of the server, and how it is started."""

    version: str
    main: str
    flags: tuple[str, ...] = ()


LTS = Release("5.26.0", "org.neo4j.server.CommunityEntryPoint")
LATEST = Release(
    "2026.05.0",
    "org.neo4j.server.Neo4jCommunity",
    (
        "--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        "--add-opens=java.base/java.nio=ALL-UNNAMED",
    ),
)


@dataclass(frozen=True)
class Install:
    """A Java, a release that runs on it, and the folder of its jars."""

    java: str
    release: Release
    jars: Path

    def command(self, main: str, *arguments: str, flags: tuple[str, ...] = ()) -> list[str]:
        """A class of the release, run."""
        return [self.java, *self.release.flags, *flags, "-cp", f"{self.jars}/*", main, *arguments]


def installed() -> Install:
    """Fetches what is missing.

    Raises RuntimeError that says what to do where Java, Maven or Maven Central cannot be had.
    """
    java = _java()
    release = _release(java)
    jars = ROOT / ".neo4j" / release.version
    if not jars.is_dir():
        _fetch(release, jars)
    return Install(java, release, jars)


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if not found:
        where = f"JAVA_HOME={home} has no bin/java" if home else "there is no java on the PATH"
        raise RuntimeError(
            f"Tests need a Neo4j, which needs Java 17 or later: {where}. Install it "
            f"(openjdk-17-jre-headless), or name a server in {NAMED}."
        )
    return found


def _release(java: str) -> Release:
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr
    found = re.search(r'version "(\d+)', said)
    number = int(found[1]) if found else 0
    if number < 17:
        raise RuntimeError(
            f"Tests need a Neo4j, which needs Java 17 or later; {java} is {said.splitlines()[0]}. Point "
            "JAVA_HOME to a later one."
        )
    return LATEST if number >= 21 else LTS


def _fetch(release: Release, jars: Path) -> None:
    no_maven = (
        "Tests need a Neo4j, which Maven fetches: there is no mvn on the PATH. Install maven, or name a "
        f"server in {NAMED}."
    )
    fetch_jars(POM, jars, server="Neo4j", version=release.version, without_maven=no_maven)


if __name__ == "__main__" and not os.environ.get(NAMED):
    try:
        installed()
    except RuntimeError as problem:
        sys.exit(str(problem))
