"""Words for one language, bound once: phrases, numbers, units, chances, verdicts.

Rounding for print happens here and nowhere else, on decimal digits and half to even (GB/T 8170), so that two numbers
that stand side by side agree with a pocket calculator. Every text comes from `tables/phrases.csv`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

import numpy as np

from ecoanalysis import catalog
from ecoanalysis.catalog import Indicator

NOTHING = "—"
MINUS, THIN_SPACE = "\u2212", "\u2009"
SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "="}
COUNTED = {"piece", "village", "person", "household", "day", "answer"}  # whole things; everything else is weighed
LANGUAGES = ("zh", "en")
HTML_LANG = {"zh": "zh-CN", "en": "en"}  # what a page says its language is


def decimal(value: float) -> Decimal:
    """A float as the decimal number its writer meant: 99.94, not 99.9399999.

    >>> decimal(0.1 + 0.2)
    Decimal('0.3')
    """
    return Decimal(repr(round(float(value), 10))).normalize() + 0


def rounded(value: float | Decimal, decimals: int) -> Decimal:
    """Rounded half to even on decimal digits, the rule of GB/T 8170.

    >>> [str(rounded(value, 1)) for value in (0.25, 0.35, -0.04)]
    ['0.2', '0.4', '-0.0']
    """
    value = value if isinstance(value, Decimal) else decimal(value)
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)


@cache
def of(lang: str) -> Words:
    """The words of a language (zh or en); the same object every time.

    Raises
    ------
    ValueError
        Another language than zh and en.
    """
    if lang not in LANGUAGES:
        raise ValueError(in_both("words.language", lang=repr(lang)))
    return Words(lang)


@dataclass(frozen=True)
class Words:
    """The words of one language.

    Parameters
    ----------
    lang : str
        zh or en.

    Examples
    --------
    >>> w = Words("en")
    >>> w.number(-3.14159, 2), w.chance(0.004), w.count(5.65, "t"), w.count(106_684_915, "m³")
    ('−3.14', '<1 %', '5.65 t', '107 million m³')
    """

    lang: str

    def __call__(self, key: str, /, **values: object) -> str:
        """The phrase of a key with `values` in its braces; KeyError when the table has no such key."""
        return catalog.phrase(key, self.lang, **values)

    # ------------------------------------------------------------------ numbers

    def number(self, value: float | Decimal | None, decimals: int) -> str:
        """A number with that many decimals, thousands apart, a true minus; a dash for NaN."""
        if value is None or not np.isfinite(float(value)):
            return NOTHING
        text = f"{rounded(value, decimals):,f}".replace(",", THIN_SPACE)
        return text.replace("-", MINUS) if any(c in "123456789" for c in text) else text.replace("-", "")

    def plain(self, value: float) -> str:
        """A number that was set rather than measured, with the digits it was set with (13, 4.5)."""
        digits = decimal(float(f"{value:.8g}"))
        return self.number(digits, max(0, -digits.as_tuple().exponent))

    def measure(self, value: float, indicator: Indicator, decimals: int | None = None) -> str:
        """A value with its unit, rounded as the catalogue says unless `decimals` says otherwise."""
        text = self.number(value, indicator.decimals if decimals is None else decimals)
        return text if text == NOTHING or not indicator.unit else f"{text} {self.unit(indicator.unit)}"

    def difference(self, value: float | Decimal, indicator: Indicator, decimals: int) -> str:
        """A difference of two values with its unit: points for a percentage."""
        text = self.number(value, decimals)
        unit = self.unit("pp" if indicator.unit == "%" else indicator.unit)
        return text if text == NOTHING else f"{text} {unit}".strip()

    def chance(self, p: float | None) -> str:
        """A probability in whole percent; never 0 % or 100 %, as no forecast is certain."""
        if p is None or not np.isfinite(p):
            return NOTHING
        if p < 0.01:
            return "<1 %"
        return ">99 %" if p > 0.99 else f"{rounded(100 * p, 0)} %"

    def percent(self, share: float, decimals: int = 0) -> str:
        """A share in percent."""
        return NOTHING if not np.isfinite(share) else f"{self.number(100 * share, decimals)} %"

    def count(self, value: float, unit: str, of: str = "") -> str:
        """Things with their unit as people write them: 45 个村, 5.65 吨, 1.07 亿立方米, CNY 9.8 million.

        `of` is the indicator that they are counted for: what is a piece there is called by its name (断面, 企业) where
        the phrase table has one.
        """
        size, name = _multiple(unit)
        value = decimal(value) * size
        if unit in COUNTED:
            key = f"counted.{of}" if unit == "piece" and has_phrase(f"counted.{of}") else f"unit.{name}"
            return f"1 {self(f'{key}_one')}" if value == 1 else f"{self.number(value, 0)} {self(key)}"
        steps = [(10**8, "亿"), (10**4, "万")] if self.lang == "zh" else [(10**9, " billion"), (10**6, " million")]
        for step, word in steps:
            if abs(value) >= step:
                shown = value / step
                return self._with_unit(f"{self._short(shown)}{' ' if self.lang == 'zh' else ''}{word}", name)
        if self.lang == "en" and abs(value) >= 10_000:  # 17 453 m³ is told as 17 000
            value = rounded(value / 1000, 0) * 1000
        return self._with_unit(self._short(value), name)

    def exact(self, value: float, unit: str, of: str = "") -> str:
        """Things as `count` calls them, to the hundredth of their unit, so that parts add up to their whole.

        >>> Words("zh").exact(327.527, "10⁴ CNY"), Words("en").exact(327.527, "10⁴ CNY"), Words("en").exact(1.9, "t")
        ('327.53 万元', 'CNY 3\u2009275\u2009300', '1.90 t')
        """
        if unit in COUNTED:
            return self.count(value, unit, of)
        size, name = _multiple(unit)
        if self.lang == "zh" or size == 1:
            return self._with_unit(self.number(value, 2), unit)
        return self._with_unit(self.number(rounded(value, 2) * size, 0), name)

    def _short(self, value: Decimal) -> str:
        """About three digits, without zeros that say nothing."""
        decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
        while decimals < 6 and value and not rounded(value, decimals):
            decimals += 1
        text = self.number(value, decimals)
        return text.rstrip("0").rstrip(".") if "." in text else text

    def _with_unit(self, number: str, unit: str) -> str:
        if self.lang == "en" and unit == "CNY":
            return f"CNY {number}"
        word = self.unit(unit)
        glued = number.endswith(("亿", "万"))
        return f"{number}{word}" if glued else f"{number} {word}"

    def unit(self, code: str, of: str = "") -> str:
        """A unit as officials write it (吨标准煤/万元); the code itself where the phrase table has no word.

        Pieces of a variable `of` are counted as its things are: 471 条, 13 家.
        """
        if code == "piece" and has_phrase(f"piece.{of}"):
            return self(f"piece.{of}")
        return self(f"unit.{code}") if code and has_phrase(f"unit.{code}") else code

    def things(self, unit: str, of: str) -> str:
        """What is counted for an indicator, without a number: 个断面; the unit's word otherwise."""
        return self(f"counted.{of}") if unit == "piece" and has_phrase(f"counted.{of}") else self.unit(unit)

    def year(self, value: float | None) -> str:
        return NOTHING if value is None or not np.isfinite(value) else str(int(value))

    # ------------------------------------------------------------------ names and marks

    def name(self, record) -> str:
        """The name of a record that has one in both languages."""
        return record.name_en if self.lang == "en" else record.name_zh

    def standard(self, text: str) -> str:
        """A standard, or a clause of one, by its name; what `standards.csv` does not know stays as it is.

        >>> Words("zh").standard("2019 indicator list"), Words("zh").standard("item 5")
        ('国家生态文明建设示范市县建设指标（2019年）', '第5项')
        """
        number = re.fullmatch(r"item (\d+)", text)
        row = catalog.standards().get("item {n}" if number else text)
        named = row[f"name_{self.lang}"] if row else text
        return named.replace("{n}", number[1]) if number else named

    def source_of(self, record) -> str:
        """The standard and the clause that an indicator or a coefficient comes from, by name."""
        standard, clause = self.standard(record.standard), self.standard(record.clause)
        return self("chain.standard", standard=standard, clause=clause) if standard and clause else standard or clause

    def list(self, names: Iterable[str]) -> str:
        return self("list").join(names)

    def series(self, names: list[str]) -> str:
        """Names in a row, the last one joined by and."""
        return self("list.and").join([self.list(names[:-1]), names[-1]] if len(names) > 1 else names)

    def join(self, *sentences: str) -> str:
        """Sentences one after another, as the language sets them."""
        return ("" if self.lang == "zh" else " ").join(part for part in sentences if part)

    def verdict(self, code: str, pressing: bool = False) -> str:
        """A verdict; `pressing` (binding items and duties) words the last class as a task, not as a farewell."""
        return self(_verdict_key("verdict", code, pressing))

    def short_verdict(self, code: str, pressing: bool = False) -> str:
        """A verdict in a word or two, where a whole matrix has to fit a slide."""
        return self(_verdict_key("short", code, pressing))

    def status(self, code: str) -> str:
        return self(f"status.{code}") if code else NOTHING

    def warnings(self, codes: str) -> str:
        """Warning codes, joined by semicolons, as one line; empty when there are none."""
        return self("join").join(self(f"warning.{code}") for code in codes.split(";") if code)

    def demo_mark(self, is_demo: bool) -> str:
        """演示数据 where something depends on demo rows; empty otherwise."""
        return self("mark.demo") if is_demo else ""

    def bracket(self, mark: str) -> str:
        return self("mark.bracket", mark=mark) if mark else ""

    def closed(self, text: str) -> str:
        """A sentence without the space that a unit in Chinese leaves before a verb: 236.2 件/人提高到, 29.0 % 提高到."""
        return re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", text)

    def columns(self, table):
        """A table with its column codes put into words."""
        return table.rename(columns={code: self(f"column.{code}") for code in table.columns})


def in_both(key: str, /, **values: object) -> str:
    """A message in both languages, for errors that do not know their reader."""
    return " · ".join(catalog.phrase(key, lang, **values) for lang in LANGUAGES)


def has_phrase(key: str) -> bool:
    """Whether the phrase table knows a key."""
    return key in catalog.phrases()


def _verdict_key(kind: str, code: str, pressing: bool) -> str:
    return f"{kind}.{code}_pressing" if pressing and code == "out_of_reach" else f"{kind}.{code}"


def _multiple(unit: str) -> tuple[int, str]:
    """A catalogue unit without the power of ten before it: 10⁴ m³ is 10 000 m³."""
    powers = {"10⁴": 10**4, "10⁶": 10**6, "10⁸": 10**8}
    head, _, rest = unit.partition(" ")
    return (powers[head], rest) if head in powers else (1, unit)
