"""What a hub’s admin adds for Datamark, and servers that are started otherwise because a test asks for it.

Loaded behind the configuration of the hub itself. A test names its scenario in the options of a server:
`POST /hub/api/users/x/server {"scenario": "no-rights"}`; servers that people start by the form have none.
"""

from pathlib import Path

from kubespawner import KubeSpawner

c = get_config()  # noqa: F821

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "jupyterhub"
SHARED = "jupyterhub-shared-volume"


class ScenarioSpawner(KubeSpawner):
    """KubeSpawner, with the fault or the volumes of a test."""

    def start(self):
        """Applies the scenario, then starts."""
        scenario = self.user_options.get("scenario")
        if scenario:
            getattr(self, f"_{scenario.replace('-', '_')}")()
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
        self.service_account = "published-role"

    def _sub_path(self):
        self._mount("team", SHARED, "/home/jovyan/team", subPath="team-a")
        self._declare(f"/home/jovyan/team={SHARED}/team-a")

    def _read_only(self):
        self._mount("reference", SHARED, "/data/reference", readOnly=True)
        self._declare(f"/data/reference={SHARED}")

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
# Tests run commands by their ids.
c.KubeSpawner.args.extend(["--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None"])
c.KubeSpawner.args.extend(["--DatamarkExtension.allow_shared_snapshots=True"])
c.KubeSpawner.environment.update({"DATAMARK_VOLUMES": f"/home/jovyan={{pvc_name}},/home/shared={SHARED}"})
c.KubeSpawner.volumes.extend([{"name": "shared", "persistentVolumeClaim": {"claimName": SHARED}}])
c.KubeSpawner.volume_mounts.extend([{"name": "shared", "mountPath": "/home/shared"}])

# In this namespace, as Zero to JupyterHub reads what stands in hub.extraConfig.
exec((DEPLOY / "mount_clone.py").read_text())
