"""The error of a configuration that can't be told to the sidecar."""


class ConfigurationError(Exception):
    """Its message is a sentence for the person who configures the server; `fix` is what to do."""

    def __init__(self, detail: str, fix: str) -> None:
        super().__init__(detail)
        self.fix = fix
