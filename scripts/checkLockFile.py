"""Checks that package-lock.json pins every package by content and names no place to fetch it from."""

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def complaints(lock: dict[str, Any], package: dict[str, Any]) -> list[str]:
    """What is wrong with a lock file, one line per entry."""
    found: list[str] = []
    for kind in ("dependencies", "devDependencies"):
        if lock["packages"][""].get(kind, {}) != package.get(kind, {}):
            found.append(f"{kind}: not those of package.json")
    for path, entry in lock["packages"].items():
        if "resolved" in entry:
            found.append(f"{path}: has a `resolved` address")
        # The first entry is this project; bundled packages come inside another one.
        if path and "integrity" not in entry and not entry.get("inBundle"):
            found.append(f"{path}: has no `integrity`")
    return found


def main() -> None:
    """Prints the complaints; exit code 1 if there is one."""
    lock, package = (json.loads((ROOT / name).read_text()) for name in ("package-lock.json", "package.json"))
    found = complaints(lock, package)
    print("\n".join(found) if found else "package-lock.json: ok")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
