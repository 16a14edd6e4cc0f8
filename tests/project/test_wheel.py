"""What an installation gets."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    out = tmp_path_factory.mktemp("wheel")
    uv = Path(sys.executable).with_name("uv")
    build = [
        uv,
        "build",
        "--wheel",
        "--no-build-isolation",
        "--offline",
        "--python",
        sys.executable,
        "--out-dir",
        out,
        ROOT,
    ]
    subprocess.run(build, check=True, capture_output=True, text=True)
    (wheel,) = out.glob("*.whl")
    return zipfile.ZipFile(wheel).namelist()


def test_the_wheel_holds_exactly_the_three_packages(names: list[str]):
    tops = {name.split("/")[0] for name in names}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"impactgraph", "graph_models", "api"}


def test_the_wheel_holds_every_module_of_the_three_packages(names: list[str]):
    modules = {
        path.relative_to(ROOT).as_posix()
        for top in ("impactgraph", "graph_models", "api")
        for path in (ROOT / top).rglob("*.py")
    }

    assert modules and modules <= set(names)


def test_the_wheel_holds_the_texts_of_messages(names: list[str]):
    folder = ROOT / "impactgraph" / "messages" / "texts"
    texts = {path.relative_to(ROOT).as_posix() for path in folder.glob("*.yaml")}

    assert len(texts) == 5 and texts <= set(names)


def test_the_wheel_holds_the_licence(names: list[str]):
    assert any(name.endswith("licenses/LICENSE") for name in names)
