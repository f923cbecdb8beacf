"""The suites on a cluster: what they say where they can't run, and that a bed they started is taken down."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import runClusterTests
from outcome import Reader, read_jest, read_playwright

ROOT = Path(__file__).resolve().parents[2]
REASON = "it needs Go 1.26"


def fake_bed(folder: Path, **codes: int) -> Path:
    """Commands of a bed that do nothing but note that they were called, and end with these codes."""
    for name in ("needs", "status", "up", "down", "env"):
        script = folder / name
        script.write_text(f"#!/bin/sh\n[ {name} = env ] || echo {name} >>{folder}/calls\nexit {codes.get(name, 0)}\n")
        script.chmod(0o755)
    return folder


def calls(folder: Path) -> list[str]:
    """What was called, in order."""
    return (folder / "calls").read_text().split()


@pytest.mark.parametrize(("suite", "reader"), [("cluster", read_jest), ("hub", read_playwright)])
def test_a_suite_that_cannot_run_is_one_skip_with_the_reason_and_in_ci_a_failure(
    suite: str, reader: Reader, tmp_path: Path
) -> None:
    # No Go, no binaries: the first reason on any machine that has root.
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "sh", "sha256sum", "cut", "cat", "dirname", "uname", "id", "grep"):
        (tools / name).symlink_to(subprocess.check_output(["/usr/bin/which", name], text=True).strip())
    environment = {
        "PATH": str(tools),
        "HOME": str(tmp_path),
        "DATAMARK_BED_DIR": str(tmp_path / "bed"),
        "DATAMARK_BED_CACHE": str(tmp_path / "cache"),
    }
    report = tmp_path / "report.json"

    command = [sys.executable, str(ROOT / "scripts" / "runClusterTests.py"), suite, str(report)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, timeout=60)

    assert done.returncode == 0
    reason = "it needs root" if os.geteuid() else REASON
    assert f"The suite {suite} is skipped: {reason}" in done.stdout
    tolerant, strict = reader(report, False), reader(report, True)
    assert (tolerant.passed, tolerant.failed, tolerant.skipped) == (0, 0, 1)
    assert (strict.passed, strict.failed, strict.skipped) == (0, 1, 0)
    assert reason in strict.complaints[0]


def test_the_bed_is_taken_down_after_a_failed_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runClusterTests, "BED", fake_bed(tmp_path, status=3))

    assert runClusterTests.on_bed("cluster", tmp_path / "report.json", lambda report, environment: 1) == 1

    assert calls(tmp_path) == ["needs", "status", "up", "down"]


def test_the_bed_is_taken_down_when_the_run_is_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runClusterTests, "BED", fake_bed(tmp_path, status=3))

    def interrupted(report: Path, environment: dict[str, str]) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runClusterTests.on_bed("cluster", tmp_path / "report.json", interrupted)

    assert calls(tmp_path)[-1] == "down"


def test_what_a_failed_start_left_is_taken_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runClusterTests, "BED", fake_bed(tmp_path, status=3, up=1))

    with pytest.raises(subprocess.CalledProcessError):
        runClusterTests.on_bed("cluster", tmp_path / "report.json", lambda report, environment: 0)

    assert calls(tmp_path)[-1] == "down"


def test_a_bed_that_was_up_before_stays_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runClusterTests, "BED", fake_bed(tmp_path, status=0))

    assert runClusterTests.on_bed("cluster", tmp_path / "report.json", lambda report, environment: 0) == 0

    assert calls(tmp_path) == ["needs", "status", "up"]
