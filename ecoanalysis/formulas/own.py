"""Own indicators of a data folder: a row names a ratio, a head count, a fall, or a function in a file of the folder.

    ratio(tea_area, land_area)        numerator over denominator, in the unit of the row
    per_head(park_green_area)         the same over the resident population
    decline(energy_use, gdp_constant) fall of the ratio since the year before [%]
    formulas.py:tea_share             a function whose parameters are codes of variables

A function takes DataFrames (years × regions) and returns one; it runs as it stands there, so a folder is only as
trustworthy as the person it comes from.
"""

from __future__ import annotations

import importlib.util
import inspect
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from .rates import decline_rate, ratio

HEADS = "resident_population"


class FormulaError(ValueError):
    """A formula of a data folder that cannot be used; the message says why."""


def sides(text: str) -> tuple[str, list[str]]:
    """Kind and inputs of a written formula: ("ratio", ["tea_area", "land_area"]); ("", []) for a function in a file.

    Raises
    ------
    FormulaError
        The text is none of the four forms.
    """
    if re.fullmatch(r"[\w.-]+\.py:\w+", text):
        return "", []
    written = re.fullmatch(r"(ratio|per_head|decline)\(\s*(\w+)\s*(?:,\s*(\w+)\s*)?\)", text)
    if not written or (written[3] is None and written[1] != "per_head") or written[2] == written[3]:
        raise FormulaError(f"'{text}': ratio(a, b), per_head(a), decline(a, b), file.py:function")
    return written[1], [written[2], written[3] or HEADS]


def written(code: str, text: str, factor: float) -> Callable:
    """The function of `ratio(a, b)`, `per_head(a)` or `decline(a, b)`; `factor` brings a/b to the unit of the row."""
    kind, names = sides(text)

    def formula(numerator, denominator):
        return (
            decline_rate(ratio(numerator, denominator)) if kind == "decline" else ratio(numerator, denominator, factor)
        )

    return _named(formula, code, names)


def from_file(code: str, text: str, folder: Path) -> Callable:
    """The function `file.py:function` of a data folder, guarded: whatever it raises becomes a FormulaError."""
    file, name = text.split(":")
    path = folder / file
    if not path.is_file():
        raise FormulaError(f"{file}: no such file")
    spec = importlib.util.spec_from_file_location(f"own_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        function = getattr(module, name)
        parameters = list(inspect.signature(function).parameters.values())
    except Exception as error:  # somebody else's code: anything can go wrong in it
        raise FormulaError(f"{text}: {type(error).__name__}: {error}") from None

    def formula(*inputs, **options):
        try:
            value = function(*inputs, **options)
        except Exception as error:
            raise FormulaError(f"{text}: {type(error).__name__}: {error}") from None
        if not isinstance(value, pd.DataFrame | pd.Series) or value.shape != inputs[0].shape:
            raise FormulaError(f"{text}: returns no table of the shape of its inputs")
        return value.astype(float)

    formula.__signature__ = inspect.Signature([p for p in parameters if p.kind is not p.VAR_KEYWORD])
    formula.__name__ = code
    return formula


def _named(formula: Callable, code: str, names: list[str]) -> Callable:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    formula.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in names])
    formula.__name__ = code
    return formula
