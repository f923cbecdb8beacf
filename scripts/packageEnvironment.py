"""Makes a virtual environment of one of requirements/*.txt where it is not: packages that only some tests need.

It is kept outside the checkout by what it is made of, as the test bed's binaries are.
"""

import fcntl
import hashlib
import os
import subprocess
import venv
from collections.abc import Callable
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"


def package_environment(name: str, *, more: Callable[[Path], None] | None = None) -> Path:
    """The folder of the environment of requirements/NAME.txt. Waits where another process makes it.

    `more` is done in it while no other process can, each time.
    """
    requirements = REQUIREMENTS / f"{name}.txt"
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / f"datamark-{name}"
    place = cache / hashlib.sha256(requirements.read_bytes()).hexdigest()[:12]
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "installed").exists():
            venv.create(place, clear=True, with_pip=True)
            pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, "-r", str(requirements)], check=True)
            (place / "installed").touch()
        if more is not None:
            more(place)
    return place
