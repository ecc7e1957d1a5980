"""One analysis of the shipped data for all document tests."""

import pytest


@pytest.fixture(scope="session")
def analysis(shipped):
    return shipped
