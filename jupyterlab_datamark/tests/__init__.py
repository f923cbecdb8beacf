"""Tests on a live Jupyter server: real HTTP, a real Node process."""
