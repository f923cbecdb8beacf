"""The sidecar's configuration document, made of the extension's settings; see server/src/configuration.ts."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from datamark.ingest_settings import ingest_settings
from datamark.mlflow_settings import lineage_settings
from datamark.surroundings import choose_provider, current_user, kubernetes_settings

from .automatic_snapshots import AutomaticSnapshots
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
    automatic: AutomaticSnapshots = field(default_factory=AutomaticSnapshots)
    provider: str = "auto"
    snapshot_class: str = ""
    allow_shared_snapshots: bool = False
    isolation: str = ""
    mlflow_tracking_uri: str = ""
    cluster_alias: str = ""
    kernels: str | None = None
    controller_url: str = ""
    controller_files: str = ""
    max_data_age: dict[str, str] = field(default_factory=dict)

    def document(self) -> JsonObject:
        """The configuration as it is at this start. Raises ConfigurationError."""
        if choose_provider(self.provider, directories=bool(self.volumes)) == "kubernetes":
            return self._of_claims()
        return self._of_directories()

    def _of_claims(self) -> JsonObject:
        return {
            "provider": "kubernetes",
            # By its name alone: claims may be on storage that does not answer, and are compared by name as well.
            "serverRoot": os.path.abspath(self.root.expanduser()),  # noqa: PTH100
            "user": current_user(),
            "logLevel": self.log_level,
            "automatic": self.automatic.document(),
            "lineage": self._lineage(),
            "ingest": ingest_settings(
                controller_url=self.controller_url,
                controller_files=self.controller_files,
                max_data_age=self.max_data_age,
            ),
            "kubernetes": kubernetes_settings(
                snapshot_class=self.snapshot_class,
                allow_shared_snapshots=self.allow_shared_snapshots,
                isolation=self.isolation,
            ),
        }

    def _of_directories(self) -> JsonObject:
        root = self.root.expanduser().resolve()
        named: list[JsonObject] = [
            {"name": name, "path": str(root / Path(path).expanduser())} for name, path in self.volumes.items()
        ]
        document: JsonObject = {
            "provider": "local",
            "volumes": named or [{"path": str(root)}],
            "serverRoot": str(root),
            "exclude": self.exclude,
            "user": current_user(),
            "logLevel": self.log_level,
            "automatic": self.automatic.document(),
            "lineage": self._lineage(),
        }
        faults = os.environ.get(FAULTS_VARIABLE)
        if faults:
            try:
                document["faults"] = json.loads(faults)
            except ValueError as error:
                detail = f"{FAULTS_VARIABLE} is not JSON: {error}."
                raise ConfigurationError(detail, "Correct it and restart the Jupyter server.") from error
        return document

    def _lineage(self) -> JsonObject:
        return lineage_settings(tracking_uri=self.mlflow_tracking_uri, alias=self.cluster_alias, kernels=self.kernels)
