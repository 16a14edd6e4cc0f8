"""Lists of names in settings, and the parts of addresses that they are compared with."""

from urllib.parse import urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def names_in(text: str) -> tuple[str, ...]:
    """The names of a list with commas, in small letters."""
    return tuple(name for each in text.split(",") if (name := each.strip().lower()))


def without_port(host: str) -> str:
    """The name in a Host header, in small letters: IPv6 addresses keep their brackets."""
    name, separator, port = host.strip().lower().rpartition(":")
    return name if separator and port.isdigit() else host.strip().lower()


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine only."""
    return host in ("localhost", "::1") or host.startswith("127.")


def host_of(url: str | None) -> str:
    """Host of an address without its port, empty where there is none."""
    return without_port(urlsplit(url or "").netloc.rpartition("@")[2])


def origin_of(url: str | None) -> str:
    """Origin of an address such as https://shop.example.com/x; empty where there is none."""
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.netloc else ""
