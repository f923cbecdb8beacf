"""Makes the environment of the lineage tests, with MLflow, where it is not; prints the folder of its programs."""

import subprocess
from pathlib import Path

from packageEnvironment import package_environment


def _make_tables(place: Path) -> None:
    # The tables of a tracking server without anything in them: making them takes it longer than all else.
    if not (place / "tables.db").exists():
        half = place / "tables.db.half"
        half.unlink(missing_ok=True)
        subprocess.run(
            [place / "bin" / "mlflow", "db", "upgrade", f"sqlite:///{half}"], check=True, capture_output=True
        )
        half.rename(place / "tables.db")


def mlflow_environment() -> Path:
    """The folder of its programs. Waits where another process makes it."""
    return package_environment("mlflow", more=_make_tables) / "bin"


if __name__ == "__main__":
    print(mlflow_environment())
