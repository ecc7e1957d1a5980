"""Departments as a plan names them, and what a county calls its own.

A city's plan gives a task to 市住建局; in a county it lies with 县住建局 (in a district with 区住建局). The first word of a
bureau's name is the level of its government, which is the last word of that government's own name. Bodies that do not
begin with the city's level word keep their name: offices of the state, parks, whole groups.
"""

from __future__ import annotations

import re

from rapidfuzz import fuzz, process

from ecoanalysis.intake.cells import Desk

BUREAU_OF = re.compile(r"^.{0,12}?[市县区州](?=.{2})")  # whose bureau it is: 甲市, 乙县, or 市 alone
ALIKE = 75  # of 100: a name that near another is taken for a slip of the pen
LEVEL_WORDS = ("市", "县", "区", "旗", "州", "盟")
# 市场…, 市容… and 市政 (but for 市政府, 市政协, 市政务…, 市政法委) are no level words.
BUREAU = {"市": re.compile(r"市(?!场|容|政(?![府协务法]))")}
PARTED = re.compile(r"[;；]")


def parted(text: str) -> list[str]:
    """The names in a cell, parted by semicolons.

    >>> parted("市自然资源局;市林草局；")
    ['市自然资源局', '市林草局']
    """
    return [name.strip() for name in PARTED.split(text) if name.strip()]


def level_word(region: str) -> str:
    """The level at the end of a region's name; empty where it has none."""
    return region[-1:] if region[-1:] in LEVEL_WORDS else ""


def own_bureau(department: str, city: str, county: str) -> str:
    """What a county calls the bureau that a city's plan names.

    Parameters
    ----------
    department, city, county : str
        The department as the plan has it, and the names of the two regions.

    Examples
    --------
    >>> [own_bureau("市住建局", "甲市", county) for county in ("乙县", "丙区", "丁市")]
    ['县住建局', '区住建局', '丁市住建局']
    >>> own_bureau("市场监管局", "甲市", "乙县"), own_bureau("国家统计局甲市调查队", "甲市", "乙县")
    ('市场监管局', '国家统计局甲市调查队')
    """
    above, below = level_word(city), level_word(county)
    if not above or not below or above == below == department[:1] and len(city) == 1:
        return department
    if len(city) > 1 and department.startswith(city) and department != city:
        return county + department.removeprefix(city)
    begins = BUREAU.get(above, re.compile(above)).match(department)
    if not begins or len(department) == 1:
        return department
    rest = department[1:]
    return (county if below == above else below) + rest  # a city below a city would bear the same name


def named_in(targets) -> tuple[str, ...]:
    """Every department that targets name, leading ones first, in the order of the plan."""
    cells = [*targets["lead_department"], *targets["supporting_departments"]]
    return tuple(dict.fromkeys(name for cell in cells for name in parted(str(cell))))


def spellings(departments: tuple[str, ...], regions) -> dict[str, str]:
    """Every way to write a department, its county bureaus among them, with the plan's own name for it."""
    known = {name: name for name in departments}
    names = dict(zip(regions["code"], regions["name_zh"], strict=True))
    for region in regions.to_dict("records"):
        if region["parent"] not in names:
            continue
        city, county = names[region["parent"]], region["name_zh"]
        for name in departments:
            bureau = own_bureau(name, city, county)
            known.setdefault(bureau, name)
            if bureau != name and not bureau.startswith(county):
                known.setdefault(county + bureau[1:], name)
    return known


def report_slips(line: int, text: str, named: tuple[str, ...], desk: Desk) -> None:
    """A department that is nearly one of the plan's is a slip; a new one, or a county's own bureau, is not."""
    known = {BUREAU_OF.sub("", name): name for name in named}
    for name in parted(text):
        short = BUREAU_OF.sub("", name)
        if known and short not in known and name not in named:
            close = process.extractOne(short, list(known), scorer=fuzz.ratio, score_cutoff=ALIKE)
            if close:
                desk.report(line, "department_slip", department=name, near=known[close[0]])
