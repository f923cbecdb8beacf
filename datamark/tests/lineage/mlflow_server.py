"""A real MLflow server of the tests, with its data in a folder; it can be ended at once and started again there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from datamark.tests.lineage.mlflow_scene import mlflow_python, mlflow_tables
from datamark.tests.scene import clean_environment, wait_until


class MlflowServer:
    """Answers at `address`, without a password."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = int(probe.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None
        shutil.copyfile(mlflow_tables(), folder / "runs.db")
        self.start()

    @property
    def address(self) -> str:
        """Its tracking URI."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Starts it and waits until it answers."""
        store = ["--backend-store-uri", f"sqlite:///{self._folder}/runs.db"]
        files = ["--artifacts-destination", str(self._folder / "artifacts")]
        place = ["--host", "127.0.0.1", "--port", str(self._port), "--workers", "1"]
        program = str(mlflow_python().with_name("mlflow"))
        path = f"{mlflow_python().parent}:{os.environ['PATH']}"
        # Jobs are seven processes more.
        settings = {"PATH": path, "PYTHONPATH": "", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [program, "server", *place, *store, *files],
                cwd=self._folder,
                env={**clean_environment(), **settings, "HOME": str(self._folder)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            wait_until(self._answers, "MLflow answers")
        except BaseException:
            # Nobody gets it, and so nobody would end it.
            self.kill()
            raise

    def kill(self) -> None:
        """Ends it at once, as a crash does; its data stays."""
        if self._process is not None:
            # Its worker is a process of the same group.
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    @property
    def group(self) -> int:
        """Id of its group of processes: stopped by a signal it accepts connections and answers nothing."""
        assert self._process is not None
        return self._process.pid

    def thaw(self) -> None:
        """It answers again, also what was asked meanwhile."""
        os.killpg(self.group, signal.SIGCONT)

    def call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Its REST API, as a test uses it to see what is there: POSTs a body, else GETs."""
        request = urllib.request.Request(  # noqa: S310 (an address of this file)
            f"{self.address}/api/2.0/mlflow/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return json.load(answer)

    def new_run(self, name: str = "train") -> str:
        """Id of a run that some other program makes: nothing tags it."""
        body = {"experiment_id": "0", "start_time": 1_600_000_000_000, "run_name": name}
        return str(self.call("runs/create", body)["run"]["info"]["run_id"])

    def tags(self, run: str) -> dict[str, str]:
        """Tags of a run, without MLflow's own."""
        stored = self.call(f"runs/get?run_id={run}")["run"]["data"].get("tags", [])
        return {one["key"]: one["value"] for one in stored if not one["key"].startswith("mlflow.")}

    def digests(self, run: str) -> list[str]:
        """Digests of the datasets of a run."""
        inputs = self.call(f"runs/get?run_id={run}")["run"].get("inputs", {})
        return [one["dataset"]["digest"] for one in inputs.get("dataset_inputs", [])]

    def register(self, name: str, run: str, alias: str) -> None:
        """A first version of a model from a run, with an alias."""
        self.call("registered-models/create", {"name": name})
        self.call("model-versions/create", {"name": name, "source": f"runs:/{run}/model", "run_id": run})
        self.call("registered-models/alias", {"name": name, "alias": alias, "version": "1"})

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "log").read_text()[-2000:]
        try:
            with urllib.request.urlopen(f"{self.address}/health") as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
