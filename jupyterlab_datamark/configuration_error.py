"""The error of a configuration that can't be told to the sidecar."""


class ConfigurationError(Exception):
    """Its message is a sentence for the person who configures the server."""
