"""Own indicators of a data folder: a row names a ratio, a head count, a fall, an expression, or a function in a file.

    ratio(tea_area, land_area)        numerator over denominator, in the unit of the row
    per_head(park_green_area)         the same over the resident population
    decline(energy_use, gdp_constant) fall of the ratio since the year before [%]
    (tea_area + orchard) / land_area  sums, differences, products and quotients of codes and numbers, units reckoned too
    formulas.py:tea_share             a function whose parameters are codes of variables

A function takes DataFrames (years × regions) and returns one; it runs as it stands there, so a folder is only as
trustworthy as the person it comes from.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import operator
import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pandas as pd

from .rates import decline_rate, ratio

HEADS = "resident_population"
SIGNS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


class FormulaError(ValueError):
    """A formula of a data folder that cannot be used; `why` (the end of a phrase `problem.formula_…`) and `values`."""

    def __init__(self, why: str, **values):
        super().__init__(f"{why} {values}")
        self.why, self.values = why, values


def sides(text: str) -> tuple[str, list[str]]:
    """Kind and inputs of a written formula: ("ratio", ["tea_area", "land_area"]); ("", []) for a function in a file.

    Raises
    ------
    FormulaError
        The text is none of the five forms.
    """
    if re.fullmatch(r"[\w.-]+\.py:\w+", text):
        return "", []
    written = re.fullmatch(r"(ratio|per_head|decline)\(\s*(\w+)\s*(?:,\s*(\w+)\s*)?\)", text)
    if not written:
        return "expression", _names(text)
    if (written[3] is None and written[1] != "per_head") or written[2] == written[3]:
        raise FormulaError("form")
    return written[1], [written[2], written[3] or HEADS]


def written(code: str, text: str, factor: float) -> Callable:
    """The function of `ratio(a, b)`, `per_head(a)` or `decline(a, b)`; `factor` brings a/b to the unit of the row."""
    kind, names = sides(text)

    def formula(numerator, denominator):
        return (
            decline_rate(ratio(numerator, denominator)) if kind == "decline" else ratio(numerator, denominator, factor)
        )

    return _named(formula, code, names)


# ---------------------------------------------------------------------- expressions (pandas.eval knows no units)


def expression(
    code: str, text: str, size: Fraction, quantity: Counter, inputs: dict[str, tuple[Fraction, Counter]]
) -> Callable:
    """The function of an expression of codes and numbers; a quotient with a zero below is missing, as in a ratio.

    Parameters
    ----------
    size, quantity
        Of the unit that the result is to be in: how large it is, and the powers of what it measures.
    inputs
        The same of the unit of every input, by code.

    Raises
    ------
    FormulaError
        Unlike things are added up, a number without unit to things, or the result is nothing that the unit measures.
    """
    tree, names = _tree(text), _names(text)
    result = _quantity(tree, {name: powers for name, (_, powers) in inputs.items()})
    if result != quantity:
        raise FormulaError("result", found=_told(result), asked=_told(quantity))
    sizes = {name: float(inputs[name][0]) for name in names}

    def formula(*tables):
        known = {name: sizes[name] * table for name, table in zip(names, tables, strict=True)}
        return _value(tree, known) / float(size)

    return _named(formula, code, names)


def _tree(text: str) -> ast.expr:
    """An expression as a tree of sums, differences, products and quotients of names and numbers."""
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FormulaError("form") from None
    ahead, inputs = [tree], 0
    while ahead:
        node = ahead.pop()
        match node:
            case ast.BinOp(left, op, right) if type(op) in SIGNS:
                ahead += [left, right]
            case ast.UnaryOp(ast.USub(), operand):
                ahead.append(operand)
            case ast.Name():
                inputs += 1
            case ast.Constant(value) if type(value) in (int, float):
                pass
            case _:
                raise FormulaError("form")
    if not inputs:
        raise FormulaError("form")
    return tree


def _names(text: str) -> list[str]:
    """The codes in an expression, each once, as they come."""
    names = [node for node in ast.walk(_tree(text)) if isinstance(node, ast.Name)]
    return list(dict.fromkeys(node.id for node in sorted(names, key=lambda node: (node.lineno, node.col_offset))))


def _quantity(node: ast.expr, known: dict[str, Counter]) -> Counter:
    """What the value of a node measures, as powers of quantities; nothing for a plain number."""
    match node:
        case ast.Name(name):
            return known[name]
        case ast.Constant():
            return Counter()
        case ast.UnaryOp():
            return _quantity(node.operand, known)
    left, right = _quantity(node.left, known), _quantity(node.right, known)
    if isinstance(node.op, ast.Add | ast.Sub):
        if left != right or _has_number(node):
            raise FormulaError("unlike", first=_told(left), second=_told(right))
        return left
    sign = 1 if isinstance(node.op, ast.Mult) else -1
    powers = {name: left[name] + sign * right[name] for name in left | right}
    return Counter({name: count for name, count in powers.items() if count})


def _has_number(node: ast.BinOp) -> bool:
    """Whether one side of a sum is a number alone, which has no unit: 100 - share says not 100 of what."""
    return any(not any(isinstance(n, ast.Name) for n in ast.walk(side)) for side in (node.left, node.right))


def _told(quantity: Counter) -> str:
    """A quantity as it is read: mass/person."""
    above = [name for name, count in quantity.items() for _ in range(count)]
    below = [name for name, count in quantity.items() for _ in range(-count)]
    return "/".join([" × ".join(above) or "1", *below])


def _value(node: ast.expr, known: dict[str, pd.DataFrame]):
    match node:
        case ast.Name(name):
            return known[name]
        case ast.Constant(value):
            return value
        case ast.UnaryOp():
            return -_value(node.operand, known)
    left, right = _value(node.left, known), _value(node.right, known)
    if isinstance(node.op, ast.Div):
        right = right.where(right != 0) if isinstance(right, pd.DataFrame | pd.Series) else right or float("nan")
    return SIGNS[type(node.op)](left, right)


# ---------------------------------------------------------------------- functions in files


def from_file(code: str, text: str, folder: Path) -> Callable:
    """The function `file.py:function` of a data folder, guarded: whatever it raises becomes a FormulaError."""
    file, name = text.split(":")
    path = folder / file
    if not path.is_file():
        raise FormulaError("file", file=file)
    spec = importlib.util.spec_from_file_location(f"own_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        function = getattr(module, name)
        parameters = list(inspect.signature(function).parameters.values())
    except Exception as error:  # somebody else's code: anything can go wrong in it
        raise FormulaError("raised", error=f"{type(error).__name__}: {error}") from None

    def formula(*inputs, **options):
        try:
            value = function(*inputs, **options)
        except Exception as error:
            raise FormulaError("raised", error=f"{type(error).__name__}: {error}") from None
        if not isinstance(value, pd.DataFrame | pd.Series) or value.shape != inputs[0].shape:
            raise FormulaError("shape")
        return value.astype(float)

    formula.__signature__ = inspect.Signature([p for p in parameters if p.kind is not p.VAR_KEYWORD])
    formula.__name__ = code
    return formula


def _named(formula: Callable, code: str, names: list[str]) -> Callable:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    formula.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in names])
    formula.__name__ = code
    return formula
