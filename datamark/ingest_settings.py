"""Which `datamark-controller` the sidecar asks about mirrors in ONTAP, and how old data may be.

Standard library only; the server extension and the command use it alike. Nothing secret is read here: the sidecar
reads the token itself, anew for each request.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

# Where the manifests in deploy/ mount the controller's authority (ca.crt) and the token for it (token).
FILES = "/var/run/secrets/datamark"


def ingest_settings(
    *,
    controller_url: str = "",
    controller_files: str = "",
    max_data_age: Mapping[str, str] | None = None,
    environment: Mapping[str, str] = os.environ,
) -> dict[str, object]:
    """`ingest` of the sidecar's configuration; see server/src/ingest/ingestSettings.ts, which judges it."""
    url = controller_url.strip() or environment.get("DATAMARK_CONTROLLER_URL", "").strip()
    files = Path(controller_files.strip() or environment.get("DATAMARK_CONTROLLER_FILES", "").strip() or FILES)
    controller = {"url": url, "caFile": str(files / "ca.crt"), "tokenFile": str(files / "token")} if url else None
    return {"controller": controller, "maxAge": dict(max_data_age or {})}
