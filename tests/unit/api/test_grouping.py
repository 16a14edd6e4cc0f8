"""Group commits: every sender is answered, whatever fails."""

from typing import Any, cast

import anyio
import pytest

import api.grouping
from api.grouping import Grouping
from tests.own_loop import run_apart


def test_a_defect_while_events_are_taken_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise KeyError("a defect")

    monkeypatch.setattr(api.grouping, "receive_events", fail)

    async def send() -> None:
        grouping = Grouping(cast(Any, None), cast(Any, None), lambda: None)
        with anyio.fail_after(30):
            with pytest.raises(KeyError):
                await grouping.receive([b"{}"])
            with pytest.raises(KeyError):
                await grouping.receive([b"{}"])

    run_apart(send())
