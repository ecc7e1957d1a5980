"""Warm processes: one that has imported everything, and forks a child for every kernel and task.

Starting a kernel costs two seconds of imports; forking one costs hundredths. A child has a namespace, a process group
and memory of its own, so nothing passes from one notebook to the next, and a child that dies is one region's failure.
The warm process lives as long as its starter: the end of its standard input ends it and all its children.

A request is a line of JSON on a Unix socket in a private folder; the child keeps the connection, so its end is the
child's end. Where there is no fork (Windows), kernels are plain ones and tasks run in threads.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import queue
import random
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import uuid
from collections.abc import Callable
from pathlib import Path

from ecoanalysis.forked import end_with

CAN_FORK = hasattr(os, "fork") and sys.platform != "win32" and hasattr(socket, "AF_UNIX")
START_SECONDS = 60
# A kernel's notice about TCP would bury the progress bar, and a batch's cells are none of the analyst's history.
QUIET_KERNEL = ["--IPKernelApp.log_level=40", "--HistoryManager.enabled=False"]
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # a worker a core: more would wait for each other
# glibc keeps what a child frees: given back and asked for again, each picture's memory would be cleared by the kernel anew.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(256 << 20)}
# What notebooks and their pages import; a name that is not there is left to the notebook that asks for it. What one
# document alone needs (slides, workbook, index) its own child imports, beside the others.
IMPORTS = (
    "numpy pandas pandas.core.reshape.reshape pandas.io.formats.csvs pandas.io.formats.style matplotlib.pyplot "
    "matplotlib.backends.backend_agg IPython.display IPython.core.completerlib IPython.core.debugger IPython.core.logger "
    "IPython.core.oinspect IPython.extensions.storemagic faulthandler sqlite3 psutil tornado.locks tornado.queues "
    "tornado.platform.asyncio zmq.utils.garbage ipykernel.debugger ipykernel.kernelapp ipykernel.kernelspec "
    "ipykernel.pylab.backend_inline matplotlib_inline.backend_inline papermill nbclient mistune mistune.plugins.table "
    "nh3 docx ecoanalysis.briefing ecoanalysis.charts ecoanalysis.export.docx ecoanalysis.export.notebook "
    "ecoanalysis.export.parameters ecoanalysis.formulas.grades ecoanalysis.runs.work ecoanalysis.runs.notebook "
    "ecoanalysis.runs.pages"
).split()


class Died(RuntimeError):
    """A child ended without an answer: it was killed, or the machine had no memory left for it."""


class Warm:
    """The warm process as its starter sees it: `with Warm() as warm: warm.call("module:function", …)`."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="eco-")  # 0700, and short: a socket's path has 107 bytes at most
        self.address = str(Path(self._folder) / "s")
        self._ready = threading.Lock()
        self.closed = False
        self._start()

    def _start(self) -> None:
        for name in (self.address, f"{self.address}.ready"):
            Path(name).unlink(missing_ok=True)
        paths = os.pathsep.join(filter(None, sys.path))
        # A session of its own: a terminal's Ctrl-C reaches the starter alone, which then ends this one in order.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ecoanalysis.runs.warm", self.address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=ONE_THREAD | KEEP_MEMORY | os.environ | {"MPLBACKEND": "agg", "PYTHONPATH": paths},
        )

    def __enter__(self) -> Warm:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the warm process and all its children, at once."""
        if self.closed:
            return
        self.closed = True
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        if not Path(f"{self.address}.ready").exists():  # still importing, and without children
            self._process.kill()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def wait(self) -> None:
        """Return when everything is imported; a warm process that was killed is started again."""
        with self._ready:
            if not self.closed and self._process.poll() is not None:
                self._process.stdin.close()
                self._process.stdout.close()
                self._start()
            ready = Path(f"{self.address}.ready")
            if not self.closed and not ready.exists():
                readable, _, _ = select.select([self._process.stdout], [], [], START_SECONDS)
                line = self._process.stdout.readline() if readable else b""
                if line.strip() != b"ready":
                    raise Died("the warm process did not start")
                ready.touch()

    def load(self, function: str, **arguments: object) -> None:
        """Have a function called in the warm process itself; whatever is asked of it from now on finds it done.

        Requests are taken in their order, so nobody waits here.
        """
        self.wait()
        with _connected(self.address, {"load": function, "arguments": arguments}):
            pass

    def call(self, function: str, arguments: dict, tell: Callable[[str], None] | None = None) -> object:
        """Run `module:function(**arguments)` in a forked child and return its (JSON) answer.

        Raises
        ------
        Died
            The child ended without an answer.
        RuntimeError
            The function raised; the text is the error's type and message.
        """
        self.wait()
        with _connected(self.address, {"task": function, "arguments": arguments}) as connection:
            for line in connection.makefile(encoding="utf-8"):
                answer = json.loads(line)
                if "tell" in answer and tell:
                    tell(answer["tell"])
                if "error" in answer:
                    raise RuntimeError(answer["error"])
                if "result" in answer:
                    return answer["result"]
        raise Died(function)


def named(function: str) -> Callable:
    """The function that `module:function` names."""
    module, name = function.split(":")
    return getattr(importlib.import_module(module), name)


@contextlib.contextmanager
def _connected(address: str, request: dict):
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(address)
            connection.sendall(json.dumps(request).encode() + b"\n")
        except OSError as error:
            raise Died("the warm process is gone") from error
        try:
            yield connection
        except ConnectionError as error:
            raise Died("the warm process is gone") from error


# ---------------------------------------------------------------------- a kernel's side


def kernel_manager(address: str):
    """A class of kernel managers for nbclient whose kernels are forked from the warm process at `address`."""
    from importlib.metadata import EntryPoint

    from jupyter_client.asynchronous import AsyncKernelClient
    from jupyter_client.manager import AsyncKernelManager
    from jupyter_client.provisioning import KernelProvisionerFactory
    from traitlets import default

    name = "ecoanalysis-warm"
    factory = KernelProvisionerFactory.instance()
    factory.provisioners[name] = EntryPoint(name, f"{__name__}:provisioner", factory.GROUP_NAME)

    class Client(AsyncKernelClient):
        async def wait_for_ready(self, timeout: float | None = None) -> None:
            """Return as soon as the kernel has answered and says that it is idle; the library waits for a silence."""
            deadline = time.monotonic() + (timeout or START_SECONDS)
            while True:
                asked = self.kernel_info()
                with contextlib.suppress(queue.Empty):
                    reply = await self.shell_channel.get_msg(timeout=1)
                    while not _idle(await self.iopub_channel.get_msg(timeout=0.05), asked):
                        pass
                    self._handle_kernel_info_reply(reply)
                    return
                if not await self._async_is_alive() or time.monotonic() > deadline:
                    raise RuntimeError("the kernel did not start")

    class Manager(AsyncKernelManager):
        @default("connection_file")
        def _connection_file_default(self) -> str:
            """In the private folder, which goes with the warm process even where nobody could end the kernel."""
            return str(Path(address).with_name(f"{uuid.uuid4().hex}.json"))

        @default("client_factory")
        def _client_factory_default(self) -> type:
            return Client

        @property
        def kernel_spec(self):
            spec = super().kernel_spec
            if spec is not None:
                spec.metadata = spec.metadata | {
                    "kernel_provisioner": {"provisioner_name": name, "config": {"address": address}}
                }
            return spec

    return Manager


def _idle(message: dict, asked: str) -> bool:
    """Whether a message says that the kernel is done with the request."""
    state = message["content"].get("execution_state")
    return message["parent_header"].get("msg_id") == asked and state == "idle"


def provisioner(**options: object):
    """The provisioner that jupyter_client makes for such a kernel (its address comes with the kernel's spec)."""
    from jupyter_client.provisioning import LocalProvisioner
    from traitlets import Unicode

    class Forked(LocalProvisioner):
        address = Unicode()

        async def launch_kernel(self, cmd: list[str], **kwargs: object):
            request = {
                "kernel": [part for part in cmd[1:] if part not in ("-m", "ipykernel_launcher")],
                "cwd": str(kwargs.get("cwd") or Path.cwd()),
                "env": dict(kwargs.get("env") or os.environ),
            }
            self.process = _Child(self.address, request)
            self.pid = self.pgid = self.process.pid
            self.cwd = request["cwd"]
            return self.connection_info

        async def kill(self, restart: bool = False) -> None:
            if self.process:
                self.process.kill()

    return Forked(**options)


class _Child:
    """A forked kernel with the methods of `subprocess.Popen` that a provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, address: str, request: dict):
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.connect(address)
        self._connection.sendall(json.dumps(request).encode() + b"\n")
        line = self._connection.makefile("rb", buffering=0).readline()
        if not line:
            raise Died("the kernel did not start")
        self.pid = json.loads(line)["pid"]
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            readable, _, _ = select.select([self._connection], [], [], 0)
            if readable:
                self._ended()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            select.select([self._connection], [], [], timeout)
            self._ended()
        return self.returncode

    def _ended(self) -> None:
        self._connection.close()
        self.returncode = 1

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    def kill(self) -> None:
        """End it, and see it end: that takes thousandths of a second, and its manager would look after a tenth."""
        self.send_signal(signal.SIGKILL)
        if self.returncode is None:
            select.select([self._connection], [], [], 1)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


# ---------------------------------------------------------------------- the warm process itself


def serve(address: str) -> None:
    """Import everything, then fork a child for every request until standard input ends."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    out, gate = sys.stdout.fileno(), sys.stdin.fileno()
    if not _import(gate):
        _leave(address)
        return
    os.write(out, b"ready\n")
    children: set[int] = set()
    while True:
        readable, _, _ = select.select([listener, gate], [], [], 0.5)
        _reap(children)
        if gate in readable and not os.read(gate, 1):
            break
        if listener in readable:
            connection, _ = listener.accept()
            pid = _answer(connection, listener)
            if pid:
                children.add(pid)
                with contextlib.suppress(OSError):  # the child does the same; whoever is first
                    os.setpgid(pid, pid)
            connection.close()
    for pid in children:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    _leave(address)


def _leave(address: str) -> None:
    """Clear the private folder: a starter that was killed cannot."""
    with contextlib.suppress(OSError):
        for path in (Path(address), Path(f"{address}.ready"), *Path(address).parent.glob("*.json")):
            path.unlink(missing_ok=True)
        Path(address).parent.rmdir()


def leave_out_grammar() -> None:
    """Keep jsonschema from a checker that builds a grammar for seconds when imported; notebooks have no use for it."""
    sys.modules.setdefault("rfc3987_syntax", None)


def _import(gate: int) -> bool:
    """Import what children need; False when the starter is gone meanwhile."""
    leave_out_grammar()
    sys.modules.setdefault("debugpy", None)  # each kernel would import it anew, and nobody debugs a batch
    gc.disable()  # modules stay: looking for what could be thrown away took a fifth of the time
    for name in IMPORTS:
        if select.select([gate], [], [], 0)[0]:
            return False
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    with contextlib.suppress(Exception):  # a child does it itself and tells its error
        _rehearse()
        named("ecoanalysis.runs.work:rehearse")()
    gc.enable()
    _keep()
    return True


def _rehearse() -> None:
    """Do once what every notebook does first: the schema of its format is compiled, provisioners are looked up, a
    kernel's options are read."""
    import nbformat
    from ipykernel.kernelapp import IPKernelApp
    from jupyter_client.provisioning import KernelProvisionerFactory

    nbformat.validate(nbformat.v4.new_notebook())
    KernelProvisionerFactory.instance()
    IPKernelApp().parse_command_line([*QUIET_KERNEL, "-f", os.devnull])


def _keep() -> None:
    """Leave all that is here out of any later search for garbage, so that it stays shared between the children."""
    gc.collect()
    gc.freeze()


def _reap(children: set[int]) -> None:
    with contextlib.suppress(ChildProcessError):
        while pid := os.waitpid(-1, os.WNOHANG)[0]:
            children.discard(pid)


def _answer(connection: socket.socket, listener: socket.socket) -> int:
    """Read one request; load here, or fork. Returns the child's process id, or 0."""
    try:
        connection.settimeout(5)
        line = connection.makefile("rb").readline()
        request = json.loads(line)
        connection.settimeout(None)
    except (OSError, ValueError):
        return 0
    if "load" in request:
        with contextlib.suppress(Exception):  # a child that needs it loads it itself and tells its error
            named(request["load"])(**request["arguments"])
        _keep()
        return 0
    starter = os.getpid()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            listener.close()
            _become_child(starter)
            if "kernel" in request:
                _be_kernel(request, connection, starter)
            else:
                _be_task(request, connection)
            code = 0
        finally:
            os._exit(code)
    return pid


def _become_child(starter: int) -> None:
    os.setpgid(0, 0)
    end_with(starter)
    with Path(os.devnull).open("r+b") as nothing:
        for stream in (0, 1, 2):
            os.dup2(nothing.fileno(), stream)
    # Else all children would draw the same random numbers.
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


def _be_kernel(request: dict, connection: socket.socket, starter: int) -> None:
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    from ipykernel.kernelapp import IPKernelApp

    sys.argv = ["ipykernel_launcher", *request["kernel"]]
    app = IPKernelApp.instance()
    app.initialize([*request["kernel"], f"--IPKernelApp.parent_handle={starter}"])
    # Only now: a client that finds the ports closed tries them again a tenth of a second later.
    connection.sendall(json.dumps({"pid": os.getpid()}).encode() + b"\n")
    app.start()


def _be_task(request: dict, connection: socket.socket) -> None:
    lock = threading.Lock()

    def answer(**message: object) -> None:
        with lock:
            connection.sendall(json.dumps(message, ensure_ascii=False).encode() + b"\n")

    function = named(request["task"])
    arguments = request["arguments"]
    try:
        if (
            "tell"
            in function.__code__.co_varnames[: function.__code__.co_argcount + function.__code__.co_kwonlyargcount]
        ):
            arguments = arguments | {"tell": lambda words: answer(tell=words)}
        answer(result=function(**arguments))
    except BaseException as error:
        lines = traceback.format_exception_only(error)
        answer(error="".join(lines).strip())


if __name__ == "__main__":
    serve(sys.argv[1])
