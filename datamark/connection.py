"""Finds the sidecar that serves where we work, or starts one as our child; knows sockets, locks and processes.

Nothing here speaks HTTP except the first question to a new child. Callers ask `socket_path` before each request.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL, SIGTERM

from .lock_file import STORE, lock_holder
from .problem import error

# How long another process may hold the store without a socket that answers: it is starting or stopping.
LOCK_PATIENCE = 30.0
# Level of errors in the sidecar's log.
LOG_ERROR = 50
# Between two looks at a lock file that cannot be waited for otherwise.
LOOK_AGAIN = 0.1


class Child:
    """A sidecar that is our child: it serves one root, or the claims of this pod, and ends with us."""

    def __init__(self, root: Path | None) -> None:
        from .sidecar_process import NodeUnavailable, find_node, make_listening_socket, sidecar_bundle, spawn

        self._parent = os.getpid()
        try:
            node = find_node()
            self._listening = make_listening_socket(
                Path(tempfile.gettempdir()) / f"datamark-{os.getuid()}-{os.getpid()}"
            )
        except NodeUnavailable as cause:
            raise error("sidecar-unavailable", cause.detail, cause.fix) from cause
        except OSError as cause:
            detail = f"No socket could be made: {cause}."
            raise error("sidecar-unavailable", detail, "Make the temporary directory writable.") from cause
        configuration = _configuration(root)
        bundle = sidecar_bundle()
        if not bundle.is_file():
            self._listening.close()
            raise error("sidecar-unavailable", f"{bundle} is missing.", "Install jupyterlab-datamark again.")
        try:
            self._process = spawn(node, bundle, self._listening.socket, configuration)
        except OSError as cause:
            self._listening.close()
            detail = f"{node.path} can’t be started: {cause.strerror}."
            raise error("sidecar-unavailable", detail, "Free some memory or processes, then try again.") from cause
        # From here on only the child listens: if it dies, whoever is connected learns of it at once.
        self._listening.socket.close()
        self._log: deque[str] = deque(maxlen=20)
        self._reader = threading.Thread(target=self._read_log, name="datamark-log", daemon=True)
        self._reader.start()
        atexit.register(self.close)

    @property
    def path(self) -> str:
        """Path of its socket."""
        return self._listening.path

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """Lets it come to a safe point and end; returns when it has."""
        if os.getpid() != self._parent:
            # A fork of the parent ends; the sidecar is not its child.
            return
        atexit.unregister(self.close)
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.close()
        for signal in (None, SIGTERM, SIGKILL):
            if signal is not None:
                self._process.send_signal(signal)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
                break
        self._reader.join(2)
        self._listening.close()

    def last_words(self) -> str:
        """The last errors it wrote: there is no other log of a sidecar that has no server."""
        if not self.alive:
            self._reader.join(2)
        words = []
        for line in list(self._log):
            try:
                record = json.loads(line)
                if int(record["level"]) >= LOG_ERROR:
                    failure = record.get("err")
                    words.append(str(failure["message"] if isinstance(failure, dict) else record["msg"]))
            except (ValueError, KeyError, TypeError):
                # Not pino’s: Node itself had something to say.
                words.append(line)
        return " · ".join([word for word in dict.fromkeys(words) if word][-3:])

    def _read_log(self) -> None:
        stream = self._process.stderr
        if stream is None:
            return
        with stream:
            for line in stream:
                self._log.append(line.decode("utf-8", "replace").rstrip())


class Finder:
    """Knows which socket to use: DATAMARK_SOCKET, the one in a store's lock file, or that of our own child."""

    def __init__(self, root: Path | None = None, *, note: Callable[[str], None] = lambda _: None) -> None:
        self._wanted = root.resolve() if root else None
        self._note = note
        self._noted: set[str] = set()
        self._path: str | None = None
        self._child: Child | None = None

    @property
    def child(self) -> Child | None:
        """The sidecar started by us, if there is one."""
        return self._child

    def socket_path(self) -> str:
        """Path of a socket that takes connections. Raises DatamarkError."""
        if self._path is None or (self._child is not None and not self._child.alive):
            self.forget()
            self._path = self._find()
        return self._path

    def forget(self) -> None:
        """The socket did not answer: look again at the next request."""
        self._path = None
        if self._child is not None and not self._child.alive:
            self._child.close()
            self._child = None

    def give_up_child(self) -> None:
        """Our child can't work, because another process holds the store: end it, look for the other one."""
        self._path = None
        if self._child is not None:
            self._child.close()
            self._child = None

    def close(self) -> None:
        """Ends our child, if there is one."""
        self.give_up_child()

    def _find(self) -> str:
        if self._wanted is None:
            given = os.environ.get("DATAMARK_SOCKET")
            if given:
                if answers(given):
                    return given
                self._say(f"No server answers at DATAMARK_SOCKET ({given}); looking for another one.")
            if _provider() == "kubernetes":
                # Claims have no lock: what is done is written down in the cluster.
                self._child = Child(None)
                return self._child.path
        root = self._wanted or nearest_root(Path.cwd())
        if not root.is_dir():
            raise error("volume-not-found", f"{root} is not a directory.", "Name an existing directory with --root.")
        if root == root.parent:
            raise error(
                "invalid-request",
                "The root of the file system can’t be a volume.",
                "Change to the directory you work in, or name it with --root.",
            )
        deadline = time.monotonic() + LOCK_PATIENCE
        while (holder := lock_holder(root)) is not None:
            if holder.socket and answers(holder.socket):
                return holder.socket
            self._say(f"Another process ({holder.pid}) holds {root}; waiting for it to answer or end.")
            if time.monotonic() > deadline:
                raise error(
                    "store-locked",
                    f"Process {holder.pid} holds {root} since {holder.since} and does not answer.",
                    "End that process, then try again.",
                    about=str(root),
                )
            time.sleep(LOOK_AGAIN)
        self._child = Child(root)
        return self._child.path

    def _say(self, text: str) -> None:
        if text not in self._noted:
            self._noted.add(text)
            self._note(text)


def nearest_root(directory: Path) -> Path:
    """The nearest ancestor that has a store, else the directory itself."""
    directory = directory.resolve()
    for place in (directory, *directory.parents):
        if (place / STORE).is_dir():
            return place
    return directory


def answers(path: str) -> bool:
    """Whether somebody listens on a socket."""
    probe = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    probe.settimeout(5)
    try:
        probe.connect(path)
    except (OSError, ValueError):
        return False
    else:
        return True
    finally:
        probe.close()


def _provider() -> str:
    """Which provider serves here, as the server's extension decides it; DATAMARK_CONFIG may name it."""
    from .surroundings import choose_provider

    return choose_provider(str(extra_configuration().get("provider", "auto")))


def _configuration(root: Path | None) -> dict[str, object]:
    """The configuration of our own child: that of a directory, or of this pod's claims."""
    from .ingest_settings import ingest_settings
    from .mlflow_settings import lineage_settings
    from .surroundings import current_user, kubernetes_settings

    extra = {"user": current_user(), "lineage": lineage_settings(), **extra_configuration()}
    if root is not None:
        return {**extra, "provider": "local", "volumes": [{"path": str(root)}]}
    return {"kubernetes": kubernetes_settings(), "ingest": ingest_settings(), **extra, "provider": "kubernetes"}


def extra_configuration() -> dict[str, object]:
    """Settings for our own child from DATAMARK_CONFIG (the format of the sidecar), without its volumes."""
    given = os.environ.get("DATAMARK_CONFIG")
    if not given:
        return {}
    try:
        settings = json.loads(given)
    except ValueError:
        settings = None
    if not isinstance(settings, dict):
        raise error("invalid-request", "DATAMARK_CONFIG is not a JSON object.", "Correct it or unset DATAMARK_CONFIG.")
    return {name: value for name, value in settings.items() if name != "volumes"}
