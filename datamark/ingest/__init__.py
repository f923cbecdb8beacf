"""Replication into the volumes here: what the verb `ingest` shows, asks for and waits for.

The sidecar is asked (contract/ingest.ts), never the storage itself.
"""
