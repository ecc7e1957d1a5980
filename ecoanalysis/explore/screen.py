"""The exploring screen in JupyterLab, and the same view as one page without kernel or network.

The kernel answers questions of the view (`Screen.reply`); the page carries quantiles and answers itself. Both are drawn
by `screen.js`.
"""

from __future__ import annotations

import json
from pathlib import Path

import anywidget
import traitlets
from markupsafe import Markup

from ecoanalysis import judge, words
from ecoanalysis.analysis import Analysis, NotThere, Told
from ecoanalysis.explore import levers, payload, scenarios
from ecoanalysis.export import markup, replacing

SCRIPT, STYLE = (markup.own(name, "ecoanalysis.explore") for name in ("screen.js", "screen.css"))


class Screen(anywidget.AnyWidget):
    """The view of one analysis; a notebook shows it when it is the last line of a cell.

    Attributes
    ----------
    analysis : Analysis
        What is looked at; another after another as-of year was chosen on the screen.
    moved : dict
        What was set, by (region, indicator); it is what `scenario` keeps.
    """

    _esm = traitlets.Unicode(SCRIPT).tag(sync=True)
    _css = traitlets.Unicode(STYLE).tag(sync=True)
    choices = traitlets.Dict().tag(sync=True)
    start = traitlets.Dict().tag(sync=True)

    def __init__(self, analysis: Analysis, region: str, indicator: str, lang: str, setting: dict):
        start = {"region": region, "indicator": indicator, "lang": lang, "setting": setting}
        super().__init__(choices=payload.choices(analysis), start=start)
        self.analysis, self.moved = analysis, {(region, indicator): setting} if setting else {}
        self.on_msg(lambda _, content, buffers: self.send(self.reply(content)))

    def __repr__(self) -> str:
        return f"<Screen of {self.analysis!r}>"

    # ------------------------------------------------------------------ questions of the view

    def reply(self, content: dict) -> dict:
        """The answer to one question of the view; what is wrong with it comes back as sentences.

        Parameters
        ----------
        content : dict
            id, and ask: view, answer, methods, as_of or save, with what each of them needs.
        """
        answer = {"view": self._view, "answer": self._answer, "methods": self._methods}
        answer |= {"as_of": self._as_of, "save": self._save}
        try:
            return {"id": content["id"]} | answer[content["ask"]](content)
        except levers.Refused as error:
            return {"id": content["id"], "refused": error.sentences}
        except Told as error:
            return {"id": content["id"], "told": _both(error), "refused": [str(error)]}

    def _statement(self, content: dict):
        return self.analysis[content["region"], content["indicator"]]

    def _view(self, content: dict) -> dict:
        setting = self.moved.get((content["region"], content["indicator"]), {})
        return payload.view(self._statement(content)) | {"setting": setting}

    def _answer(self, content: dict) -> dict:
        s = self._statement(content)
        told = payload.answered(s, content["setting"], content["lang"])
        key = (s.region_code, s.indicator)
        self.moved = {one: setting for one, setting in self.moved.items() if one != key}
        if told["setting"]:
            self.moved[key] = told["setting"]
        return told

    def _methods(self, content: dict) -> dict:
        return {"rows": payload.other_methods(self._statement(content), words.of(content["lang"]))}

    def _as_of(self, content: dict) -> dict:
        self.analysis = self.analysis.as_of_year(int(content["year"]))
        return {"choices": payload.choices(self.analysis)}

    def _save(self, content: dict) -> dict:
        path = scenarios.write(self.analysis, self.scenario(content["name"]), lang=content["lang"])
        return {"file": str(path)}

    def scenario(self, name: str) -> scenarios.Scenario:
        """What was set on the screen, under a name; under a scenario, with what that has set."""
        return scenarios.on_top(self.analysis, name, self.moved)

    # ------------------------------------------------------------------ out of the screen

    def save(self, path: Path | str) -> Path:
        """Write the view as one HTML page that needs neither kernel nor network.

        All regions and indicators are in it; levers are answered from quantiles (`payload.LEVELS`), so chances after a
        change are right to two points, and a chance of holding is an upper bound.
        """
        return write_page(self.analysis, path, self.start)


def explore(
    analysis: Analysis, region=None, indicator=None, lang: str = "zh", *, setting: dict | None = None
) -> Screen:
    """The screen of an analysis, opened at a statement.

    Parameters
    ----------
    region, indicator : str or int, optional
        As an analysis takes them; by default the city and what is most pressing there.
    lang : str
        zh or en.
    setting : dict, optional
        Positions of levers (`levers.answer`).

    Raises
    ------
    NotThere
        No such region or indicator, or none at all.
    levers.Refused
    """
    w = words.of(lang)
    region, indicator = opened_at(analysis, region, indicator)
    levers.checked(analysis[region, indicator], setting or {}, w)
    return Screen(analysis, region, indicator, lang, setting or {})


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


def write_page(
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
        temporary.write_text(page(written), encoding="utf-8")
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


def page(written: dict) -> str:
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


def _both(error: Told) -> dict[str, str]:
    """An error's sentence for each language: `in_both` puts a middle dot between them."""
    parts = str(error).split(" · ")
    return {"zh": parts[0], "en": parts[-1]}
