"""A real MLflow server as a process, and a store of it with many runs, for the benchmarks of lineage."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120
TAGS_OF_OTHERS = {"mlflow.user": "ann", "mlflow.source.type": "NOTEBOOK", "team": "churn", "stage": "trial"}

# Rows as MLflow 3.17 writes them.
_EXPERIMENT = (
    "INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time)"
    " VALUES (?, ?, ?, 'active', 0, 0)"
)
_RUN = (
    "INSERT INTO runs (run_uuid, name, start_time, end_time, experiment_id, status, user_id, lifecycle_stage,"
    " artifact_uri) VALUES (?, ?, ?, ?, ?, 'FINISHED', 'ann', 'active', 'files')"
)
_TAG = "INSERT INTO tags (key, value, run_uuid) VALUES (?, ?, ?)"
_PARAM = "INSERT INTO params (key, value, run_uuid) VALUES (?, ?, ?)"


def mlflow_programs() -> Path:
    """The folder of MLflow's programs; its environment is made where it is not."""
    command = [sys.executable, str(ROOT / "scripts" / "mlflowEnvironment.py")]
    return Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())


class MlflowProcess:
    """A running server with its data in a folder; a context manager that ends it."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.store = folder / "mlflow.db"
        programs = mlflow_programs()
        place = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
        stores = ["--backend-store-uri", f"sqlite:///{self.store}", "--artifacts-destination", str(folder / "files")]
        with (folder / "mlflow.log").open("wb") as log:
            self.process = subprocess.Popen(
                [str(programs / "mlflow"), "server", *place, *stores],
                cwd=folder,
                env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": ""},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def __enter__(self) -> "MlflowProcess":
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.address}/health"):  # noqa: S310 (an address of this file)
                    return self
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        self.__exit__(None, None, None)
        raise RuntimeError("MLflow did not start.")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            # Its worker is a process of the same group.
            os.killpg(self.process.pid, 9)
            self.process.wait()

    def fill(self, experiments: int, runs: int, tagged: int, tags: dict[str, str]) -> None:
        """Writes so many runs into its store, spread over experiments; of them `tagged` ones get these tags too."""
        with sqlite3.connect(self.store) as store:
            for nr in range(1, experiments + 1):
                store.execute(_EXPERIMENT, (nr, f"experiment {nr}", "files"))
            every = runs // tagged
            for nr in range(runs):
                run = f"{nr:032x}"
                began = 1_700_000_000_000 + nr
                store.execute(_RUN, (run, f"run {nr}", began, began + 1000, nr % experiments + 1))
                # All used some snapshot: what is searched for stands among many like it.
                other = {"datamark.github.io/volumes": json.dumps([{"uid": f"{nr:036x}", "snapshot": "another"}])}
                own = {**TAGS_OF_OTHERS, **(tags if nr % every == 0 else other)}
                store.executemany(_TAG, [(name, value, run) for name, value in own.items()])
                store.executemany(_PARAM, [(f"parameter {one}", str(nr), run) for one in range(5)])
