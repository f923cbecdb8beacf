"""What a hub’s admin adds for Datamark, and servers that are started otherwise because a test asks for it.

Loaded behind the configuration of the hub itself. A test names its scenario in the options of a server:
`POST /hub/api/users/x/server {"scenario": "no-rights"}`; servers that people start by the form have none.
"""

import os
import secrets
from pathlib import Path
from typing import ClassVar

from kubespawner import KubeSpawner

c = get_config()  # noqa: F821

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "jupyterhub"
SHARED = "jupyterhub-shared-volume"
REFERENCE = "reference-data"


class ScenarioSpawner(KubeSpawner):
    """KubeSpawner, with the fault or the volumes of a test."""

    # What the servers of a user are told of MLflow, by the name of the user.
    mlflow: ClassVar[dict[str, dict]] = {}

    def start(self):
        """Applies the scenario, then starts."""
        scenario = self.user_options.get("scenario")
        if scenario:
            getattr(self, f"_{scenario.replace('-', '_')}")()
        if self.user.name in self.mlflow:
            self._tell_of_mlflow(**self.mlflow[self.user.name])
        return super().start()

    def _without_extension(self):
        self.args = [*self.args, "--ServerApp.jpserver_extensions={'jupyterlab_datamark': False}"]

    def _no_node(self):
        self.args = [*self.args, "--DatamarkExtension.node=/nowhere/node"]

    def _no_rights(self):
        self.service_account = "without-rights"

    def _unreachable(self):
        # An address of the pods that nobody has: nothing answers, as behind a network policy.
        self.environment = {**self.environment, "KUBERNETES_SERVICE_HOST": "10.88.255.254"}

    def _published_role(self):
        # What NetApp's guide for its toolkit grants, without policies: its admin has to say that there are none.
        self.service_account = "published-role"
        self.args = [*self.args, "--DatamarkExtension.isolation=off"]

    def _by_table(self):
        self.service_account = "singleuser-by-table"

    def _of_an_old_hub(self):
        # What KubeSpawner 6 kept of a server. With it, 7 looks for a claim with the name that 6 gave it.
        self.load_state({"pod_name": self.pod_name})

    def _sub_path(self):
        self._mount("team", SHARED, "/home/jovyan/team", subPath="team-a")
        self._declare(f"/home/jovyan/team={SHARED}/team-a")

    def _read_only(self):
        self._mount("reference", REFERENCE, "/data/reference", readOnly=True)
        self._declare(f"/data/reference={REFERENCE}")

    def _with_mlflow(self):
        # Also for the servers that this user starts by a page, which names no scenario.
        self.mlflow[self.user.name] = self.user_options["mlflow"]

    def _with_mirrors(self):
        """Adds claims that mirrors arrive in, by their folder below home, and what asks the controller about them."""
        mirrors = self.user_options["mirrors"]
        for folder, claim in mirrors["claims"].items():
            self._mount(folder, claim, f"/home/jovyan/{folder}")
            self._declare(f"/home/jovyan/{folder}={claim}")
        self.volumes = [*self.volumes, {"name": "datamark", "projected": {"sources": mirrors["projected"]}}]
        mount = {"name": "datamark", "mountPath": "/var/run/secrets/datamark", "readOnly": True}
        self.volume_mounts = [*self.volume_mounts, mount]
        self.environment = {**self.environment, "DATAMARK_CONTROLLER_URL": f"https://{mirrors['host']}"}
        self._alias(mirrors["ip"], mirrors["host"])
        if "mlflow" in self.user_options:
            self._with_mlflow()

    def _alias(self, ip, name):
        aliases = self.extra_pod_config.get("hostAliases", [])
        added = {"ip": ip, "hostnames": [name]}
        self.extra_pod_config = {**self.extra_pod_config, "hostAliases": [*aliases, added]}

    def _tell_of_mlflow(self, uri, hosts, kernels, folders):
        if "MLFLOW_TRACKING_URI" in self.environment:
            return
        # Where the kernels are that have MLflow; elsewhere they are in the image, and a DNS knows the host.
        self.environment = {**self.environment, "MLFLOW_TRACKING_URI": uri, "JUPYTER_PATH": kernels}
        for name, ip in hosts.items():
            self._alias(ip, name)
        named = {f"mlflow{i}": path for i, path in enumerate(folders)}
        volumes = [{"name": name, "hostPath": {"path": path}} for name, path in named.items()]
        mounts = [{"name": name, "mountPath": path, "readOnly": True} for name, path in named.items()]
        self.volumes = [*self.volumes, *volumes]
        self.volume_mounts = [*self.volume_mounts, *mounts]

    def _mount(self, name, claim, path, **how):
        volume = {"name": name, "persistentVolumeClaim": {"claimName": claim}}
        self.volumes = [*self.volumes, volume]
        self.volume_mounts = [*self.volume_mounts, {"name": name, "mountPath": path, **how}]

    def _declare(self, entry):
        declared = self.environment["DATAMARK_VOLUMES"]
        self.environment = {**self.environment, "DATAMARK_VOLUMES": f"{declared},{entry}"}


c.JupyterHub.spawner_class = ScenarioSpawner
c.JupyterHub.allow_named_servers = True
c.KubeSpawner.service_account = "datamark-singleuser"
# Sooner than the 30 s of a hub, so that a test does not wait for the look that finds a server ended.
c.KubeSpawner.poll_interval = 5
# Tests run commands by their ids.
c.KubeSpawner.args.extend(["--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None"])
c.KubeSpawner.args.extend(["--DatamarkExtension.allow_shared_snapshots=True"])
c.KubeSpawner.environment.update({"DATAMARK_VOLUMES": f"/home/jovyan={{pvc_name}},/home/shared={SHARED}"})
c.KubeSpawner.volumes.extend([{"name": "shared", "persistentVolumeClaim": {"claimName": SHARED}}])
c.KubeSpawner.volume_mounts.extend([{"name": "shared", "mountPath": "/home/shared"}])

# The controller starts the servers of those in this group alone, so that tests see both: one that is clicked for, and
# one that comes back by itself.
token = Path(os.environ["HUB_STATE"], "controller-token")
if not token.exists():
    token.touch(mode=0o600)
    token.write_text(secrets.token_hex(16))
c.JupyterHub.services.append({"name": "datamark-controller", "api_token": token.read_text()})
c.JupyterHub.load_groups = {"started-again": {"users": []}}
c.JupyterHub.load_roles.extend(
    [
        {
            "name": "datamark-controller",
            "services": ["datamark-controller"],
            "scopes": ["servers!group=started-again"],
        },
        {"name": "testbed-groups", "services": ["testbed"], "scopes": ["groups"]},
    ]
)

# In this namespace, one behind the other, as Zero to JupyterHub reads what stands in hub.extraConfig.
exec((DEPLOY / "mount_clone.py").read_text())
exec((DEPLOY / "restore_gate.py").read_text())
