"""A Kafka broker without containers: its jars from Maven Central, kept in .kafka/ of the checkout.

python -m tests.kafka_jars      fetches them once; does nothing where they are
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
POM = Path(__file__).with_name("kafka_pom.xml")
VERSION = "4.4.0"


def kafka_command(main: str, *arguments: str) -> list[str]:
    """A class of the broker, run; fetches what is missing.

    Raises RuntimeError that says what to do where Java, Maven or Maven Central cannot be had.
    """
    jars = ROOT / ".kafka" / VERSION
    if not jars.is_dir():
        _fetch(jars)
    return [_java(), "-Xmx384m", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*", main, *arguments]


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if not found:
        raise RuntimeError("Tests need a Kafka broker, which needs Java 17 or later: install a JRE.")
    return found


def _fetch(jars: Path) -> None:
    """All or nothing: the folder appears when it is whole, also where two fetch at once."""
    maven = shutil.which("mvn")
    if not maven:
        raise RuntimeError("Tests need a Kafka broker, which Maven fetches: there is no mvn on the PATH.")
    jars.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=jars.parent) as folder:
        goal = [
            "dependency:copy-dependencies",
            f"-DoutputDirectory={folder}/jars",
            f"-Dkafka.version={VERSION}",
        ]
        done = subprocess.run(
            [maven, "-B", "-q", "-f", str(POM), *goal], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(
                f"Maven could not fetch Kafka {VERSION}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
            )
        if not jars.exists():
            Path(folder, "jars").rename(jars)


if __name__ == "__main__":
    try:
        kafka_command("")
    except RuntimeError as problem:
        sys.exit(str(problem))
