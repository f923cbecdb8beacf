"""Packs the controller's image of files of this host: makeControllerImage.py NAME:TAG OUT.tar BUNDLE NODE.

The same places as in deploy/controller/Containerfile: node, rsync and sync, with the shared libraries that they ask
for, and the bundle in /opt/datamark. What never changes is a layer of its own, so that a new bundle is there at once.
"""

import io
import re
import subprocess
import sys
import tarfile
from pathlib import Path

from makeImage import add_entry, add_file, layer, write_image

BUNDLE = "opt/datamark/sidecar.mjs"
RSYNC = Path("/usr/bin/rsync")
# Of coreutils, which every Debian has.
SYNC = Path("/usr/bin/sync")


def libraries(*programs: Path) -> dict[str, Path]:
    """The shared libraries of the programs, by the path at which they ask for them."""
    found = {}
    for program in programs:
        listed = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
        for asked in re.findall(r"(?:=> )?(/\S+) \(0x", listed):
            found[asked] = Path(asked).resolve()
    return found


def programs(node: Path) -> bytes:
    """The layer with the programs."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        for folder in ("usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "usr/local", "usr/local/bin"):
            add_entry(tar, folder, tarfile.DIRTYPE, 0o755)
        add_file(tar, "usr/local/bin/node", node.read_bytes(), 0o755)
        for program in (RSYNC, SYNC):
            add_file(tar, f"usr/bin/{program.name}", program.read_bytes(), 0o755)
        for asked, file in sorted(libraries(node, RSYNC, SYNC).items()):
            # /lib and /lib64 lead into /usr there as on a Debian.
            place = asked.lstrip("/")
            add_file(tar, place if place.startswith("usr/") else f"usr/{place}", file.read_bytes(), 0o755)
    return content.getvalue()


def bundled(bundle: Path) -> bytes:
    """The layer with the bundle."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        add_entry(tar, "opt/datamark", tarfile.DIRTYPE, 0o755)
        add_file(tar, BUNDLE, bundle.read_bytes())
    return content.getvalue()


def main(name: str, out: str, bundle: str, node: str) -> None:
    """Writes the image."""
    layers = [layer(None), programs(Path(node)), bundled(Path(bundle))]
    settings: dict[str, object] = {
        "Entrypoint": ["/usr/local/bin/node", f"/{BUNDLE}"],
        "User": "65532:65532",
        "WorkingDir": "/",
    }
    write_image(name, out, layers, settings)


if __name__ == "__main__":
    main(*sys.argv[1:])
