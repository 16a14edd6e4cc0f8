"""A Keycloak server without containers: its distribution from Maven Central, kept in .keycloak/.

python -m tests.keycloak_home      fetches and prepares it once: a minute or two; does nothing where it is
"""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from zlib import crc32

ROOT = Path(__file__).parents[1]
REALM = Path(__file__).with_name("keycloak_realm.json")
VERSION = "26.7.3"
FOLDER = ROOT / ".keycloak"
FLAGS = {
    "JAVA_OPTS_KC_HEAP": "-Xms64m -Xmx512m",
    "JAVA_OPTS_APPEND": "-XX:TieredStopAtLevel=1",
}
"""Up sooner and in less memory; slower for long work."""
DATA = "data"


def prepared_home() -> Path:
    """The distribution, built for its database, with the realm of the tests in it; fetches what is missing.

    A realm that was changed is prepared anew.

    Raises RuntimeError that says what to do where Java, Maven or Maven Central cannot be had.
    """
    home = FOLDER / f"{VERSION}-{crc32(REALM.read_bytes()):08x}"
    if home.is_dir():
        return home
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        new = _unpacked(_archive(), Path(folder))
        run_to_its_end(new, "build", "--db=dev-file")
        run_to_its_end(new, "import", "--optimized", "--file", str(REALM))
        if not home.exists():
            new.rename(home)
    return home


def own_home(folder: Path) -> Path:
    """A copy for one server: files of the distribution are shared, its data are not."""
    prepared, home = prepared_home(), folder / "keycloak"
    shutil.copytree(
        prepared, home, copy_function=os.link, ignore=lambda at, _: [DATA] if Path(at) == prepared else []
    )
    shutil.copytree(prepared / DATA, home / DATA)
    return home


def keycloak_command(home: Path, *arguments: str) -> list[str]:
    return ["bash", str(home / "bin" / "kc.sh"), *arguments]


def keycloak_environment() -> dict[str, str]:
    return os.environ | FLAGS


def run_to_its_end(home: Path, *arguments: str) -> None:
    done = subprocess.run(
        keycloak_command(home, *arguments),
        env=keycloak_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(
            f"Keycloak {VERSION}: {arguments[0]} failed:\n{done.stdout[-3000:]}{done.stderr[-1000:]}"
        )


def _archive() -> Path:
    archive = FOLDER / f"keycloak-quarkus-dist-{VERSION}.zip"
    if archive.exists():
        return archive
    maven = shutil.which("mvn")
    if not maven:
        raise RuntimeError("Tests need a Keycloak server, which Maven fetches: there is no mvn on the PATH.")
    if not shutil.which("java"):
        raise RuntimeError("Tests need a Keycloak server, which needs Java 17 or later: install a JRE.")
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        goal = [
            "dependency:copy",
            f"-Dartifact=org.keycloak:keycloak-quarkus-dist:{VERSION}:zip",
            f"-DoutputDirectory={folder}",
        ]
        done = subprocess.run([maven, "-B", "-q", *goal], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(
                f"Maven could not fetch Keycloak {VERSION}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
            )
        (Path(folder) / archive.name).rename(archive)
    return archive


def _unpacked(archive: Path, folder: Path) -> Path:
    with zipfile.ZipFile(archive) as files:
        files.extractall(folder)
    return folder / f"keycloak-{VERSION}"


if __name__ == "__main__":
    try:
        prepared_home()
    except RuntimeError as problem:
        sys.exit(str(problem))
