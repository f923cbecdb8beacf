"""The emulator of an ONTAP with many relationships, for the benchmarks of replication."""

from pathlib import Path

from bundledProcess import BundledProcess

USER, PASSWORD = "monitor", "monitor-password"


class EmulatedOntap(BundledProcess):
    """Listens at `address`; a context manager that ends it."""

    def __init__(self, folder: Path, relationships: int) -> None:
        super().__init__("ontapProcess", folder, relationships)
        self._folder = folder
        self.address = str(self.place["url"])
        self.port = int(self.place["port"])
        self.certificates = Path(self.place["folder"])
        self.authority = self.certificates / "ca.crt"

    def __enter__(self) -> "EmulatedOntap":
        return self

    def settings(self, **more: object) -> dict[str, object]:
        """How Datamark’s client is told of it."""
        files = {"usernameFile": USER, "passwordFile": PASSWORD}
        for name, secret in files.items():
            (self._folder / name).write_text(secret)
        auth = {"kind": "basic", **{name: str(self._folder / name) for name in files}}
        place = {"name": "bench", "address": self.address, "caFile": str(self.authority)}
        return {**place, "auth": auth, "timeoutMs": 60_000, **more}

    def requests(self) -> int:
        """How many came so far."""
        return int(self.told()["requests"])

    def polls(self) -> int:
        """How many lists of relationships were begun so far."""
        return int(self.told()["polls"])

    def end_transfer(self) -> None:
        """One of the first mirror ends; see ontapProcess.ts."""
        self.told("transfer")
