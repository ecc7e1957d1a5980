"""A run of small notebooks, as the tests of runs have it."""

from tests.runs.conftest import notebooks, three

__all__ = ["notebooks", "three"]
