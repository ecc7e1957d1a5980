"""Borders that the user brings (GeoJSON, with the map's approval number), as a picture. None are shipped or drawn here."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ecoanalysis.catalog import short_name
from ecoanalysis.words import Words

APPROVAL, SOURCE = ("审图号", "approval_number"), ("来源", "source")
KEYS = ("code", "adcode", "region_code", "name", "name_zh", "NAME", "地区")
WIDTH = 640
LARGEST = 20_000_000  # bytes; a page is to be opened on a telephone


@dataclass(frozen=True)
class Shapes:
    """Rings of longitude and latitude by region code, and what stands under the map."""

    rings: dict[str, list[list[tuple[float, float]]]]
    approval: str
    source: str


def shapes(path: Path, regions: pd.DataFrame) -> Shapes | None:
    """The shapes of the regions in a GeoJSON; None where it is no such file, too large, or names none of them.

    A feature belongs to a region by its code or its Chinese name in one of the properties code, adcode, region_code, name,
    name_zh, NAME, 地区. The approval number (审图号) and the source are properties of the collection or of any feature.
    """
    try:
        if path.stat().st_size > LARGEST:
            return None
        collection = json.loads(path.read_text(encoding="utf-8-sig"))
        features = [one for one in collection["features"] if isinstance(one, dict)]
        known = {str(row.code): row.code for row in regions.itertuples()}
        known |= {row.name_zh: row.code for row in regions.itertuples()}
        known |= {short_name(row.name_zh): row.code for row in regions.itertuples()}
        rings: dict[str, list] = {}
        for feature in features:
            properties = feature.get("properties") or {}
            code = next((known[str(properties[k])] for k in KEYS if str(properties.get(k)) in known), None)
            if code is not None:
                rings.setdefault(code, []).extend(_rings(feature["geometry"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        return None
    carriers = [collection, collection.get("properties") or {}, *(one.get("properties") or {} for one in features)]
    return Shapes(rings, _first(carriers, APPROVAL), _first(carriers, SOURCE)) if any(rings.values()) else None


def drawing(shapes_: Shapes, areas: list[dict], name: str) -> dict:
    """The map for `templates/map.svg`: every area that has a shape with its outline and the place of its name."""
    points = [point for rings in shapes_.rings.values() for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    narrow = math.cos(math.radians((south + north) / 2))  # a degree of longitude against one of latitude
    scale = WIDTH / max((east - west) * narrow, 1e-9)
    height = (north - south) * scale

    def at(point: tuple[float, float]) -> str:
        return f"{(point[0] - west) * narrow * scale:.1f} {(north - point[1]) * scale:.1f}"

    drawn = []
    for area in areas:
        rings = shapes_.rings.get(area["code"])
        if rings:
            outline = "".join(f"M{'L'.join(map(at, ring))}Z" for ring in rings)
            x, y = at(_middle(max(rings, key=_area))).split()
            drawn.append(area | {"outline": outline, "x": x, "y": y})
    told = ", ".join(f"{one['name']}: {one['said']}" for one in areas)
    size = {"width": WIDTH + 8, "height": f"{height + 8:.0f}"}
    return size | {"name": name, "told": f"{name}: {told}", "areas": drawn}


def captions(shapes_: Shapes, w: Words) -> list[str]:
    """What stands under a map: approval number and source, or that there is no number."""
    lines = [w("page.approval", number=shapes_.approval) if shapes_.approval else w("page.no_approval")]
    return lines + ([w("page.map_source", source=shapes_.source)] if shapes_.source else [])


def _rings(geometry: dict) -> list[list[tuple[float, float]]]:
    polygons = {"Polygon": lambda c: [c], "MultiPolygon": lambda c: c}[geometry["type"]](geometry["coordinates"])
    return [[(float(x), float(y)) for x, y, *_ in ring] for polygon in polygons for ring in polygon]


def _first(carriers: list[dict], keys: tuple[str, ...]) -> str:
    return next((str(one[key]) for one in carriers for key in keys if one.get(key)), "")


def _area(ring: list[tuple[float, float]]) -> float:
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs))


def _middle(ring: list[tuple[float, float]]) -> tuple[float, float]:
    return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)
