"""Names as people write them: regions, variables and years found in headers and labels, by an index.

甲, 甲区, 某市甲区 and its code are one region; GDP, 地区生产总值 and 生产总值（现价）are one variable. Numbering,
其中： and footnote marks are stripped. What comes near a known name is proposed and never taken for it.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files

import pandas as pd
from rapidfuzz import fuzz, process

from ecoanalysis import catalog, units

TOTALS = {
    "全市",
    "合计",
    "总计",
    "小计",
    "全县",
    "全区",
    "全省",
    "全州",
    "市合计",
    "全市合计",
    "合计数",
    "total",
    "subtotal",
}
NUMBERING = re.compile(
    r"^(?:[（(]?[一二三四五六七八九十]+[)）、.．]|[（(]\d{1,2}[)）]|\d{1,2}(?:[.．]\d{1,2})*[、.．)）](?!\d)|[①-⑳]|#|\*|[·•\-—]\s*)\s*"
)
OF_WHICH = re.compile(r"^(?:其中|#)\s*[：:,，]?\s*|^(?:其中)")
FOOTNOTE = re.compile(r"(?:[①-⑳*＊※†]|\[\d{1,2}\]|【\d】|[（(]?注\d{0,2}[)）]?|[¹²³])+$")
BRACKETS = re.compile(r"[（(\[【]([^（()）\]】\[【]*)[)）\]】]")
PLAN_YEARS = {
    "十一五": 2010,
    "十二五": 2015,
    "十三五": 2020,
    "十四五": 2025,
    "十五五": 2030,
    "十五": 2005,
    "九五": 2000,
}
YEAR_TEXT = re.compile(
    r"^(?:截[至止])?\s*((?:19|20)\d\d)(?:\.0)?\s*(?:年(?:度)?(?:末|底|全年|实际|实绩|完成|数|值)*)?$"
)
PLAN_TEXT = re.compile(
    r"[“”\"'「]?(十一五|十二五|十三五|十四五|十五五|九五|十五)[“”\"'」]?(?:时期|期间|规划)?(末|期末|末年)?"
)


def folded(text: str) -> str:
    """One spelling for what people spell in several ways."""
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"[\s\u3000“”\"'‘’《》:：]", "", text)
    return text.replace("P M", "PM").replace("CO₂", "CO2").casefold()


def cleaned(text: str) -> str:
    """A label without numbering, 其中： and footnote marks."""
    text = text.strip()
    for _ in range(3):
        before = text
        text = FOOTNOTE.sub("", OF_WHICH.sub("", NUMBERING.sub("", text)).strip()).strip()
        if text == before:
            break
    return text.strip("：:、 ")


def year_of(value) -> int | None:
    """The year that a header or label names: 2021, 2021年, 2021年末, a date, “十三五”末."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.year if 1900 <= value.year <= 2199 else None
    if isinstance(value, (int, float)):
        return int(value) if float(value).is_integer() and 1949 <= value <= 2100 else None
    text = BRACKETS.sub("", unicodedata.normalize("NFKC", str(value))).strip()
    match = YEAR_TEXT.fullmatch(re.sub(r"\s", "", text))
    if match:
        return int(match[1])
    match = re.fullmatch(r"((?:19|20)\d\d)[-/.年](?:1[0-2]|0?[1-9])(?:[-/.月](?:[12]\d|3[01]|0?[1-9])日?)?月?", text)
    if match:
        return int(match[1])
    match = PLAN_TEXT.fullmatch(re.sub(r"\s", "", text))
    return PLAN_YEARS[match[1]] if match and match[2] else None


def year_in(text: str) -> int | None:
    """The only year that a title names; None when there is none or more than one."""
    years = {int(year) for year in re.findall(r"(?<!\d)((?:19|20)\d\d)(?=年|年度|年末|$|[^\d号])", text)}
    return years.pop() if len(years) == 1 else None


@cache
def _shipped_aliases() -> tuple[tuple[str, str], ...]:
    return tuple((row["name"], row["code"]) for row in catalog.rows(files("ecoanalysis") / "tables" / "aliases.csv"))


@dataclass
class Names:
    """The index of all names: of the regions of a data folder, of variables and reported indicators, and learned ones.

    Parameters
    ----------
    regions : DataFrame
        Rows of regions.csv.
    records : dict
        Variables and reported indicators by code.
    aliases : dict
        The folder's own aliases and what mapping.csv has settled: name to code (of a variable, or of a region).
    """

    regions: pd.DataFrame
    records: dict
    aliases: dict[str, str] = field(default_factory=dict)

    @cached_property
    def region_index(self) -> dict[str, str]:
        table = self.regions.set_index("code")
        index: dict[str, set[str]] = {}
        for code, row in table.iterrows():
            full, short = row["name_zh"], short_name(row["name_zh"])
            parent = table["name_zh"].get(row["parent"], "") if row["parent"] else ""
            short_county = short + full[-1] if short != full else full  # 张家川县 for 张家川回族自治县
            names = {code, full, row["name_en"], short, short_county}
            for above in {parent, short_name(parent)} - {""}:
                names |= {above + full, above + short, above + short_county}
            for name in names:
                index.setdefault(folded(str(name)), set()).add(code)
        own = {folded(name): {code} for name, code in self.aliases.items() if code in table.index}
        return {name: next(iter(codes)) for name, codes in (index | own).items() if len(codes) == 1 and name}

    @cached_property
    def variable_index(self) -> dict[str, str]:
        index: dict[str, str] = {}
        for name, code in _shipped_aliases():
            if code in self.records:
                index[folded(name)] = code
        for strip in (False, True):  # a whole name goes before one without its brackets
            named: dict[str, set[str]] = {}
            for code, record in self.records.items():
                for name in (code, record.name_zh, record.name_en):
                    named.setdefault(folded(BRACKETS.sub("", name) if strip else name), set()).add(code)
            index |= {name: min(codes) for name, codes in named.items() if len(codes) == 1 and name not in index}
        index |= {folded(name): code for name, code in self.aliases.items() if code in self.records}
        return index

    def region(self, value) -> str | None:
        """Code of the region that a label names."""
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(int(value)) if float(value).is_integer() else ""
        if not isinstance(value, str):
            return None
        return self.region_index.get(folded(cleaned(value))) or self.region_index.get(folded(value))

    def region_in(self, text: str) -> str | None:
        """The only region that a title names, by its full name; the lowest when one lies in the other."""
        regions = {
            row["code"]: row for row in self.regions.to_dict("records") if row["name_zh"] in text or
            (len(short_name(row["name_zh"])) >= 2 and short_name(row["name_zh"]) in text)
        }  # fmt: skip
        lowest = {code for code in regions if not any(row["parent"] == code for row in regions.values())}
        return lowest.pop() if len(lowest) == 1 else None

    def variable(self, text) -> tuple[str | None, str]:
        """Code of the variable that a label names, and the unit in the label (empty when it has none)."""
        if not isinstance(text, str):
            return None, ""
        label = cleaned(text)
        known = self.variable_index
        whole = known.get(folded(label)) or known.get(folded(text))
        unit = ""
        for inside in BRACKETS.findall(label):
            if is_unit(inside):
                unit = inside.strip()
        if whole and not unit:
            return whole, ""
        without = cleaned(BRACKETS.sub(lambda m: "" if is_unit(m[1]) else m[0], label))
        if not unit:
            for mark in (",", "，", "/", " "):
                head, _, tail = without.rpartition(mark)
                if head and is_unit(tail) and known.get(folded(head)):
                    return known[folded(head)], tail.strip()
        return whole or known.get(folded(without)), unit

    def region_before(self, text: str) -> tuple[str | None, str]:
        """The region that a header begins with, and the rest of it: 甲区常住人口."""
        plain = text.strip()
        for size in range(min(len(plain) - 1, 16), 1, -1):
            code = self.region_index.get(folded(plain[:size]))
            if code:
                return code, plain[size:].strip("：: —-_")
        return None, text

    def near_variables(self, text: str, most: int = 3) -> list[str]:
        """Codes whose names come near a label, the nearest first."""
        label = folded(cleaned(BRACKETS.sub("", text))) or folded(text)
        scorer = fuzz.ratio if label.isascii() else fuzz.WRatio
        near = process.extract(label[:80], self._variable_names, scorer=scorer, limit=8, score_cutoff=60)
        return list(dict.fromkeys(self.variable_index[name] for name, _, _ in near))[:most]

    def near_regions(self, text: str, most: int = 3) -> list[str]:
        """Codes of regions whose names come near a label."""
        near = process.extract(folded(text)[:40], list(self.region_index), scorer=fuzz.ratio, limit=6, score_cutoff=50)
        return list(dict.fromkeys(self.region_index[name] for name, _, _ in near))[:most]

    @cached_property
    def _variable_names(self) -> list[str]:
        return list(self.variable_index)


def short_name(name: str) -> str:
    """甘谷 for 甘谷县, 张家川 for 张家川回族自治县."""
    return catalog.short_name(name) if name else ""


@cache
def is_unit(text: str) -> bool:
    """Whether a text is a unit that can be converted."""
    if not text or not text.strip() or len(text) > 20:
        return False
    try:
        units.factor(text.strip(), text.strip())
    except units.UnitError:
        return False
    return True


def is_total(value) -> bool:
    if not isinstance(value, str):
        return False
    text = folded(cleaned(value))
    subtotal = text.endswith(("合计", "小计", "总计")) and len(text) <= 8  # 市区合计, 五县小计
    return subtotal or text in TOTALS or re.sub(r"\s", "", value) in TOTALS
