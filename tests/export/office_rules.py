"""Office files against the schema (ECMA-376), and the rules beside it that Word insists on, as far as ours can break them.

The schema is that of openxml-audit, a port of Microsoft's Open XML SDK; what is written down here is what Word repairs or
refuses all the same.
"""

import posixpath
import zipfile
from collections import Counter

import openxml_audit
from lxml import etree
from openxml_audit import context

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
CELL_ORDER = "tcW gridSpan vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark".split()


def against_the_schema(path) -> list[str]:
    """Every place where a file, large or small, is not what the schema asks; empty for a good one.

    The validator tells the place of a row by counting all rows above it, which takes minutes in a workbook; here it does not.
    """
    counted = context._sibling_position
    context._sibling_position = lambda element: 1
    try:
        return [
            f"{one.part_uri} {one.description}" for one in openxml_audit.OpenXmlValidator().validate(str(path)).errors
        ]
    finally:
        context._sibling_position = counted


def with_part(path, folder, part: str, old: str, new: str):
    """A file with a text of one part exchanged once, to see whether it is noticed; returns its path."""
    spoilt = folder / f"spoilt{path.suffix}"
    with zipfile.ZipFile(path) as good, zipfile.ZipFile(spoilt, "w") as bad:
        for name in good.namelist():
            blob = good.read(name)
            if name == part:
                assert old.encode() in blob
                blob = blob.replace(old.encode(), new.encode(), 1)
            bad.writestr(name, blob)
    return spoilt


def broken(path) -> list[str]:
    """Every rule that a document breaks, in words; empty for a good one."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    trees = {}
    for name, blob in parts.items():
        if name.endswith((".xml", ".rels")):
            trees[name] = etree.fromstring(blob)
    document = trees["word/document.xml"]
    found = [*_packaging(parts, trees), *_fields(document), *_bookmarks(document), *_tables(document)]
    for name, tree in trees.items():
        if name.startswith("word/charts/chart"):
            found += _chart(name, tree)
    numbers = [one.get("id") for one in document.iter(DRAWING)]
    numbers += [one.get(f"{W}val") for one in document.iter(f"{W}id")]
    found += [f"id {number} of a drawing or blank twice" for number, n in Counter(numbers).items() if n > 1]
    styles = {style.get(f"{W}styleId") for style in trees["word/styles.xml"].iter(f"{W}style")}
    used = {one.get(f"{W}val") for one in document.iter(f"{W}pStyle")}
    return found + [f"no style {name}" for name in used - styles]


def _packaging(parts: dict, trees: dict) -> list[str]:
    types, found = trees["[Content_Types].xml"], []
    named = {one.get("PartName").lstrip("/") for one in types if one.tag.endswith("Override")}
    kinds = {one.get("Extension").lower() for one in types if one.tag.endswith("Default")}
    for name in parts:
        if name != "[Content_Types].xml" and name not in named and name.rsplit(".", 1)[-1].lower() not in kinds:
            found.append(f"{name} has no content type")
    found += [f"content type of {name}, which is not there" for name in named - set(parts)]
    for name, tree in trees.items():
        if not name.endswith(".rels"):
            continue
        folder = posixpath.dirname(posixpath.dirname(name))
        for one in tree:
            if one.get("TargetMode") == "External":
                found.append(f"{name} links outside: {one.get('Target')}")
                continue
            target = one.get("Target")
            where = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            if where not in parts:
                found.append(f"{name} leads to {where}, which is not there")
    relations = {one.get("Id") for one in trees["word/_rels/document.xml.rels"]}
    wanted = {
        value for one in trees["word/document.xml"].iter() for key, value in one.attrib.items() if key.startswith(R)
    }
    return found + [f"relation {one} is asked for and not there" for one in wanted - relations]


def _fields(document) -> list[str]:
    """begin, separate, end: nested, never crossed, all closed; what a field points at is a bookmark."""
    found, depth, separated = [], 0, []
    for one in document.iter(f"{W}fldChar"):
        kind = one.get(f"{W}fldCharType")
        if kind == "begin":
            depth, separated = depth + 1, [*separated, False]
        elif not separated or (kind == "separate" and separated[-1]):
            found.append(f"a field's {kind} without its beginning")
        elif kind == "separate":
            separated[-1] = True
        else:
            depth -= 1
            if not separated.pop():
                found.append("a field without what it shows")
    names = {one.get(f"{W}name") for one in document.iter(f"{W}bookmarkStart")}
    for one in document.iter(f"{W}instrText"):
        code = one.text.split()
        if code[0] in ("REF", "PAGEREF") and code[1] not in names:
            found.append(f"{code[0]} to {code[1]}, which is no bookmark")
    for one in document.iter(f"{W}hyperlink"):
        if one.get(f"{W}anchor") not in names:
            found.append(f"a link to {one.get(f'{W}anchor')}, which is no bookmark")
    return found + (["a field that does not end"] if depth else [])


def _bookmarks(document) -> list[str]:
    starts = [one.get(f"{W}id") for one in document.iter(f"{W}bookmarkStart")]
    ends = [one.get(f"{W}id") for one in document.iter(f"{W}bookmarkEnd")]
    names = [one.get(f"{W}name") for one in document.iter(f"{W}bookmarkStart")]
    found = [f"bookmark {name} twice" for name, n in Counter(names).items() if n > 1]
    found += [f"bookmark {name} is too long" for name in names if len(name) > 40]
    if sorted(starts) != sorted(ends) or len(set(starts)) != len(starts):
        found.append("bookmarks are not paired")
    return found


def _tables(document) -> list[str]:
    """A row fills the grid, what goes on from above has something above, and properties stand in the schema's order."""
    found = []
    for number, table in enumerate(document.iter(f"{W}tbl"), start=1):
        columns, above = len(table.findall(f"{W}tblGrid/{W}gridCol")), set()
        for row in table.findall(f"{W}tr"):
            x, here = 0, set()
            for cell in row.findall(f"{W}tc"):
                span, merged = cell.find(f"{W}tcPr/{W}gridSpan"), cell.find(f"{W}tcPr/{W}vMerge")
                order = [CELL_ORDER.index(one.tag.removeprefix(W)) for one in cell.find(f"{W}tcPr")]
                if order != sorted(order):
                    found.append(f"table {number}: properties of a cell out of order")
                if merged is not None:
                    here.add(x)
                    if merged.get(f"{W}val") != "restart" and x not in above:
                        found.append(f"table {number}: a cell goes on from nothing")
                if cell[-1].tag != f"{W}p":
                    found.append(f"table {number}: a cell does not end in a paragraph")
                x += int(span.get(f"{W}val")) if span is not None else 1
            if x != columns:
                found.append(f"table {number}: a row of {x} cells in a grid of {columns}")
            above = here
    return found


def _chart(name: str, tree) -> list[str]:
    axes = [one.find(f"{C}axId").get("val") for one in tree.iter(f"{C}catAx", f"{C}valAx")]
    used = [one.get("val") for plot in tree.iter(f"{C}areaChart", f"{C}lineChart") for one in plot.findall(f"{C}axId")]
    crossed = [one.get("val") for one in tree.iter(f"{C}crossAx")]
    found = [f"{name}: axis {one} is negative" for one in axes if int(one) < 0]
    if set(used) != set(axes) or set(crossed) != set(axes) or len(axes) != 2:
        found.append(f"{name}: axes {axes}, plots use {used}, crossed are {crossed}")
    order = [one.get("val") for one in tree.iter(f"{C}idx") if one.getparent().tag == f"{C}ser"]
    if len(set(order)) != len(order):
        found.append(f"{name}: two series of one index")
    return found
