"""Units as Chinese yearbooks print them: 万吨, 亿元, 亩, 10⁴ m³, 万人.

Written here because no unit library reads 万 and 亿 or knows 亩 and 吨标准煤; the units themselves are rows
of `tables/units.csv`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from fractions import Fraction
from functools import cache
from importlib.resources import files

from ecoanalysis.catalog import rows

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")
_MULTIPLES = {"百": 10**2, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_INDEX_WORDS = {"", "-", "—", "/", "指数", "无量纲", "index", "1"}


class UnitError(ValueError):
    """A unit that is not known, or that cannot become the one asked for."""


@cache
def factor(source: str, target: str) -> float:
    """What a number in `source` is multiplied by to be in `target`.

    Raises
    ------
    UnitError
        One of the two is unknown, or they measure different things.

    Examples
    --------
    >>> factor("亿元", "10⁴ CNY"), round(factor("万亩", "km²"), 6)
    (10000.0, 6.666667)
    """
    from_size, from_quantity = read(source)
    to_size, to_quantity = read(target)
    if from_quantity != to_quantity:
        raise UnitError(f"'{source}' cannot become '{target}'; known here: {_known(to_quantity)}")
    return float(from_size / to_size)


def alike(first: str, second: str) -> bool:
    """Whether two units measure the same thing, such as 万吨 and t.

    >>> alike("万吨", "t"), alike("village", "village"), alike("t", "m³")
    (True, True, False)
    """
    return read(first)[1] == read(second)[1]


def read(text: str) -> tuple[Fraction, Counter]:
    """Size of a unit in the first unit of its quantities, and the powers of these.

    >>> read("万吨/km²")
    (Fraction(1, 100), Counter({'mass': 1, 'area': -1}))
    """
    if text.strip() in _INDEX_WORDS or text.strip().replace(" ", "") == "上年=100":
        return Fraction(1), Counter()
    size, quantity = Fraction(1), Counter()
    for place, factor_text in enumerate(re.split(r"[/／]", text)):
        own_size, own_quantity = _read_simple(factor_text, whole=text)
        sign = -1 if place else 1
        size *= own_size**sign
        quantity[own_quantity] += sign
    return size, Counter({key: count for key, count in quantity.items() if count})


def _read_simple(text: str, whole: str) -> tuple[Fraction, str]:
    """Size and quantity of a unit with at most one multiple before it, such as 10⁴ t or 万人."""
    power = re.fullmatch(r"\s*(?:[x×]\s*)?10\s*(?:\^|\*\*)?\s*([⁰¹²³⁴⁵⁶⁷⁸⁹]+|(?<=\^)\d+|(?<=\*)\d+)\s*(.*)", text)
    if power:
        multiple, name = 10 ** int(power[1].translate(_SUPERSCRIPTS)), power[2]
    else:
        plain = text.strip()
        word = max((w for w in _MULTIPLES if plain.startswith(w)), key=len, default="")
        known_whole = _folded(plain) in _units()  # 百分点 is a unit, not a hundred of 分点
        multiple, name = (1, plain) if known_whole else (_MULTIPLES.get(word, 1), plain[len(word) :])
    unit = _units().get(_folded(name))
    if unit is None:
        raise UnitError(f"unknown unit '{whole}'; known: {', '.join(_printed())}")
    return multiple * Fraction(unit["factor"]), unit["quantity"]


def _folded(name: str) -> str:
    """One spelling for what print spells in several ways: full width, superscripts, case, spaces."""
    name = unicodedata.normalize("NFKC", name.translate(_SUPERSCRIPTS))
    return re.sub(r"\s", "", name).lower()


def _known(quantity: Counter) -> str:
    if not quantity:
        return "a plain number without unit"
    parts = []
    for name in quantity:
        units = sorted(row["unit"] for row in _table() if row["quantity"] == name)
        parts.append(f"{name} in {', '.join(units)}")
    return "; ".join(parts)


@cache
def _table() -> tuple[dict[str, str], ...]:
    return tuple(rows(files("ecoanalysis") / "tables" / "units.csv"))


@cache
def _printed() -> tuple[str, ...]:
    return tuple(row["unit"] for row in _table())


@cache
def _units() -> dict[str, dict[str, str]]:
    return {_folded(name): row for row in _table() for name in [row["unit"], *row["aliases"].split(";")]}
