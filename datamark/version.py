"""The version of this package: of the installed wheel, else of the source tree."""

from __future__ import annotations


def version() -> str:
    """For example `0.1.0`."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("jupyterlab-datamark")
    except PackageNotFoundError:
        import json
        from pathlib import Path

        package = Path(__file__).resolve().parent.parent / "package.json"
        return str(json.loads(package.read_text(encoding="utf-8"))["version"])
