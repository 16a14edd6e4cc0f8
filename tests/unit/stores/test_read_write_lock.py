import threading

import pytest

from impactgraph.stores.local.read_write_lock import ReadWriteLock


def started(work: threading.Event, action: object) -> threading.Thread:
    assert callable(action)
    thread = threading.Thread(target=lambda: (action(), work.set()), daemon=True)
    thread.start()
    return thread


def test_readers_share() -> None:
    sharing, done = ReadWriteLock(), threading.Event()

    def read() -> None:
        with sharing.reading():
            pass

    with sharing.reading():
        started(done, read)
        assert done.wait(10)


def test_a_writer_waits_until_the_last_reader_has_left() -> None:
    sharing, written, order = ReadWriteLock(), threading.Event(), list[str]()

    def write() -> None:
        with sharing.writing():
            order.append("written")

    with sharing.reading():
        thread = started(written, write)
        order.append("read")
    thread.join(10)

    assert order == ["read", "written"]


def test_a_reader_may_read_again_while_a_writer_waits() -> None:
    sharing, written, waiting = ReadWriteLock(), threading.Event(), threading.Event()

    def write() -> None:
        waiting.set()
        with sharing.writing():
            pass

    with sharing.reading():
        started(written, write)
        assert waiting.wait(10)
        with sharing.reading():
            assert not written.is_set()

    assert written.wait(10)


def test_a_reader_that_would_write_gets_an_error_instead_of_waiting_for_itself() -> None:
    sharing = ReadWriteLock()

    with sharing.reading(), pytest.raises(RuntimeError, match="wait for itself"), sharing.writing():
        pass
