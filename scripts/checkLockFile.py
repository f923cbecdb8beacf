"""Checks that package-lock.json pins every package by content and names no place to fetch it from."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def complaints(lock: dict[str, dict[str, dict[str, object]]]) -> list[str]:
    """What is wrong with a lock file, one line per entry."""
    found: list[str] = []
    for path, entry in lock["packages"].items():
        if "resolved" in entry:
            found.append(f"{path}: has a `resolved` address")
        # The first entry is this project; bundled packages come inside another one.
        if path and "integrity" not in entry and not entry.get("inBundle"):
            found.append(f"{path}: has no `integrity`")
    return found


def main() -> None:
    """Prints the complaints; exit code 1 if there is one."""
    found = complaints(json.loads((ROOT / "package-lock.json").read_text()))
    print("\n".join(found) if found else "package-lock.json: ok")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
