"""A duty judged by its record: the more years lie ahead, the less sure is holding."""

import pytest

from ecoanalysis import Settings, analyse, briefing, words

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


def test_an_old_value_is_judged_by_the_rounding_that_was_asked_for(folder):
    """94.96 % that never moved prints as 95.0 %: met as published, and so are the futures in which it stays."""
    folder.target("urban_sewage_treatment_rate", ">=", 95, "%", due=2023, hold_until=2026)
    folder.add(*(("C1", year, "urban_sewage_treatment_rate", 94.96, "%") for year in range(2010, 2021)))
    folder.add(("C1", 2023, "gdp_current", 100, "亿元"))
    published = analyse(folder.path, 2023, settings=Settings(rounding="published"))["C1", "24"]
    exact = analyse(folder.path, 2023)["C1", "24"]
    assert "stale" in published.warnings and "stale" in exact.warnings
    assert published.p_reach > exact.p_reach + 0.3


def test_a_county_that_is_asked_more_than_its_city_is_still_told_its_part(folder):
    """The city has to pass 95 %, its counties to reach it: of the city's gap one county's part is told all the same."""
    folder.target("urban_sewage_treatment_rate", ">", 95, "%", region="C")
    folder.target("urban_sewage_treatment_rate", ">=", 95, "%", region="C1")
    for region, treated in (("C1", 80), ("C2", 96)):
        for year in range(2016, 2024):
            folder.add((region, year, "urban_sewage_discharged", 100, "万立方米"))
            folder.add((region, year, "urban_sewage_treated", treated, "万立方米"))
    s = analyse(folder.path, 2023)["C1", "24"]
    # 176 of 200 are treated, 190 asked: 14 are missing, all of them in C1, which is 15 short.
    assert s.contribution == pytest.approx(14)
    assert "14" in briefing.contribution(s, words.of("zh")) and "100 %" in briefing.contribution(s, words.of("zh"))
