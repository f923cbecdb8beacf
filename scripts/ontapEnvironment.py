"""Makes the environment of ONTAP's public clients where it is not; prints the folder of its programs."""

from pathlib import Path

from packageEnvironment import package_environment


def ontap_environment() -> Path:
    """The folder of its programs. Waits where another process makes it."""
    return package_environment("ontap") / "bin"


if __name__ == "__main__":
    print(ontap_environment())
