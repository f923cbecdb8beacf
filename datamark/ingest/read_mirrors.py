"""The list of mirrors, asked of the sidecar."""

from __future__ import annotations

from ..client import Client
from .mirror_records import MirrorList


def read_mirrors(client: Client, *, anew: bool = False) -> MirrorList:
    """All mirrors of this server; `anew`: the storage is asked now, else the answer can be one poll old."""
    return client.read(MirrorList.read, client.get("/ingest/mirrors", {"anew": "true"} if anew else None))
