"""The table of phrases is whole: what one language says, every language says."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from ecoanalysis import words

TABLE = Path(__file__).resolve().parents[1] / "ecoanalysis/tables/phrases.csv"


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def values(row: dict[str, str], lang: str) -> set[str]:
    """The values that a phrase fills in; `name_zh` and `name_en` are the same value."""
    return {name.removesuffix(f"_{lang}") for name in re.findall(r"{(\w*)", row[lang])}


def test_a_key_stands_once():
    assert [key for key, times in Counter(row["key"] for row in rows()).items() if times > 1] == []


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_every_phrase_is_there_in_every_language(lang):
    assert [row["key"] for row in rows() if not row[lang].strip()] == []


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_no_language_leaves_out_a_value_that_chinese_tells(lang):
    assert [row["key"] for row in rows() if not values(row, "zh") <= values(row, lang)] == []


def test_chinese_is_in_chinese_and_english_is_not():
    """A phrase of letters or signs alone (a unit, a file name) may be the same in both."""
    han = re.compile("[\u4e00-\u9fff]")
    assert [row["key"] for row in rows() if han.search(row["en"])] == []
    prose = [row for row in rows() if len(re.findall(r"[a-z]{3,}", re.sub(r"{\w*}", "", row["en"]))) > 3]
    assert [row["key"] for row in prose if not han.search(row["zh"])] == []
