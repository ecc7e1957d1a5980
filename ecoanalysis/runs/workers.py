"""Who does the work: executors of `concurrent.futures`, on this machine or on a cluster, all used alike.

`pool(...).submit(function, arguments)` runs the function that the text `module:function` names.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor

from ecoanalysis.runs.directory import Refused
from ecoanalysis.runs.warm import CAN_FORK, Died, Warm, named

TRIES = 3  # a worker that dies without an answer is not yet the region's fault


class Pool:
    """Workers of any kind.

    Attributes
    ----------
    address : str
        Of the warm process that kernels are forked from; empty where workers look after themselves.
    """

    def __init__(self, executor: Executor, run: Callable, warm: Warm | None = None):
        self._executor, self._run, self._warm = executor, run, warm

    @property
    def address(self) -> str:
        return self._warm.address if self._warm else ""

    def load(self, function: str, **arguments: object) -> None:
        """Have something read once, where that helps; what is submitted afterwards finds it there."""
        if self._warm:
            self._warm.load(function, **arguments)

    def submit(self, function: str, arguments: dict, tell: Callable[[str], None] | None = None) -> Future:
        """Start `module:function(**arguments)`; arguments and result are what JSON takes."""
        return self._executor.submit(self._run, function, arguments, *([tell] if self.tells else []))

    @property
    def tells(self) -> bool:
        """Whether headings are told while a notebook runs."""
        return isinstance(self._executor, ThreadPoolExecutor)

    def stop(self) -> None:
        """Cancel what waits and end what runs."""
        if self._warm:
            self._warm.close()
        self._executor.shutdown(wait=False, cancel_futures=True)


def warming(cluster: str = "") -> contextlib.AbstractContextManager[Warm | None]:
    """A warm process that imports while its starter does, for `pool`; None where there will be no use for one."""
    return Warm() if CAN_FORK and not cluster else contextlib.nullcontext()


@contextlib.contextmanager
def pool(jobs: int, cluster: str = "", warm: Warm | None = None) -> Iterator[Pool]:
    """Workers for a run.

    Parameters
    ----------
    jobs : int
        How many work at a time on this machine.
    cluster : str
        Empty for this machine alone; `local` for worker processes of dask.distributed; else a scheduler's address.
    warm : Warm, optional
        A warm process, made here where none is given and there is fork.
    """
    if cluster:
        with _cluster(jobs, cluster) as executor:
            yield Pool(executor, remotely)
        return
    if not CAN_FORK:
        with ThreadPoolExecutor(jobs) as executor:
            yield Pool(executor, here)
        return
    with warm or Warm() as warm, ThreadPoolExecutor(jobs) as executor:
        working = Pool(executor, lambda *asked: _forked(warm, *asked), warm)
        try:
            yield working
        except BaseException:
            working.stop()
            raise


def here(function: str, arguments: dict, tell: Callable[[str], None] | None = None) -> object:
    """Run it in this thread."""
    called = named(function)
    if tell and "tell" in called.__code__.co_varnames:
        arguments = arguments | {"tell": tell}
    return called(**arguments)


_own: Warm | None = None


def remotely(function: str, arguments: dict) -> object:
    """Run it in a worker of a cluster, which keeps a warm process of its own."""
    global _own
    if not CAN_FORK:
        return here(function, arguments)
    if _own is None:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        _own = Warm()
    try:
        return _forked(_own, function, arguments | ({"address": _own.address} if "address" in arguments else {}))
    except Died:
        _own.close()
        _own = None
        raise


def _forked(warm: Warm, function: str, arguments: dict, tell: Callable[[str], None] | None = None) -> object:
    for left in reversed(range(TRIES)):
        try:
            return warm.call(function, arguments, tell)
        except Died:
            if not left or warm.closed:
                raise
    return None


@contextlib.contextmanager
def _cluster(jobs: int, address: str) -> Iterator[Executor]:
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise Refused("no_dask") from error
    with contextlib.ExitStack() as stack:
        try:
            if address == "local":
                options = {"n_workers": jobs, "threads_per_worker": 1, "dashboard_address": None}
                address = stack.enter_context(LocalCluster(**options, silence_logs=50))
            client = stack.enter_context(Client(address, timeout="10s"))
        except (OSError, TimeoutError, ValueError) as error:
            raise Refused("no_cluster", address=address, reason=str(error).splitlines()[0]) from error
        executor = client.get_executor(pure=False, retries=TRIES)
        yield executor
