"""Fixtures: the real MLflow with our plugins, and a store of its own for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from datamark.tests.lineage.mlflow_scene import Mlflow, declare_plugins, mlflow_python, mlflow_tables


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Mlflow:
    """MLflow without a store."""
    place = tmp_path_factory.mktemp("mlflow")
    declare_plugins(place / "plugins")
    return Mlflow(mlflow_python(), place / "plugins", "")


@pytest.fixture
def mlflow(prepared: Mlflow, tmp_path: Path) -> Mlflow:
    """MLflow with a store of this test."""
    shutil.copyfile(mlflow_tables(), tmp_path / "runs.db")
    return Mlflow(prepared.python, prepared.plugins, f"sqlite:///{tmp_path / 'runs.db'}")
