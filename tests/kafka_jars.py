"""A Kafka broker without containers: its jars from Maven Central, kept in .kafka/ of the checkout.

python -m tests.kafka_jars      fetches them once; does nothing where they are
"""

import os
import shutil
import sys
from pathlib import Path

from tests.maven_jars import fetch_jars

ROOT = Path(__file__).parents[1]
POM = Path(__file__).with_name("kafka_pom.xml")
VERSION = "4.4.0"


def kafka_command(main: str, *arguments: str) -> list[str]:
    """A class of the broker, run; fetches what is missing.

    Raises RuntimeError that says what to do where Java, Maven or Maven Central cannot be had.
    """
    jars = ROOT / ".kafka" / VERSION
    if not jars.is_dir():
        no_maven = "Tests need a Kafka broker, which Maven fetches: there is no mvn on the PATH."
        fetch_jars(POM, jars, server="Kafka", version=VERSION, without_maven=no_maven)
    return [_java(), "-Xmx384m", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*", main, *arguments]


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if not found:
        raise RuntimeError("Tests need a Kafka broker, which needs Java 17 or later: install a JRE.")
    return found


if __name__ == "__main__":
    try:
        kafka_command("")
    except RuntimeError as problem:
        sys.exit(str(problem))
