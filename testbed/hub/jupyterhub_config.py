"""JupyterHub of the test bed: a process beside the cluster, its users' servers pods by KubeSpawner.

Read by JupyterHub, which brings `get_config` and `load_subconfig`; `up` sets the environment.
"""

import os
from pathlib import Path

c = get_config()  # noqa: F821
env = os.environ
state = Path(env["HUB_STATE"])
venv = env["HUB_VENV"]
# An environment's Python lives in another folder, which pods need too.
prefix = next(
    str(Path(line.split("=", 1)[1].strip()).parent)
    for line in Path(venv, "pyvenv.cfg").read_text().splitlines()
    if line.startswith("home")
)

c.JupyterHub.bind_url = f"http://{env['HUB_IP']}:8000"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:8001"
c.ConfigurableHTTPProxy.command = [env["HUB_NODE"], env["HUB_PROXY"]]
c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")
c.JupyterHub.hub_bind_url = f"http://{env['HUB_IP']}:8081"
c.JupyterHub.db_url = f"sqlite:///{state}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = str(state / "cookie_secret")
# Servers outlive the hub, as they do where the hub is a pod itself.
c.JupyterHub.cleanup_servers = False

c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = (state / "password").read_text().strip()
c.Authenticator.allow_all = True
c.JupyterHub.services = [{"name": "testbed", "api_token": (state / "token").read_text().strip()}]
scopes = ["admin:users", "admin:servers", "access:servers", "tokens", "list:services", "read:hub", "proxy"]
c.JupyterHub.load_roles = [{"name": "testbed-admin", "services": ["testbed"], "scopes": scopes}]

c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
spawner = c.KubeSpawner
spawner.namespace = env["HUB_NAMESPACE"]
spawner.image = "localhost/testbed-base:1"
spawner.image_pull_policy = "Never"
spawner.uid = 0
spawner.fs_gid = 0
spawner.cmd = [f"{venv}/bin/jupyterhub-singleuser"]
spawner.args = ["--allow-root"]
spawner.default_url = "/lab"
spawner.notebook_dir = "/home/jovyan"
spawner.working_dir = "/home/jovyan"
spawner.environment = {
    "HOME": "/home/jovyan",
    "PATH": f"{venv}/bin:/usr/local/bin:/usr/bin:/bin",
    "SHELL": "/bin/bash",
}
spawner.service_account = "singleuser"
spawner.automount_service_account_token = True
spawner.start_timeout = 90
spawner.http_timeout = 90
# The test bed has no cluster DNS.
spawner.extra_pod_config = {"dnsPolicy": "Default"}
spawner.delete_grace_period = 1

spawner.storage_pvc_ensure = True
spawner.storage_capacity = "1Gi"
spawner.storage_access_modes = ["ReadWriteOnce"]
spawner.pvc_name_template = "claim-{user_server}"
if env.get("HUB_STORAGE_CLASS"):
    spawner.storage_class = env["HUB_STORAGE_CLASS"]

# From the host, read-only, what a server needs to run; the image is empty.
extra = [path for path in env.get("HUB_PATHS", "").split(":") if path]
wanted = ["/usr", "/etc/ssl", venv, str(Path(prefix).parent), *extra]
paths = list(dict.fromkeys(path for path in wanted if path == "/usr" or not path.startswith("/usr/")))
paths = [path for path in paths if path != "/"]
volumes = [{"name": f"host{i}", "hostPath": {"path": path}} for i, path in enumerate(paths)]
mounts = [{"name": f"host{i}", "mountPath": path, "readOnly": True} for i, path in enumerate(paths)]
spawner.volumes = [*volumes, {"name": "home", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}]
spawner.volume_mounts = [*mounts, {"name": "home", "mountPath": "/home/jovyan"}]

if env.get("HUB_CONFIG"):
    load_subconfig(env["HUB_CONFIG"])  # noqa: F821
