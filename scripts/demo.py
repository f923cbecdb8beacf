"""`make demo`: opens JupyterLab on a folder with sample notebooks, on real files, and ends with it on Ctrl+C.

The folder is .demo/project; what is there already is left alone, so that work in it survives the next start.
"""

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path

from makeSampleData import write_readings

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = "127.0.0.1"
START_SECONDS = 60


def prepare_folder(folder: Path) -> None:
    """Puts the samples into the folder, except those that are there."""
    for source in sorted((ROOT / "examples").rglob("*")):
        target = folder / source.relative_to(ROOT / "examples")
        if source.is_file() and "tests" not in source.parts and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    readings = folder / "data" / "readings.csv"
    if not readings.exists():
        readings.parent.mkdir(parents=True, exist_ok=True)
        with readings.open("w") as file:
            write_readings(file)


def is_free(port: int) -> bool:
    """Whether a server can listen on the port now."""
    with socket.socket() as probe:
        # As Jupyter's own socket: a port that was in use a moment ago can be had.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return False
    return True


def choose_port(wanted: str) -> int:
    """The port asked for, else the first free one from 8888 on."""
    if not wanted:
        return next(port for port in range(8888, 8988) if is_free(port))
    if not wanted.isdigit() or not 0 < int(wanted) < 65536:
        sys.exit(f"PORT={wanted} is not a port number. Use for example: make demo PORT=8889")
    if not is_free(int(wanted)):
        sys.exit(f"Port {wanted} is in use. Use another one, for example: make demo PORT={int(wanted) + 1}")
    return int(wanted)


def lab_command(folder: Path, port: int, token: str) -> list[str]:
    """How JupyterLab is started for the demo."""
    return [
        str(Path(sys.executable).with_name("jupyter-lab")),
        f"--ServerApp.root_dir={folder}",
        f"--ServerApp.ip={ADDRESS}",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        "--ServerApp.open_browser=False",
        f"--IdentityProvider.token={token}",
        f"--ServerApp.allow_root={os.geteuid() == 0}",
        "--ServerApp.log_level=WARN",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]


def lab_environment() -> dict[str, str]:
    """The environment of the demo: settings and layouts of its own, so that a person's own stay as they are."""
    own = ROOT / ".build" / "demo"
    notifications = own / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    if not notifications.exists():
        # No question about news in a first look.
        notifications.parent.mkdir(parents=True, exist_ok=True)
        notifications.write_text('{"fetchNews": "false"}\n')
    return {
        **os.environ,
        # The demo is about a directory, also in a pod.
        "DATAMARK_PROVIDER": "local",
        "JUPYTER_CONFIG_DIR": str(own / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(own / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(own / "workspaces"),
        # The demo's kernels and terminals find `datamark` and this Python first.
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }


def wait_until_up(process: subprocess.Popen[bytes], port: int) -> None:
    """Returns once the server answers; ends the program if it stops or stays silent."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://{ADDRESS}:{port}/api", timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            try:
                process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
    stop(process)
    sys.exit("JupyterLab did not start. What it said stands above.")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends JupyterLab with its kernels and the sidecar."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def interrupt(*_: object) -> None:
    """Makes SIGTERM end the demo as Ctrl+C does."""
    raise KeyboardInterrupt


def main() -> None:
    """Runs the demo until Ctrl+C."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", default="")
    arguments.add_argument("--browser", default="1", help="0: print the address only")
    arguments.add_argument("--folder", type=Path, default=ROOT / ".demo" / "project")
    given = arguments.parse_args()

    port = choose_port(given.port)
    folder = given.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    prepare_folder(folder)
    if os.geteuid() == 0:
        print("Note: you are root, so notebooks in this demo run as root too.", flush=True)
    token = secrets.token_hex(16)
    signal.signal(signal.SIGTERM, interrupt)
    # A session of its own: Ctrl+C reaches this program alone, which then stops the server in order.
    process = subprocess.Popen(lab_command(folder, port, token), env=lab_environment(), start_new_session=True)
    try:
        wait_until_up(process, port)
        address = f"http://{ADDRESS}:{port}/lab/tree/tour.ipynb?token={token}"
        print(
            f"\nJupyterLab with Datamark is at\n\n    {address}\n\nIts files are in {folder}. Ctrl+C stops it.",
            flush=True,
        )
        if given.browser != "0" and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            webbrowser.open(address)
        process.wait()
        sys.exit(f"JupyterLab ended with exit code {process.returncode}.")
    except KeyboardInterrupt:
        print("\nStopping JupyterLab.")
    finally:
        stop(process)


if __name__ == "__main__":
    main()
