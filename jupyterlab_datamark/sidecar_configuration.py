"""The sidecar's configuration document, made of the extension's settings; see server/src/configuration.ts."""

from __future__ import annotations

import getpass
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from .configuration_error import ConfigurationError
from .unavailable import JsonObject

# Makes the sidecar slow, failing or killed; only tests set it.
FAULTS_VARIABLE = "DATAMARK_TEST_FAULTS"


@dataclass(frozen=True)
class SidecarSettings:
    """What the sidecar serves."""

    root: Path
    volumes: dict[str, str] = field(default_factory=dict)
    exclude: list[str] = field(default_factory=list)
    log_level: str = "info"

    def document(self) -> JsonObject:
        """The configuration as it is at this start. Raises ConfigurationError."""
        root = self.root.expanduser().resolve()
        named: list[JsonObject] = [
            {"name": name, "path": str(root / Path(path).expanduser())} for name, path in self.volumes.items()
        ]
        document: JsonObject = {
            "provider": "local",
            "volumes": named or [{"path": str(root)}],
            "serverRoot": str(root),
            "exclude": self.exclude,
            "user": _user(),
            "logLevel": self.log_level,
        }
        faults = os.environ.get(FAULTS_VARIABLE)
        if faults:
            try:
                document["faults"] = json.loads(faults)
            except ValueError as error:
                detail = f"{FAULTS_VARIABLE} is not JSON: {error}."
                raise ConfigurationError(detail, "Correct it and restart the Jupyter server.") from error
        return document


def _user() -> str | None:
    """The hub's user, else the one who runs the server; None for a number without a name."""
    hub_user = os.environ.get("JUPYTERHUB_USER")
    if hub_user:
        return hub_user
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None
