"""Running the suites: what counts as a failure, which run side by side, and that none outlives the run."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import runTests
from outcome import Outcome, Reader, read_jest
from suiteRun import Lane, Suite, SuiteRun

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 30


def until(holds: Callable[[], bool]) -> None:
    """Waits for something with a deadline."""
    end = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def suite(folder: Path, name: str, script: str, reader: Reader | None = None, minutes: int = 1) -> Suite:
    """A suite that is a shell script."""
    return Suite(name, ["sh", "-c", script], reader, minutes, folder / f"{name}.json")


def outcome_of(one: Suite) -> Outcome:
    """Runs it to its end."""
    run = SuiteRun(one, one.report.parent)
    until(lambda: not run.is_running())
    return run.outcome(True)


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("exit 3", "it ended with exit code 3"),
        ("true", "it wrote no report"),
        ("""echo '{"testResults": []}' >cluster.json""", "it ran no test"),
    ],
)
def test_silence_is_a_failure(script: str, complaint: str, tmp_path: Path) -> None:
    outcome = outcome_of(suite(tmp_path, "cluster", script, reader=read_jest))
    assert (outcome.passed, outcome.failed, outcome.complaints) == (0, 1, [complaint])


def test_a_suite_whose_time_is_over_is_ended_and_has_failed(tmp_path: Path) -> None:
    outcome = outcome_of(suite(tmp_path, "slow", "exec sleep 600", minutes=0))
    assert (outcome.passed, outcome.complaints) == (0, ["it did not end within 0 minutes"])


def test_lanes_run_side_by_side_and_suites_of_a_lane_one_after_another(tmp_path: Path) -> None:
    # Each of the first two ends only when the other one has begun.
    lanes = [
        Lane(
            [
                suite(tmp_path, "one", "touch one; until [ -e beside ]; do sleep 0.02; done; touch one-ended"),
                suite(tmp_path, "two", "[ -e one-ended ]"),
            ],
            tmp_path,
        ),
        Lane([suite(tmp_path, "beside", "touch beside; until [ -e one ]; do sleep 0.02; done")], tmp_path),
    ]
    told: dict[str, int] = {}

    def all_ended() -> bool:
        for lane in lanes:
            told.update({run.suite.name: run.outcome(True).failed for run in lane.ended()})
        return not any(lane.left for lane in lanes)

    until(all_ended)
    assert told == {"one": 0, "two": 0, "beside": 0}


@pytest.mark.parametrize(
    ("names", "kubeconfig", "hub_beds"), [({"cluster", "hub"}, "", 1), ({"hub"}, "", 0), ({"cluster", "hub"}, "x", 0)]
)
def test_the_hub_has_a_bed_of_its_own_only_beside_the_tests_on_the_cluster(
    names: set[str], kubeconfig: str, hub_beds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", kubeconfig)
    lanes = runTests.lanes_of([one for one in runTests.SUITES if one.name in names])
    running = [one for lane in lanes for one in lane.left]
    assert {one.name for one in running} == names
    assert sum("DATAMARK_BED_DIR" in one.environment for one in running) == hub_beds
    assert sum(bool(lane.left) for lane in lanes) == (1 if kubeconfig else len(names))


def test_nothing_outlives_a_run_that_is_ended(tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text(f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(ROOT / "scripts")!r})
import runTests
from suiteRun import Suite
here = Path({str(tmp_path)!r})
runTests.REPORTS = runTests.ROOT = here
sleeper = "echo $$ >{{0}}.new; mv {{0}}.new {{0}}; sleep 600"
runTests.SUITES = [
    Suite(name, ["sh", "-c", sleeper.format(name)], None, 1, here / f"{{name}}.json", beside=name == "two")
    for name in ("one", "two")
]
sys.exit(runTests.main(["one", "two"]))
""")
    run = subprocess.Popen([sys.executable, str(tmp_path / "run.py")])
    until(lambda: (tmp_path / "one").exists() and (tmp_path / "two").exists())
    run.send_signal(signal.SIGTERM)
    assert run.wait(DEADLINE) == 128 + signal.SIGTERM
    for name in ("one", "two"):
        with pytest.raises(ProcessLookupError):
            os.kill(int((tmp_path / name).read_text()), 0)
