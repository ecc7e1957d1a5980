"""The exploring screen as one page without kernel or network: it carries quantiles and answers itself."""

from __future__ import annotations

import json
from pathlib import Path

from markupsafe import Markup

from ecoanalysis import judge, words
from ecoanalysis.analysis import Analysis, NotThere
from ecoanalysis.explore import levers, payload
from ecoanalysis.export import markup, replacing

SCRIPT, STYLE = (markup.own(name, "ecoanalysis.explore") for name in ("screen.js", "screen.css"))


def write(
    analysis: Analysis,
    path: Path | str,
    start: dict | None = None,
    *,
    lang: str = "zh",
    notices: dict[str, list[str]] | None = None,
    home: str = "",
) -> Path:
    """Write the offline page.

    Parameters
    ----------
    start : dict, optional
        As `Screen.start`; by default the city's most pressing indicator in `lang`.
    notices : dict, optional
        By language, sentences that stand above everything, beside the scenario's.
    home : str, optional
        The page that this one belongs to, as an address beside it; a link leads there, to its part in the language shown.
    """
    if start is None:
        region, indicator = opened_at(analysis)
        start = {"region": region, "indicator": indicator, "lang": lang, "setting": {}}
    views = {}
    for s in statements(analysis):
        views[f"{s.region_code}/{s.indicator}"] = payload.view(s)
    choices = payload.choices(analysis)
    for language, sentences in (notices or {}).items():
        choices["notices"][language] += sentences
    titles = {language: title(analysis, language) for language in words.LANGUAGES}
    written = {"choices": choices | {"titles": titles}, "start": start, "views": views, "home": home}
    path = Path(path)
    with replacing(path) as temporary:
        temporary.write_text(text_of(written), encoding="utf-8")
    return path


def statements(analysis: Analysis) -> list:
    """One statement a region and indicator: the worst of its targets."""
    worst = {}
    for s in analysis.statements:
        before = worst.setdefault((s.region_code, s.indicator), s)
        if judge.SEVERITY.index(s.verdict) > judge.SEVERITY.index(before.verdict):
            worst[s.region_code, s.indicator] = s
    return list(worst.values())


def title(analysis: Analysis, lang: str) -> str:
    region = analysis.name(analysis.city or analysis.counties[0], lang)
    return words.of(lang)("explore.page_title", region=region, as_of=analysis.as_of)


def text_of(written: dict) -> str:
    """The page as text, in the language it opens with; its policy lets its own script run and nothing be fetched."""
    data = json.dumps(written, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    lang = written["start"]["lang"]
    return markup.page(
        "explore.html",
        lang,
        written["choices"]["titles"][lang],
        style=STYLE,
        script=f"{SCRIPT}\nopenPage();\n",
        written=Markup(data),  # nothing but a `<` could end the script that it stands in
        no_script=words.in_both("explore.no_script"),
    )


def opened_at(analysis: Analysis, region=None, indicator=None) -> tuple[str, str]:
    """Codes of the region and the indicator that a screen opens at."""
    if not len(analysis.assessment):
        raise NotThere(words.in_both("explore.no_data", region=analysis.data.name))
    if region is not None:
        code = analysis.region_code(region)
    else:  # a city without targets of its own stands behind its counties
        there = set(analysis.assessment["region_code"])
        code = next(code for code in [analysis.city, *analysis.regions["code"]] if code in there)
    if indicator is not None:
        return code, analysis.indicator_code(indicator)
    weak = analysis[code].weak + analysis[code].statements
    if not weak:
        raise NotThere(words.in_both("explore.no_data", region=analysis.name(code, "zh")))
    return code, next((s.indicator for s in weak if levers.has_paths(s)), weak[0].indicator)
