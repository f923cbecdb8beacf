"""Environments of packages that only some tests need: made once, anew when what is asked for changes."""

import subprocess
from pathlib import Path

import packageEnvironment
import pytest


@pytest.fixture
def requirements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(packageEnvironment, "REQUIREMENTS", tmp_path)
    # Without any, so that nothing is asked for.
    (tmp_path / "few.txt").write_text("# none\n")
    return tmp_path / "few.txt"


def test_it_is_made_once_and_again_when_the_requirements_change(requirements: Path) -> None:
    first = packageEnvironment.package_environment("few")
    subprocess.run([first / "bin" / "python", "-c", "import pip"], check=True)
    (first / "mine").touch()
    assert packageEnvironment.package_environment("few") == first
    assert (first / "mine").exists()
    requirements.write_text("# still none\n")
    assert packageEnvironment.package_environment("few") != first


@pytest.mark.usefixtures("requirements")
def test_one_that_was_left_half_made_is_made_anew() -> None:
    made = packageEnvironment.package_environment("few")
    (made / "installed").unlink()
    (made / "half").touch()
    assert packageEnvironment.package_environment("few") == made
    assert not (made / "half").exists()


@pytest.mark.usefixtures("requirements")
def test_what_is_added_is_done_each_time_in_what_is_made() -> None:
    places: list[Path] = []
    for _ in range(2):
        packageEnvironment.package_environment("few", more=lambda place: places.append(place))
    assert [(place / "installed").exists() for place in places] == [True, True]
