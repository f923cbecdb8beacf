"""Tests of what runs say of their data."""
