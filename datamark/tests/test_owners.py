"""`list --all-owners`: the table, and the way to the cluster and back."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from datamark.display import html, plain
from datamark.owners import OwnerList
from datamark.tests.scene import Command

AS_OF = "2026-11-22T12:00:00.000Z"


def _totals(**parts: Any) -> dict[str, Any]:
    return {
        "namespace": "hub",
        "owner": "ann",
        "snapshots": 1200,
        "automatic": 7,
        "held": 3,
        "notReady": 0,
        "oldest": "2026-11-01T00:00:00.000Z",
        "newest": "2026-11-02T00:00:00.000Z",
        "restoreSize": {"known": True, "bytes": 3 * 2**30},
        **parts,
    }


def _owners(*items: dict[str, Any], **parts: Any) -> OwnerList:
    counts = {"snapshots": sum(one["snapshots"] for one in items), "items": list(items)}
    whole = {"server": "api:6443", "asOf": AS_OF, "namespaces": None, "refused": [], **counts, **parts}
    return OwnerList.read(whole)


def test_a_row_per_owner_with_unknown_as_a_dash() -> None:
    unknown = {"known": False, "reason": "1 of 2 snapshots don’t say it."}
    text = plain(_owners(_totals(), _totals(owner=None, snapshots=2, restoreSize=unknown)))
    caption, head, first, second = text.splitlines()
    assert caption.startswith("api:6443, all namespaces · 1,202 snapshots of 2 owners · as of ")
    assert head.split("  ")[0] == "Owner"
    assert first.split()[:4] == ["ann", "1,200", "3", "7"]
    assert "3.00 GiB" in first
    assert second.count("–") == 2


def test_what_may_not_be_read_is_named() -> None:
    text = plain(_owners(_totals(), namespaces=["hub"], refused=["closed"]))
    assert "api:6443, hub · 1,200 snapshots of 1 owner · " in text
    assert "not allowed: closed" in text


def test_names_of_others_can_neither_steer_a_terminal_nor_a_page() -> None:
    owners = _owners(_totals(owner="<b>\x1b[2J"))
    assert "\x1b" not in plain(owners)
    assert "<b>" not in html(owners)


class _Cluster(BaseHTTPRequestHandler):
    """Three snapshots in two pages; an account that may not say `closed`, or, where it is narrow, only `hub`."""

    narrow = False

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        if "closed" in url.path or (self.narrow and "/namespaces/hub/" not in url.path):
            self._answer(403, {"kind": "Status", "code": 403, "reason": "Forbidden", "message": "no right"})
            return
        assert query["labelSelector"] == ["app.kubernetes.io/managed-by=datamark"]
        second = "continue" in query
        names = ["c"] if second else ["a", "b"]
        metadata = {"resourceVersion": "1"} if second else {"resourceVersion": "1", "continue": "more"}
        self._answer(200, {"metadata": metadata, "items": [self._snapshot(name) for name in names]})

    def _snapshot(self, name: str) -> dict[str, Any]:
        return {
            "metadata": {
                "name": name,
                "namespace": "hub",
                "uid": name,
                "creationTimestamp": "2026-11-01T00:00:00Z",
                "labels": {"datamark.github.io/owner": "ann"},
            },
            "spec": {"source": {"persistentVolumeClaimName": "claim-ann"}},
            "status": {"readyToUse": True, "restoreSize": "1Gi"},
        }

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A kubeconfig for the stand-in cluster, set in the environment."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Cluster)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    path = tmp_path / "kubeconfig"
    path.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{server.server_port}"}}],
                "users": [{"name": "u", "user": {"token": "t"}}],
                "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u", "namespace": "other"}}],
                "current-context": "x",
            }
        )
    )
    monkeypatch.setenv("KUBECONFIG", str(path))
    yield path
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("kubeconfig")
def test_the_totals_come_from_the_cluster(datamark: Command) -> None:
    found = datamark.json("list", "--all-owners")
    assert (found["namespaces"], found["snapshots"]) == (None, 3)
    (ann,) = found["items"]
    assert (ann["owner"], ann["snapshots"], ann["restoreSize"]["bytes"]) == ("ann", 3, 3 * 2**30)


@pytest.mark.usefixtures("kubeconfig")
def test_a_refusal_is_a_problem_of_the_catalogue(datamark: Command) -> None:
    done = datamark("list", "--all-owners", "--namespace", "closed", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["type"].endswith("/forbidden")
    assert "no right" in done.stderr


@pytest.mark.usefixtures("kubeconfig")
def test_an_account_of_one_namespace_gets_that_of_datamark_namespace(
    datamark: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_Cluster, "narrow", True)
    found = datamark.json("list", "--all-owners", env={"DATAMARK_NAMESPACE": "hub"})
    assert (found["namespaces"], found["refused"], found["snapshots"]) == (["hub"], [], 3)

    refused = datamark("list", "--all-owners", "--json")
    assert (refused.returncode, json.loads(refused.stdout)["type"].rpartition("/")[2]) == (3, "forbidden")


def test_without_all_owners_it_says_what_to_do(datamark: Command) -> None:
    done = datamark("list")
    assert done.returncode == 2
    assert "datamark snapshots" in done.stderr
