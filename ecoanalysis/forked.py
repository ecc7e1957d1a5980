"""Processes made by fork: they share what is in memory, end with their starter, and lose nothing when one is killed."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable


def end_with(starter: int) -> None:
    """Called in a process that was just forked: it ends when its starter does."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != starter:
        os._exit(1)


def each(function: Callable[[int], object], count: int, jobs: int) -> list:
    """`function` of 0, 1, … below `count`, in their order.

    Parameters
    ----------
    jobs : int
        How many are worked out at a time, by forked processes that share what is in memory; one after the other where
        there is no fork.
    """
    jobs = min(jobs, count)
    if jobs < 2 or sys.platform in ("win32", "darwin") or not hasattr(os, "fork"):
        return [function(place) for place in range(count)]
    import multiprocessing  # here: whoever only ends with its starter is started often and wants none of it
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    forked = multiprocessing.get_context("fork")
    try:
        with ProcessPoolExecutor(jobs, forked, _take_up, (function, os.getpid())) as workers:
            return list(workers.map(_do, range(count)))
    except BrokenProcessPool:  # one was killed, by the system where memory ran out: alone it needs less
        return [function(place) for place in range(count)]


_work: list[Callable[[int], object]] = []  # of a forked process: what it has taken up


def _take_up(function: Callable[[int], object], starter: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it tells
    end_with(starter)
    _work.append(function)


def _do(place: int) -> object:
    return _work[-1](place)
