"""A duty judged by its record: the more years lie ahead, the less sure is holding."""

import pytest

from ecoanalysis import analyse

DUTY = "hazardous_waste_rate"


def holding(folder, until: int) -> float:
    folder.target(DUTY, ">=", 100, "%", due=2023, hold_until=until)
    for region in ("C1", "C2"):
        folder.add(*((region, year, DUTY, 98 if year == 2016 else 100, "%") for year in range(2014, 2024)))
    s = analyse(folder.path, 2023)["C1", DUTY]
    assert s.method == "record" and s.verdict in ("reached", "reached_at_risk") and s.p_reach == 1
    return s.p_hold


@pytest.mark.parametrize("until", [2026, 2030])
def test_every_year_ahead_makes_holding_a_duty_less_sure(folder, until):
    """Two relapses beside fourteen kept years, an eighth: three more years are kept with a chance well above a half, seven with
    a lower one; nothing is certain."""
    low, high = {2026: (0.5, 0.85), 2030: (0.2, 0.65)}[until]
    assert low < holding(folder, until) < high
