"""What the logs of a server show of an error that nobody expected."""

import sys

import structlog

from impactgraph.cli.logs import _renderers  # pyright: ignore[reportPrivateUsage]


def test_a_traceback_has_no_values_of_variables() -> None:
    """They may be keys, tokens, or attributes of persons."""
    try:
        secret = "-".join(["kept", "secret"])
        raise RuntimeError(len(secret))
    except RuntimeError:
        exc_info = sys.exc_info()

    for is_json in (False, True):
        event: structlog.typing.EventDict = {"event": "failed", "level": "error", "exc_info": exc_info}
        shown: object = event
        for processor in _renderers(is_json=is_json):
            assert isinstance(shown, dict)
            shown = processor(None, "error", shown)
        assert "RuntimeError: 11" in str(shown) and "kept-secret" not in str(shown)
