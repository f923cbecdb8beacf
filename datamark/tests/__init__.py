"""Tests of the client, the magics and the command, with the real sidecar."""
