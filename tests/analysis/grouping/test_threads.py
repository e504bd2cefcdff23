"""Two threads that stay: order, work within work, never more of them, a child process with its own."""

import multiprocessing
import threading
import warnings

from analysis.grouping.threads import on_both


def test_parts_come_back_in_their_order():
    assert on_both(lambda part: part * part, range(50)) == [part * part for part in range(50)]


def test_work_within_work_is_done_and_does_not_wait_for_itself():
    found = on_both(lambda part: sum(on_both(lambda each: each * part, range(10))), range(8))
    assert found == [45 * part for part in range(8)]


def test_no_more_than_two_threads_however_often():
    for _ in range(20):
        on_both(str, range(4))
    assert sum(thread.name.startswith("hailong rows") for thread in threading.enumerate()) <= 2


def _square_in_child(told) -> None:
    told.send(on_both(lambda part: part * part, range(4)))


def test_a_forked_child_has_threads_of_its_own():
    on_both(str, range(4))  # the parent's threads are there and do not live on in the child
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # later Pythons warn of forks beside threads
        child = context.Process(target=_square_in_child, args=(theirs,))
        child.start()
    assert ours.poll(20), "the child waits for threads it does not have"
    assert ours.recv() == [0, 1, 4, 9]
    child.join(20)
