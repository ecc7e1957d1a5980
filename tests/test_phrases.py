"""The table of phrases is whole: what one language says, every language says."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from ecoanalysis import catalog, words

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


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 item was due in A:"), (0, "0 items were due in A:"), (21, "21 items were due in A:")],
)
def test_english_counts_one_and_many(count, said):
    values = {"as_of": 2023, "region": "A", "items": count, "met": count, "missed": 0, "unknown": 0}
    told = catalog.phrase("headline.at_date", "en", **values)
    assert said in told and "[" not in told and "|" not in told


def test_every_choice_of_one_or_many_follows_a_number_of_the_phrase():
    for key, row in catalog.phrases().items():
        for choice in re.finditer(r"(\S*)\s?\[[^\]]*\|[^\]]*\]", row["en"]):
            assert re.fullmatch(r"[(“]?\{\w+\}", choice.group(1)), key
        assert not re.search(r"\[[^\]]*\|", row["zh"]), key
