"""Chinese names in English: departments, projects, papers and sources, piece by piece from tables.

What the tables know is translated (`tables/names.csv`, a data folder's own `names.csv`, and the names of its regions and
indicators); what nobody has translated is written in pinyin with the Chinese behind it, so that it can still be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from ecoanalysis.catalog import rows, short_name

URL = re.compile(r"https?://\S+")
HAN = re.compile(r"[\u3400-\u9fff]+")
PLAIN = re.compile(r"\d+|[^\d\u3000-\u9fff\uff00-\uffef]+|.", re.S)  # neither Chinese letters nor Chinese stops
LEVEL, REGION = "{level}", "{region}"
GLUED = 4  # letters: a longer run in pinyin is no word, and is written syllable by syllable


class Names:
    """The English of Chinese names.

    Parameters
    ----------
    own : mapping of str to str, optional
        Chinese to English of one data folder; they go before the shipped ones.
    regions : mapping of str to str, optional
        Chinese to English names of its regions.
    others : mapping of str to str, optional
        Further names that stand inside names: indicators.

    Notes
    -----
    A name in a table may hold `{n}` and `{n2}` (numbers), `{region}` (a region, with or without its last word) and
    `{level}` (the first word of a bureau's name: 市, 县). A row of the kind `department` may follow a level or a region.
    At each place the row with the most letters wins.

    Examples
    --------
    >>> names = Names({"甲村污水站": "Jiacun sewage station"}, {"甲县": "Jia"})
    >>> names("市生态环境局"), names("甲县住建局")
    ('Municipal Ecology and Environment Bureau', 'Jia County Housing and Urban-Rural Development Bureau')
    >>> names("甲村污水站"), names("乙河林场")
    ('Jiacun sewage station', 'Yihelinchang (乙河林场)')
    """

    def __init__(
        self,
        own: Mapping[str, str] | None = None,
        regions: Mapping[str, str] | None = None,
        others: Mapping[str, str] | None = None,
    ):
        self.governments = dict(regions or {})
        self.regions = {short_name(zh): en for zh, en in self.governments.items()} | self.governments
        self.levels = {row["zh"]: row["en"] for row in _shipped() if row["kind"] == "level"}
        listed = [(zh, en, "own") for zh, en in (own or {}).items()]
        listed += [(zh, en, "region") for zh, en in self.regions.items()]
        listed += [(row["zh"], row["en"], row["kind"]) for row in _shipped() if row["kind"] != "level"]
        listed += [(zh, en, "other") for zh, en in (others or {}).items()]
        # stable: own rows first among equals; regions last, as a bureau's name begins with one
        listed.sort(key=lambda row: (row[2] == "region", -len(re.sub(r"\{\w+\}", "", row[0]))))
        self.patterns = [(self._pattern(zh, kind), en, kind) for zh, en, kind in listed if zh and en]
        self.known: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """A name in English; unchanged where it holds no Chinese. Addresses stay as they are."""
        if text not in self.known:
            self.known[text] = self._english(str(text))
        return self.known[text]

    def _pattern(self, zh: str, kind: str) -> re.Pattern:
        region, level = _one_of(self.regions), _one_of(self.levels)
        pattern = re.escape(zh)
        patterns = {"n": r"\d+", "n2": r"\d+", "level": level, "region": region}
        for name, among in patterns.items():
            pattern = pattern.replace(re.escape(f"{{{name}}}"), f"(?P<{name}>{among})")
        if kind == "department":
            before = f"(?P<region>{region})?" + (f"(?P<level>{level})?" if LEVEL not in zh else "")
            pattern = (before if REGION not in zh else "") + pattern
        return re.compile(pattern)

    def _english(self, text: str) -> str:
        if not HAN.search(text):
            return text
        english, strange, at = "", False, 0
        for address in [*URL.finditer(text), None]:
            piece, own = self._piece(text[at : address.start() if address else None])
            english, strange = f"{english}{piece}", strange or own
            if address:
                english, at = f"{english} {address[0]} ", address.end()
        english = _set(english)
        return f"{english} ({' '.join(URL.sub('', text).split())})" if strange else english

    def _piece(self, text: str) -> tuple[str, bool]:
        """The English of a text without addresses, and whether any of it had to be written in pinyin."""
        english, unknown, strange, at = "", "", False, 0
        while at < len(text):
            known = next(((match, *row) for pattern, *row in self.patterns if (match := pattern.match(text, at))), None)
            if not known and HAN.match(text[at]):
                unknown, at = unknown + text[at], at + 1
                continue
            if unknown:
                english, unknown, strange = f"{english} {_pinyin(unknown)} ", "", True
            plain = PLAIN.match(text, at)
            english += f" {self._filled(*known)} " if known else plain[0]
            at = (known[0] if known else plain).end()
        return (f"{english} {_pinyin(unknown)}", True) if unknown else (english, strange)

    def _filled(self, match: re.Match, en: str, kind: str) -> str:
        given = match.groupdict()
        region, level = given.get("region"), given.get("level")
        if kind == "department" and region in self.governments and REGION not in en:
            level = level or region[-1]  # a bureau's level is the end of its region's name
        words = {name: given.get(name) or "" for name in ("n", "n2")}
        words |= {"region": self.regions.get(region, ""), "level": self.levels.get(level, "")}
        before = [words[name] for name in ("region", "level") if kind == "department" and f"{{{name}}}" not in en]
        return " ".join([*before, en.format(**words)]).strip()


def _one_of(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True))) or "(?!)"


def _pinyin(text: str) -> str:
    """Chinese in Latin letters without tones: Xiaolongshan; syllable by syllable when it is long."""
    from pypinyin import lazy_pinyin  # a large dictionary, for names in no table alone

    return ("" if len(text) <= GLUED else " ").join(lazy_pinyin(text, v_to_u=True)).capitalize()


def _set(text: str) -> str:
    """English as it is set: one space between words, none before a stop, a capital to begin with."""
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ([,:;.)\]])", r"\1", text)
    text = re.sub(r"([(\[]) ", r"\1", text).strip(" ,;")
    return text[:1].upper() + text[1:]


@cache
def _shipped() -> tuple[dict[str, str], ...]:
    return tuple(rows(files("ecoanalysis") / "tables" / "names.csv"))
