"""Forecasts that `training/golden.py` wrote, and the tables they rest on: neither changes unnoticed."""

import csv
import hashlib
from pathlib import Path

import numpy as np
import pytest

from ecoanalysis import forecast

HERE = Path(__file__).parent
LEARNED = Path(forecast.__file__).parent
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
YEARS = (1, 3, 5)


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(text: str) -> np.ndarray:
    return np.array([np.nan if part == "-" else float(part) for part in text.split()])


def forecasts(golden: list[dict[str, str]], kind=forecast.quantiles, *args, **more) -> np.ndarray:
    return kind(
        [numbers(row["history"]) for row in golden],
        5,
        *args,
        bounds=[tuple(float(row[side]) if row[side] else None for side in ("low", "high")) for row in golden],
        better=[int(row["better"]) for row in golden],
        references=[[numbers(part) for part in row["sisters"].split("/") if part.strip()] for row in golden],
        **more,
    )


GOLDEN = rows("golden.csv")


def expected(row: dict[str, str]) -> np.ndarray:
    return np.array([[float(row[f"y{year}_q{level:g}"]) for level in LEVELS] for year in YEARS])


def test_there_are_twenty_two_histories_some_with_sisters_some_standing():
    assert len(GOLDEN) == 22 and sum(bool(row["sisters"]) for row in GOLDEN) == 7


@pytest.mark.parametrize("row", GOLDEN, ids=[row["name"] for row in GOLDEN])
def test_a_forecast_is_what_it_was(row):
    told = forecasts([row], forecast.quantiles, LEVELS)[0]
    np.testing.assert_allclose(told[[year - 1 for year in YEARS]], expected(row), rtol=1e-6, atol=1e-9)


def test_a_forecast_does_not_depend_on_the_others_in_the_call():
    told = forecasts(GOLDEN, forecast.quantiles, LEVELS)[:, [year - 1 for year in YEARS]]
    np.testing.assert_allclose(told, [expected(row) for row in GOLDEN], rtol=1e-6, atol=1e-9)


def test_paths_have_the_same_quartiles():
    paths = forecasts(GOLDEN, forecast.sample_paths, paths=2001)
    for row, drawn in zip(GOLDEN, paths, strict=True):
        for i, year in enumerate(YEARS):
            middle = expected(row)[i, 1:4]
            width = np.ptp(expected(row)[i])
            np.testing.assert_allclose(np.quantile(drawn[:, year - 1], LEVELS[1:4]), middle, atol=0.01 * width + 1e-9)


@pytest.mark.parametrize("row", rows("checksums.csv"), ids=[row["file"] for row in rows("checksums.csv")])
def test_a_table_that_was_learned_is_the_one_the_forecasts_were_written_with(row):
    assert hashlib.sha256((LEARNED / row["file"]).read_bytes()).hexdigest() == row["sha256"], (
        f"{row['file']} has changed; if it was learned anew, run `python -m training.golden`"
    )


def test_every_table_of_the_engine_has_its_checksum():
    assert {file.name for file in LEARNED.glob("*.csv")} == {row["file"] for row in rows("checksums.csv")}
