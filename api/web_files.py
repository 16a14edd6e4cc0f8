"""The files of the explorer in memory, each under an address that names the version of them all."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from gzip import compress
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path

WEB = Path(__file__).parent / "web"
_SERVED = (".js", ".css", ".html")
_PREFIX = "/web/"
_VERSION_LENGTH = 12
"""Hexadecimal digits, 48 bits."""


@dataclass(frozen=True, slots=True)
class WebFiles:
    """Contents by path below `api/web`. Their links to each other have the version in them: what a browser
    keeps of one version is never mixed with another, and never asked for again.
    """

    version: str
    contents: Mapping[str, bytes]

    def address(self, path: str) -> str:
        return f"{_PREFIX}{self.version}/{path}"

    def text(self, path: str) -> str:
        return self.contents[path].decode()


@cache
def web_files() -> WebFiles:
    """Those of this installation, read once by each process."""
    contents = {
        path.relative_to(WEB).as_posix(): path.read_bytes()
        for path in sorted(WEB.rglob("*"))
        if path.suffix in _SERVED
    }
    version = _version_of(contents)
    return WebFiles(version, {path: _with_version(content, version) for path, content in contents.items()})


@lru_cache(maxsize=512)
def gzip_of(content: bytes) -> bytes:
    return compress(content, mtime=0)


@cache
def media_type(path: str) -> str:
    return guess_type(path)[0] or "application/octet-stream"


def _version_of(contents: Mapping[str, bytes]) -> str:
    digest = sha256()
    for path, content in contents.items():
        digest.update(path.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:_VERSION_LENGTH]


def _with_version(content: bytes, version: str) -> bytes:
    return content.replace(f'"{_PREFIX}'.encode(), f'"{_PREFIX}{version}/'.encode())
