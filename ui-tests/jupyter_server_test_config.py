"""Configuration of the real Jupyter servers that the browser tests start (ui-tests/server/jupyterServer.ts).

Never use it for anything else: without a login it removes all protection of the server.
"""

import json
import os

from jupyterlab.galata import configure_jupyter_server

c = get_config()  # noqa: F821
configure_jupyter_server(c)

given = json.loads(os.environ["DATAMARK_UI_TEST"])
c.ServerApp.port = given["port"]
c.ServerApp.root_dir = given["root"]
c.LabApp.workspaces_dir = given["workspaces"]
c.LabApp.user_settings_dir = given["settings"]
# Containers run the tests as root.
c.ServerApp.allow_root = True
c.ServerApp.base_url = given["baseUrl"]
# No look at the network for news or a newer version: a test must not depend on who answers there.
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
if given["token"]:
    # The way in that people have: a token once, then a cookie, and XSRF checked on every change.
    c.IdentityProvider.token = given["token"]
    c.ServerApp.disable_check_xsrf = False
# A free port may be taken by another kernel before this one listens on it; a socket has a name of its own.
c.KernelManager.transport = "ipc"
if given["node"]:
    c.DatamarkExtension.node = given["node"]
if given["serverExtension"] is False:
    c.ServerApp.jpserver_extensions = {"jupyterlab_datamark": False}
