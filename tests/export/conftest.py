"""One analysis of the shipped data for all document tests."""

from pathlib import Path

import pytest

from ecoanalysis import assess

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def reach():
    return assess.reachability(ROOT / "data/raw", 2023)
