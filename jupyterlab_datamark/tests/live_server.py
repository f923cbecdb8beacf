"""A Jupyter server in a process of its own, with Datamark alone loaded, and a client that speaks plain HTTP to it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import psutil

TOKEN = "a-token-of-the-tests"
BASE_URL = "/user/x/"
API = f"{BASE_URL}datamark/api/v1"
DEADLINE = 30.0
T = TypeVar("T")


def eventually(what: str, condition: Callable[[], T | None], deadline: float = DEADLINE) -> T:
    """The first truthy value of `condition`; fails with `what` when the deadline (s) has passed."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline} s: {what}")
        time.sleep(0.02)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object in the body."""
        document = json.loads(self.body)
        assert isinstance(document, dict)
        return document


class LiveServer:
    """Started by `start`; everything it writes stands below `home`."""

    def __init__(
        self, home: Path, extension: Mapping[str, object], environment: Mapping[str, str] | None = None
    ) -> None:
        self.home = home
        self.runtime = home / "runtime"
        self.root = home / "root"
        self.log_path = home / "server.log"
        # A machine that runs other tests besides may take long to start Node.
        self._extension: dict[str, object] = {"status_timeout": 20.0, **extension}
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The running server."""
        assert self._process is not None
        return self._process

    @property
    def log(self) -> str:
        """All that it has logged."""
        return self.log_path.read_text(encoding="utf-8")

    def start(self, more: Mapping[str, Mapping[str, object]] | None = None) -> LiveServer:
        """Starts it and waits until it answers; `more` is configuration by class."""
        config = self.home / "config"
        for directory in (config, self.runtime, self.root):
            directory.mkdir(parents=True, exist_ok=True)
        settings: dict[str, dict[str, object]] = {
            "ServerApp": {
                "jpserver_extensions": {"jupyterlab_datamark": True},
                "base_url": BASE_URL,
                "root_dir": str(self.root),
                "port": 0,
                "open_browser": False,
                "allow_root": True,
                # Makes every handler that forgets its login check fail.
                "allow_unauthenticated_access": False,
            },
            "IdentityProvider": {"token": TOKEN},
            "DatamarkExtension": self._extension,
        }
        for name, values in (more or {}).items():
            settings.setdefault(name, {}).update(values)
        settings_path = config / "settings.json"
        settings_path.write_text(json.dumps(settings), encoding="utf-8")
        environment = {
            **os.environ,
            "HOME": str(self.home),
            # Nothing of this machine's or this environment's configuration.
            "JUPYTER_NO_CONFIG": "1",
            "JUPYTER_RUNTIME_DIR": str(self.runtime),
            # Wherever the tests run: they are about directories, unless one says otherwise.
            "DATAMARK_PROVIDER": "local",
            **self._environment,
        }
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jupyter_server", f"--config={settings_path}"],
                env=environment,
                stdout=log,
                stderr=log,
                cwd=self.home,
            )
        information = self.runtime / f"jpserver-{self._process.pid}.json"
        self.port = eventually("the server tells its port", lambda: self._read_port(information))
        eventually("the server answers", self._answers)
        return self

    def _read_port(self, information: Path) -> int:
        assert self.process.poll() is None, self.log
        try:
            return int(json.loads(information.read_text(encoding="utf-8"))["port"])
        except (OSError, ValueError):
            return 0

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.log
        try:
            return self.request("GET", f"{BASE_URL}api").status == 200
        except OSError:
            return False

    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """One request with exactly these headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE)
        try:
            connection.request(method, path, body=body, headers=dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def api(self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        """One request below the API's prefix, with the token."""
        sent = {"Authorization": f"token {TOKEN}", **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/json"
        return self.request(method, API + path, sent, None if body is None else json.dumps(body).encode())

    def xsrf_of_a_stranger(self) -> str:
        """The token the login page gives to everybody."""
        return _cookies(self.request("GET", f"{BASE_URL}login"))["_xsrf"]

    def login(self) -> tuple[dict[str, str], str]:
        """Logs in as a browser does; answers with the Cookie header and the XSRF token."""
        page = self.request("GET", f"{BASE_URL}login")
        cookies = _cookies(page)
        form = urlencode({"_xsrf": cookies["_xsrf"], "password": TOKEN}).encode()
        sent = {"Cookie": _cookie_header(cookies), "Content-Type": "application/x-www-form-urlencoded"}
        done = self.request("POST", f"{BASE_URL}login", sent, form)
        assert done.status == 302, done
        cookies.update(_cookies(done))
        me = self.request("GET", f"{BASE_URL}api/me", {"Cookie": _cookie_header(cookies)})
        assert me.status == 200, me
        cookies.update(_cookies(me))
        return {"Cookie": _cookie_header(cookies)}, cookies["_xsrf"]

    def children(self) -> list[psutil.Process]:
        """Its Node processes."""
        return [child for child in psutil.Process(self.process.pid).children() if "--fd" in _command(child)]

    def socket_directories(self) -> list[Path]:
        """The directories of sockets in its runtime directory."""
        return sorted(self.runtime.glob("datamark-*"))

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ends it; no error if it has ended."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(number)
            self._process.wait(DEADLINE)


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def _cookies(answer: Answer) -> dict[str, str]:
    pairs = (value.split(";", 1)[0].split("=", 1) for value in answer.headers.get_all("Set-Cookie", []))
    return {name: value for name, value in pairs if value not in {"", '""'}}


def _cookie_header(cookies: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
