"""The exploring screen in JupyterLab: the kernel answers questions of the view, which `screen.js` draws."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

from ecoanalysis import words
from ecoanalysis.analysis import Analysis, Told
from ecoanalysis.explore import levers, page, payload, scenarios


class Screen(anywidget.AnyWidget):
    """The view of one analysis; a notebook shows it when it is the last line of a cell.

    Attributes
    ----------
    analysis : Analysis
        What is looked at; another after another as-of year was chosen on the screen.
    moved : dict
        What was set, by (region, indicator); it is what `scenario` keeps.
    """

    _esm = traitlets.Unicode(page.SCRIPT).tag(sync=True)
    _css = traitlets.Unicode(page.STYLE).tag(sync=True)
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
        return page.write(self.analysis, path, self.start)


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
    region, indicator = page.opened_at(analysis, region, indicator)
    levers.checked(analysis[region, indicator], setting or {}, w)
    return Screen(analysis, region, indicator, lang, setting or {})


def _both(error: Told) -> dict[str, str]:
    """An error's sentence for each language: `in_both` puts a middle dot between them."""
    parts = str(error).split(" · ")
    return {"zh": parts[0], "en": parts[-1]}
