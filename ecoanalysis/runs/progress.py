"""How far a run is: a bar in a terminal, plain lines elsewhere, a digest at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from tqdm import tqdm

from ecoanalysis.catalog import phrase

SLOWEST = 3


class Progress:
    """Counts what is done of `total`; says what is being worked on and how long it may still take."""

    def __init__(self, total: int, lang: str):
        self.lang, self.total, self.number, self.started = lang, total, 0, time.monotonic()
        self._working: dict[str, str] = {}
        shown = sys.stderr is not None and sys.stderr.isatty()
        bar = "{l_bar}{bar}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}{postfix}]"
        self._bar = tqdm(total=total, bar_format=bar, leave=False) if shown else None

    def telling(self, name: str) -> Callable[[str], None]:
        """What a worker calls with the heading it has come to."""

        def tell(heading: str) -> None:
            self._working[name] = heading.split(" · ")[0 if self.lang == "zh" else -1][:24]
            if self._bar:
                working = [f"{region} {words}".strip() for region, words in list(self._working.items())[-2:]]
                self._bar.set_postfix_str(" | ".join(working))

        return tell

    def done(self, name: str, seconds: float, failed: bool = False) -> None:
        """Count one thing that has ended."""
        self.number += 1
        self._working.pop(name, None)
        if self._bar:
            self._bar.update()
            return
        left = (time.monotonic() - self.started) / self.number * (self.total - self.number)
        key = "run.line_failed" if failed else "run.line"
        values = {"number": self.number, "total": self.total, "region": name}
        line = phrase(key, self.lang, **values, seconds=round(seconds, 1), left=round(left))
        print(line, file=sys.stderr, flush=True)

    def close(self) -> None:
        if self._bar:
            self._bar.close()


def digest(outcomes: list, seconds: float, lang: str) -> str:
    """One line: how many were made, were unchanged, failed, and which took longest."""
    made = [outcome for outcome in outcomes if not outcome.reused and outcome.state == "done"]
    failed = sum(outcome.state != "done" for outcome in outcomes)
    counts = {"made": len(made), "unchanged": sum(outcome.reused for outcome in outcomes), "failed": failed}
    line = phrase("run.digest", lang, **counts, seconds=round(seconds))
    slow = sorted(made, key=lambda outcome: -outcome.seconds)[:SLOWEST]
    if len(made) > SLOWEST:
        joint = "、" if lang == "zh" else ", "
        named = joint.join(f"{outcome.name} {outcome.seconds:g} s" for outcome in slow)
        line += phrase("run.slowest", lang, regions=named)
    return line


def reasons(outcomes: list, lang: str) -> list[str]:
    """Why what was made had to be made, a line a reason; nothing on a first run, where everything is new."""
    grouped: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.why:
            grouped.setdefault(outcome.why, []).append(outcome.name)
    if set(grouped) <= {"new"} and not any(outcome.reused for outcome in outcomes):
        return []
    joint = "、" if lang == "zh" else ", "
    return [
        phrase("run.reasons", lang, region=joint.join(names), why=phrase(f"run.why.{why}", lang))
        for why, names in grouped.items()
    ]
