"""Which MLflow the sidecar asks, and as whom: from the environment that MLflow's own client reads.

Standard library only; the server extension and the command use it alike. What it returns holds secrets: it goes into
the sidecar's configuration, which travels in an environment variable, and nowhere else.
"""

from __future__ import annotations

import configparser
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from .lineage.run_tags import image_in
from .surroundings import TOKEN

# As in the contract (lineageSettings.ts): what links call the cluster.
_ALIAS = re.compile(r"[\w.-]{1,63}", re.ASCII)
_ON = {"true", "1"}


class Unusable(ValueError):
    """What is set for MLflow can't be used; the text says why, without any secret."""


class Credentials(NamedTuple):
    """A name and a password; empty: none."""

    username: str
    password: str


def lineage_settings(
    *,
    tracking_uri: str = "",
    alias: str = "",
    kernels: str | None = None,
    environment: Mapping[str, str] = os.environ,
    token: Path = TOKEN,
    home: Path | None = None,
) -> dict[str, object]:
    """`lineage` of the sidecar's configuration; see server/src/lineage/lineageSettings.ts. Raises nothing.

    `tracking_uri` and `alias` are settings that count before the environment, `kernels` is where Jupyter keeps
    connection files, `home` holds `.mlflow/credentials`.
    """
    found: dict[str, object] = {"kernels": kernels}
    if (image := image_in(environment)) is not None:
        found["image"] = image
    try:
        named = (alias or environment.get("DATAMARK_CLUSTER", "")).strip()
        if named and not _ALIAS.fullmatch(named):
            raise Unusable("The alias of the cluster takes up to 63 letters, digits, dots, hyphens and underscores.")
        found["cluster"] = named or None
        found["mlflow"] = _mlflow(tracking_uri.strip(), environment, token, home or Path.home())
    except Unusable as why:
        found["unusable"] = str(why)
    except RuntimeError:
        found["unusable"] = "The home directory can’t be told, where MLflow keeps credentials."
    return found


def _mlflow(tracking_uri: str, environment: Mapping[str, str], token: Path, home: Path) -> dict[str, object] | None:
    """`mlflow` of it; None: nothing is set. Raises Unusable."""
    set_here = environment.get("MLFLOW_TRACKING_URI", "").strip()
    text = tracking_uri or set_here
    if not text:
        return None
    address = _address(text)
    inside = _credentials_in(address)
    # Credentials of the environment are for the server of the environment.
    ours = not tracking_uri or not set_here or _origin(_address(set_here)) == _origin(address)
    if environment.get("MLFLOW_TRACKING_AWS_SIGV4", "").strip().lower() in _ON:
        raise Unusable("MLFLOW_TRACKING_AWS_SIGV4 is set, and requests signed for AWS can’t be made here.")
    authority = environment.get("MLFLOW_TRACKING_SERVER_CERT_PATH", "").strip()
    return {
        "trackingUri": address._replace(netloc=address.netloc.rpartition("@")[2], query="", fragment="").geturl(),
        "auth": _auth(inside, environment, token, home) if ours else _basic(inside),
        "workspace": environment.get("MLFLOW_WORKSPACE", "").strip() or None if ours else None,
        # The sidecar works in another directory.
        "caFile": os.path.abspath(authority) if authority else None,  # noqa: PTH100
    }


def _address(text: str) -> SplitResult:
    if re.search(r"[\s\\^`{|}<>\"]", text):
        raise Unusable("The address of MLflow holds characters that no address has.")
    try:
        address = urlsplit(text)
        port = address.port
    except ValueError:
        raise Unusable("The address of MLflow can’t be read: MLFLOW_TRACKING_URI takes http(s)://host:port.") from None
    if address.scheme not in ("http", "https"):
        kinds = {"": "a directory", "file": "a directory", "databricks": "Databricks", "databricks-uc": "Databricks"}
        what = kinds.get(address.scheme, "a database" if "sql" in address.scheme else "something else than a server")
        raise Unusable(f"MLFLOW_TRACKING_URI names {what}, and only an MLflow server (http or https) can be asked.")
    if not address.hostname or port == 0:
        raise Unusable("The address of MLflow names no host: MLFLOW_TRACKING_URI takes http(s)://host:port.")
    return address


def _origin(address: SplitResult) -> tuple[str, str | None, int]:
    return address.scheme, address.hostname, address.port or (443 if address.scheme == "https" else 80)


def _auth(inside: Credentials, environment: Mapping[str, str], token: Path, home: Path) -> dict[str, object]:
    """In the order of MLflow's client: its plugin, a name with a password, a token."""
    plugin = environment.get("MLFLOW_TRACKING_AUTH", "").strip()
    if plugin == "kubernetes":
        return {"kind": plugin, "tokenFile": str(token)}
    if plugin == "kubernetes-namespaced":
        return {"kind": plugin, "tokenFile": str(token), "namespaceFile": str(token.with_name("namespace"))}
    if plugin:
        raise Unusable("MLFLOW_TRACKING_AUTH names another plugin than kubernetes or kubernetes-namespaced.")
    kept = _kept_credentials(home)
    named = Credentials(
        environment.get("MLFLOW_TRACKING_USERNAME") or kept.username,
        environment.get("MLFLOW_TRACKING_PASSWORD") or kept.password,
    )
    bearer = environment.get("MLFLOW_TRACKING_TOKEN", "")
    if all(named):
        return _basic(named)
    if bearer:
        return {"kind": "bearer", "token": bearer}
    return _basic(inside)


def _basic(named: Credentials) -> dict[str, object]:
    if not all(named):
        return {"kind": "none"}
    return {"kind": "basic", "username": named.username, "password": named.password}


def _credentials_in(address: SplitResult) -> Credentials:
    return Credentials(unquote(address.username or ""), unquote(address.password or ""))


def _kept_credentials(home: Path) -> Credentials:
    """Those in MLflow's own file; none where it can't be read, as for MLflow."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(home / ".mlflow" / "credentials", encoding="utf-8")
        kept = parser["mlflow"]
    except (OSError, KeyError, configparser.Error, UnicodeDecodeError):
        return Credentials("", "")
    return Credentials(kept.get("mlflow_tracking_username", ""), kept.get("mlflow_tracking_password", ""))
