"""What is said of a statement, a headline, a department: sentences an official can read out, shared by every document.

Numbers and names are worded by `words`; the order and the logic of what is said is here. Nothing here computes a chance.
"""

from __future__ import annotations

import numpy as np

from ecoanalysis import catalog, forecast, judge, words
from ecoanalysis.intake import EVIDENCE_KINDS
from ecoanalysis.words import SIGNS, Words, decimal

NAMED = 5  # names in a row that can still be read out
SAID = ("missed_due", "due_unknown", "slows", "survey_error", "thin_record")  # warnings that the sentence itself says


# ---------------------------------------------------------------------- numbers of a statement


def decimals_of(s) -> int:
    """As many decimals as show that an unmet value is unmet."""
    record = s.record
    if record.decimals is None or not np.isfinite(s.latest_value):
        return record.decimals or 0
    if s.gap > 0 and s.comparison in judge.AT_LEAST + judge.AT_MOST + ("=",):
        decimals = judge.decimals_that_show(s.latest_value, s.target, s.comparison, record)
        last_steps = s.is_duty and s.gap < 10.0 ** (1 - record.decimals)  # 99.94 %, but 98.2 %
        return max(decimals, record.decimals + 1) if last_steps else decimals
    return record.decimals


def value(s, w: Words) -> str:
    """The latest value with its unit; 100 % and 0 % without decimals, as nothing is rounded away there."""
    record = s.record
    if s.is_duty and s.latest_value == s.target:
        return f"{w.plain(s.latest_value)} {w.unit(record.unit)}".strip()
    return w.measure(s.latest_value, s.record, decimals_of(s))


def gap(s, w: Words) -> str:
    """The gap that a reader reckons from the printed value and the printed target; empty when there is none."""
    if not np.isfinite(s.gap) or s.gap <= 0:
        return ""
    decimals = decimals_of(s)
    shown_target = printed_target(s)
    printed = judge.printed_gap(s.latest_value, shown_target, decimals)
    shown = max(decimals, -decimal(shown_target).as_tuple().exponent)
    return w.difference(printed, s.record, shown)


def printed_target(s) -> float:
    """The target as it is printed: as it was set, or a base value rounded as the catalogue says."""
    if s.comparison in ("not_below_base", "not_above_base"):
        return float(words.rounded(s.target, s.record.decimals))
    return float(f"{s.target:.8g}")


def things(s, w: Words) -> str:
    """The gap in things that a department can act on; empty when there is none."""
    if not np.isfinite(s.gap_count) or s.gap_count <= 0:
        return ""
    return w.count(s.gap_count, s.gap_count_unit, s.indicator)


def gap_with_things(s, w: Words) -> str:
    parts = [part for part in (gap(s, w), things(s, w)) if part]
    return w("claim.of_which").join(parts)


def target(s, w: Words) -> str:
    """A target as a table prints it: ≥ 40 %, not below the base, falling."""
    record = s.record
    if s.requirement == "condition":
        return w("target.none_happened")
    if s.comparison in SIGNS:
        if not np.isfinite(s.target):
            return w("target.awaited")
        return f"{SIGNS[s.comparison]} {w.plain(s.target)} {w.unit(record.unit)}".strip()
    if s.comparison in ("not_below_base", "not_above_base") and np.isfinite(s.target):
        return w(f"target.{s.comparison}_value", value=w.measure(s.target, record))
    return w(f"target.{s.comparison}")


def target_in_words(s, w: Words) -> str:
    """A target inside a sentence: 不低于 40 %."""
    if s.comparison in SIGNS:
        return w(f"target_words.{NAMES[s.comparison]}", value=f"{w.plain(s.target)} {w.unit(s.record.unit)}".strip())
    if s.comparison in judge.RELATIVE:
        return w(f"target.{s.comparison}")
    base = w.measure(s.target, s.record)
    key = f"target_words.{s.comparison}"
    if np.isfinite(s.base_year):
        return w(key, value=base, year=int(s.base_year))
    return w(f"{key}_plain", value=base)


NAMES = {">=": "at_least", ">": "above", "<=": "at_most", "<": "below", "=": "equal"}


def verdict(s, w: Words) -> str:
    return w.verdict(s.verdict, s.pressing)


def short_verdict(s, w: Words) -> str:
    return w.short_verdict(s.verdict, s.pressing)


def _inside(text: str) -> str:
    """A verdict in the middle of a sentence."""
    return text[:1].lower() + text[1:]


# ---------------------------------------------------------------------- sentences


def sentence(s, w: Words) -> str:
    """One statement in words an official can read out: value, target, what is missing, the chance and the verdict."""
    if s.verdict == "not_applicable":
        text = w("claim.nothing_to_assess") if "zero_denominator" in s.warnings else w("claim.not_asked")
    elif s.comparison == "done" and s.requirement == "condition":
        ready = s.verdict == "insufficient_data" and not s.warnings[1:]
        text = w.join(_condition(s, w), w("papers.ready") if ready else _papers(s, w))
    elif s.comparison == "done":
        text = _papers(s, w)
    elif not np.isfinite(s.latest_value):
        text = w("claim.lacking", reason=lacking(s, w))
    elif s.verdict == "no_target":
        text = w("claim.no_target", year=w.year(s.latest_year), value=value(s, w))
    elif s.verdict == "insufficient_data":
        text = w("claim.no_base", year=w.year(s.latest_year), value=value(s, w))
    elif s.is_duty:
        text = _duty(s, w)
    elif s.requirement == "protected":
        text = _protected(s, w)
    else:
        text = _trend(s, w)
    notes = [code for code in s.warnings if code not in SAID and not code.startswith(("lacks_", "not_"))]
    notes = [code for code in notes if code != "zero_denominator"]
    if notes and s.comparison != "done":
        text = w.join(text, w("claim.note", note=w.warnings(";".join(notes))))
    text = w.join(text, partial(s, w))
    return text + w.bracket(w.demo_mark(s.status == "demo"))


def partial(s, w: Words) -> str:
    """A sum of some of the counties that is newer than the value that decides: shown, marked, and deciding nothing."""
    counties = len(s.analysis.members(s.region_code))
    if not counties:
        return ""
    rows = s.analysis.results
    rows = rows[(rows["region_code"] == s.region_code) & (rows["indicator"] == s.indicator)]
    rows = rows[(rows["coverage"] < 1) & rows["value"].notna() & (rows["basis"] == "from_counties")]
    rows = rows[rows["year"] > (s.latest_year if np.isfinite(s.latest_year) else -np.inf)]
    if rows.empty:
        return ""
    row = rows.sort_values("year").iloc[-1]
    return w(
        "claim.partial",
        year=int(row["year"]),
        there=round(row["coverage"] * counties),
        counties=counties,
        value=w.measure(row["value"], s.record),
    )


def named_sentence(s, w: Words) -> str:
    """A statement with its indicator's name before it."""
    return w("claim.named", name=w.name(s.record), sentence=sentence(s, w))


def _trend(s, w: Words) -> str:
    past = s.due <= s.as_of
    words_ = {"year": w.year(s.latest_year), "value": value(s, w), "target": target_in_words(s, w), "due": s.due}
    head = w("claim.relative" if s.comparison in judge.RELATIVE else "claim.trend", **words_)
    if s.verdict in ("reached", "reached_at_risk"):
        judged = w(f"claim.{_held(s)}", hold=s.hold_until, chance=w.chance(s.p_hold))
        if s.met_at_due == "unknown":
            judged = w("claim.unknown_at_due") + judged
        survey = w("claim.survey_met") if "survey_error" in s.warnings else ""
        return w.join(f"{head}{judged}", survey)
    parts = [head]
    missing = gap_with_things(s, w)
    if missing:
        parts.append(w("claim.short", missing=missing))
    if s.met_at_due == "no":
        parts.append(w("claim.missed"))
    elif s.met_at_due == "unknown":
        parts.append(w("claim.unknown_at_due"))
    key = "claim.chance_again" if past else "claim.chance"
    word = _inside(verdict(s, w))
    parts.append(w(key, year=s.milestone, chance=w.chance(s.p_reach), verdict=word))
    more = [w("claim.survey_unmet")] if "survey_error" in s.warnings else []
    return w.join("".join(parts), *more)


def _duty(s, w: Words) -> str:
    head = w(
        "claim.duty" if s.record.direction > 0 else "claim.duty_none",
        year=w.year(s.latest_year),
        value=value(s, w),
        target=f"{w.plain(s.target)} {w.unit(s.record.unit)}".strip(),
    )
    if s.verdict in ("reached", "reached_at_risk"):
        kind = "duty" if s.record.direction > 0 else "duty_none"
        return head + w(f"claim.{kind}_{_held(s)}", hold=s.hold_until, chance=w.chance(s.p_hold))
    parts = [head]
    if np.isfinite(s.outstanding) and s.outstanding > 0:
        key = f"outstanding.{s.indicator}"
        key = key if words.has_phrase(key) else "outstanding.other"
        count = w.count(s.outstanding, s.gap_count_unit, s.indicator)
        parts.append(w(key, count=count, number=w.number(s.outstanding, 0)))
    elif s.gap > 0:
        parts.append(w("claim.short", missing=gap(s, w)))
    if s.met_at_due == "no":
        parts.append(w("claim.not_finished"))
    elif s.met_at_due == "unknown":
        parts.append(w("claim.unknown_at_due"))
    parts.append(_finish(s, w))
    return "".join(parts)


def _held(s) -> str:
    """How what is met is told: kept, to be consolidated, or more likely than not to slip."""
    return "slipping" if s.verdict == "reached_at_risk" and s.p_hold < 0.5 else s.verdict


def _finish(s, w: Words) -> str:
    word = _inside(verdict(s, w))
    if not np.isfinite(s.p_reach):
        return w("claim.thin", verdict=word)
    return w(
        "claim.recover" if s.requirement == "protected" else "claim.finish",
        year=s.milestone,
        chance=w.chance(s.p_reach),
        verdict=word,
    )


def _protected(s, w: Words) -> str:
    head = w("claim.protected", year=w.year(s.latest_year), value=value(s, w), target=target_in_words(s, w))
    if s.verdict in ("reached", "reached_at_risk"):
        return head + w(f"claim.protected_{_held(s)}", hold=s.hold_until, chance=w.chance(s.p_hold))
    if not s.gap > 0:  # met once, but the figure is old
        return head + _finish(s, w)
    missed = w("claim.missed") if s.met_at_due == "no" else ""
    return head + w("claim.below_base", gap=gap(s, w)) + missed + _finish(s, w)


def _condition(s, w: Words) -> str:
    if s.verdict == "insufficient_data":
        return w("claim.not_reported", year=s.as_of)
    if s.latest_value > 0:
        count = w.number(s.latest_value, 0)
        return w("claim.happened", year=w.year(s.latest_year), count=count, verdict=_inside(verdict(s, w)))
    key = "claim.none_happened_at_risk" if s.verdict == "reached_at_risk" else "claim.none_happened"
    text = w(key, year=w.year(s.latest_year), hold=s.hold_until, chance=w.chance(s.p_hold))
    if s.met_at_due == "no":
        text = w.join(text, w("claim.happened_at_due", due=s.due))
    return text


def _papers(s, w: Words) -> str:
    """What is on file; nothing supplied is told as that, with no accusation."""
    if "not_supplied" in s.warnings:
        return w("papers.not_supplied")
    lacking = [kind for kind in EVIDENCE_KINDS if f"lacks_{kind}" in s.warnings]
    lost = w("papers.not_found") if "paper_not_found" in s.warnings else ""
    if not lacking:
        return w.join(w("papers.complete"), lost)
    there = [kind for kind in EVIDENCE_KINDS if kind not in lacking]
    names = {kind: w(f"papers.{kind}") for kind in EVIDENCE_KINDS}
    key = "papers.some" if there else "papers.none"
    together = w.series
    said = w(key, there=together([names[k] for k in there]), lacking=together([names[k] for k in lacking])).capitalize()
    return w.join(said, lost)


def pace(s, w: Words) -> str:
    """The recent pace, the needed one, and the one for a chance of 80 %; empty where nothing is required.

    Linear, in the indicator's unit a year, over years that are named.
    """
    if not np.isfinite(s.pace_required):
        return ""
    record = s.record
    decimals = max(decimals_of(s), 1)
    # The needed pace is reckoned from what is printed, so that a reader gets the same.
    years = s.milestone - int(s.latest_year)
    printed = judge.printed_gap(s.latest_value, printed_target(s), decimals_of(s))
    if not printed:  # a strict target, met to the last printed digit
        return ""
    required = float(printed) / years
    while decimals < 6 and not float(words.rounded(required, decimals)):
        decimals += 1
    direction = "up" if s.pace_required > 0 else "down"
    needed = w.difference(required, record, decimals)
    parts = []
    if np.isfinite(s.pace_observed):
        span = int(s.latest_year - s.pace_from)
        moved = float(words.rounded(abs(s.pace_observed), decimals))
        key = "pace.still" if not moved else "pace.up" if s.pace_observed > 0 else "pace.down"
        parts.append(
            w(
                key,
                years=span,
                first=int(s.pace_from),
                last=int(s.latest_year),
                pace=w.difference(abs(s.pace_observed), record, decimals),
            )
        )
    parts.append(w(f"pace.needed_{direction}", pace=needed))
    if np.isfinite(s.pace_for_80) and s.p_reach < 0.8:
        sure = max(abs(s.pace_for_80), required)
        if words.rounded(sure, decimals) > words.rounded(required, decimals):
            parts.append(w(f"pace.sure_{direction}", pace=w.difference(sure, record, decimals)))
    text = w("pace.join").join(parts) + w("stop")
    if w.lang == "en":
        text = text[:1].upper() + text[1:]
    return w.join(text, slows(s, w, required, decimals))


def slows(s, w: Words, required: float, decimals: int) -> str:
    """Why a recent pace that would do is not believed to last; empty where it would not do, or is believed."""
    toward = np.sign(s.pace_required)
    enough = np.isfinite(s.pace_observed) and toward * s.pace_observed >= toward * s.pace_for_80
    if "slows" not in s.warnings and not (enough and s.p_reach < 0.8):
        return ""
    if words.rounded(abs(s.pace_observed), decimals) == words.rounded(required, decimals):
        return w("pace.level")
    record = s.record
    end, start = (record.high, record.low) if toward > 0 else (record.low, record.high)
    near = end is not None and start is not None and abs(end - s.latest_value) < 0.25 * abs(end - start)
    return w("pace.near_limit" if near else "pace.uneven")


def fared(s, w: Words) -> str:
    """How statements that gave such a chance have come true: on the user's own data where a record was made and holds
    enough, then on series of the reference panel, each with whose series they are."""
    return w.join(*fared_by_source(s, w))


def fared_by_source(s, w: Words) -> list[str]:
    """The sentences of `fared`; none where no chance of reaching is told, or not by a forecast."""
    if s.verdict not in judge.OPEN or not np.isfinite(s.p_reach) or s.method == "record":
        return []
    return [text for text in (fared_here(s, w), fared_elsewhere(s, w)) if text]


def fared_here(s, w: Words) -> str:
    """How the user's own statements of the same class of chance came true (`Analysis.own_record`); empty where none was
    made or it holds too few."""
    record = s.analysis.own_record
    known = record and record.of(s.p_reach)
    return own_class(known, record.names.get(w.lang, ""), w) if known else ""


def own_class(known, city: str, w: Words) -> str:
    """What came of the statements of a class (`track_record.OwnClass`), in a sentence; `city` is empty where there is
    not one."""
    whose = city or w("claim.fared_whose")
    counts = {name: w.number(getattr(known, name), 0) for name in ("statements", "came_true", "series", "origins")}
    text = w("claim.fared_own", whose=whose, said=between(known, w), **counts)
    return text + w.bracket(w.demo_mark(known.demo))


def between(known, w: Words) -> str:
    """A class of chance: 60 %—80 %, 60–80 %."""
    return w("claim.between", low=f"{100 * known.low:.0f}", high=f"{100 * known.high:.0f}")


def fared_elsewhere(s, w: Words) -> str:
    """How statements that gave such a chance from so many years came true on the reference panel."""
    record = s.record
    near = forecast.near_limit(s.latest_value, (record.low, record.high), record.direction)
    known = forecast.fared(s.p_reach, int(s.n_obs), near_limit=near)
    if known is None:
        return ""
    counts = {"count": w.number(known.statements, 0), "series": w.number(known.series, 0)}
    return w(f"claim.fared_{known.domain}", said=between(known, w), came=w.chance(known.came_true), **counts)


def city_gap(s) -> float:
    """The city's missing things that the contributions of its counties add up to; NaN where this county adds nothing."""
    if not np.isfinite(s.contribution) or s.contribution <= 0:
        return np.nan
    key = ("gaps", s.indicator)
    if key not in s.analysis.cache:
        rows = s.analysis.assessment
        rows = rows[(rows["indicator"] == s.indicator) & (rows["gap_count"] > 0)].drop_duplicates("region_code")
        s.analysis.cache[key] = dict(zip(rows["region_code"], rows["gap_count"].astype(float), strict=True))
    return s.analysis.cache[key].get(s.analysis.region_row(s.region_code).parent, np.nan)


def set_off(s) -> bool:
    """Whether a county of the same city is beyond the city's target, so that the gap is what is left of theirs."""
    a, parent = s.analysis, s.analysis.region_row(s.region_code).parent
    key = ("set_off", parent, s.indicator)
    if key not in a.cache:
        rows = a.assessment[a.assessment["indicator"] == s.indicator]
        target = rows.loc[(rows["region_code"] == parent) & (rows["gap_count"] > 0), "target"].iloc[0]
        beyond = rows.loc[s.record.direction * (rows["latest_value"] - target) > 0, "region_code"]
        a.cache[key] = any(a.region_row(code).parent == parent for code in beyond)
    return a.cache[key]


def contribution(s, w: Words) -> str:
    """How many of the city's missing things lie in this county; empty for the city and where nothing is missing."""
    whole = city_gap(s)
    if not whole > 0:
        return ""
    return w(
        "claim.contribution" if set_off(s) else "claim.contribution_whole",
        city=s.analysis.name(s.analysis.region_row(s.region_code).parent, w.lang),
        region=s.analysis.name(s.region_code, w.lang),
        whole=w.count(whole, s.gap_count_unit, s.indicator),
        part=w.count(s.contribution, s.gap_count_unit, s.indicator),
        share=w.percent(s.contribution / whole),
    )


def city_only(s, w: Words) -> str:
    """That an item is owed by the city, where a county stands beside its target."""
    is_county = s.analysis.region_row(s.region_code).level == "county"
    return w("claim.city_only") if s.owed_at == "city" and is_county else ""


def lacking(s, w: Words) -> str:
    """Which inputs an indicator lacks in its latest year, by name."""
    rows = s.analysis.results
    rows = rows[(rows["region_code"] == s.region_code) & (rows["indicator"] == s.indicator)]
    if rows.empty:
        return w("lacking.everything")
    names = []
    for lack in filter(None, str(rows.sort_values("year")["lacking"].iloc[-1]).split(";")):
        code, _, where = lack.partition("@")
        name = input_name(code, w, s.analysis.records)
        names.append(w("lacking.of", name=name, region=s.analysis.name(where, w.lang)) if where else name)
    return w("lacking.inputs", names=w.list(dict.fromkeys(names))) if names else w("lacking.everything")


def input_name(code: str, w: Words, known: dict | None = None) -> str:
    """A variable's or indicator's name, among `known` records or the shipped ones; a reason (a zero below) in words."""
    record = (known or catalog.variables() | catalog.indicators()).get(code)
    return w.name(record) if record else w(f"lacking.{code}") if words.has_phrase(f"lacking.{code}") else code


# ---------------------------------------------------------------------- the headline


def headline(region, w: Words, *, since: bool = True) -> list[str]:
    """A region's answer in a few sentences: met at its date, may it apply and why not, what is weak, what slips.

    `since` asks what moved since the year before as well, for which that year is analysed too.
    """
    head, analysis = region.headline, region.analysis

    def named(items) -> str:
        return w.list(analysis.item_name(item, w.lang) for item in items)

    due = len(head.met) + len(head.missed) + len(head.unknown)
    counted = {"met": len(head.met), "missed": len(head.missed), "unknown": len(head.unknown)}
    shares = {"share": w.percent(head.advisory_share), "asked": w.percent(analysis.settings.advisory_share)}
    sentences = [
        w("headline.at_date", region=region.name(w.lang), as_of=head.as_of, items=due, **counted),
        w(
            f"headline.conditions_{head.conditions_met}",
            binding=_binding(head, w),
            unknown=len(head.unknown_binding),
            share=shares["share"],
            asked=shares["asked"],
            advisory=w(f"headline.advisory_{'known' if np.isfinite(head.advisory_share) else 'open'}", **shares),
        ),
    ]
    for key in ("missed_binding", "missed_advisory", "unknown_binding"):
        items = getattr(head, key)
        if items:
            sentences.append(w(f"headline.{key}", count=len(items), names=named(items)))
    sentences.append(named_weak(region, w))
    sentences.insert(0, scenario(analysis, w))
    outlook = {name: len(getattr(head, name)) for name in ("secure", "consolidate", "to_be_won", "in_doubt", "open")}
    sentences.append(w("headline.outlook", items=sum(outlook.values()), **outlook))
    sentences.append(slipping(region, w))
    sentences.append(changed(region, w) if since else "")
    sentences.append(unverified(region, w))
    return [text for text in sentences if text]


def _binding(head, w: Words) -> str:
    """How many binding items are missed or not known; none is said as none."""
    missed, unknown = len(head.missed_binding), len(head.unknown_binding)
    kind = "both" if missed and unknown else "missed" if missed else "unknown" if unknown else "met"
    return w(f"headline.binding_{kind}", missed=missed, unknown=unknown)


def missed_items(head, w: Words) -> str:
    """How many items were missed at their date, and how many of them are binding."""
    count, binding = len(head.missed), len(head.missed_binding)
    return (
        w("slide.missed_items", count=count, binding=binding)
        if binding
        else w("slide.missed_all_advisory", count=count)
    )


def scenario(analysis, w: Words) -> str:
    """That everything rests on a scenario, and on what; empty for the trend."""
    if analysis.scenario == "trend":
        return ""
    return w.join(w("scenario.headline", name=analysis.scenario), *analysis.assumed(w.lang))


def named_weak(region, w: Words) -> str:
    """Where the weak points stand that the plan names: what is missing, or that they are met."""
    told = []
    for s in region.statements:
        if s.named_weak:
            missing = things(s, w) or gap(s, w)
            key = "headline.weak_short" if missing else "headline.weak_stands"
            told.append(w(key, name=w.name(s.record), missing=missing, verdict=_inside(verdict(s, w))))
    return w("headline.weak", parts=w("join").join(told)) if told else ""


def slipping(region, w: Words) -> str:
    """What is met today and more likely than not to slip back before the re-inspection."""
    names = met_names(region, [s for s in region.statements if s.verdict == "reached_at_risk" and s.p_hold < 0.5], w)
    return w("headline.slipping", count=len(names), names=_first_named(names, w)) if names else ""


def met_names(region, met, w: Words) -> list[str]:
    """Names of what is met; of an item that is not met as a whole that of its part: else one item would be missed and met
    in one breath."""
    analysis = region.analysis
    items = {s.indicator: analysis.item_of(s.indicator) for s in region.statements}
    short = {items[s.indicator] for s in region.statements if s.verdict in judge.OPEN}
    named = (
        w.name(s.record) if items[s.indicator] in short else analysis.item_name(items[s.indicator], w.lang) for s in met
    )
    return list(dict.fromkeys(named))


def unverified(region, w: Words) -> str:
    """That the counts above rest on attributes and a share that nobody could check; empty when all are checked."""
    marks = [region.analysis.indicators[code].confidence_attribute for code in set(region.rows["indicator"])]
    if not any(mark in catalog.UNVERIFIED for mark in marks):
        return ""
    return w("headline.unverified", share=w.percent(region.analysis.settings.advisory_share))


def changed(region, w: Words) -> str:
    """What moved since the year before: by verdict."""
    moved = region.changes
    if moved.empty:
        return ""
    parts = [
        w(f"headline.{kind}", count=len(items), names=_first_named(_item_names(region.analysis, items, w), w))
        for kind, items in moved_items(region).items()
    ]
    year = region.analysis.as_of - 1
    return (
        w("headline.changed", year=year, parts=w("join").join(parts)) if parts else w("headline.unchanged", year=year)
    )


def moved_items(region) -> dict[str, list]:
    """Items that are better, worse or missed since the year before; an item of several parts once, by its worst news."""
    moved, told, found = region.changes, set(), {}
    for kind in ("missed", "worse", "better"):
        items = dict.fromkeys(map(region.analysis.item_of, moved.loc[moved["moved"] == kind, "indicator"]))
        found[kind] = [item for item in items if item not in told]
        told.update(items)
    return {kind: found[kind] for kind in ("better", "worse", "missed") if found[kind]}


def _item_names(analysis, items, w: Words) -> list[str]:
    return [analysis.item_name(item, w.lang) for item in items]


def _first_named(names: list[str], w: Words) -> str:
    return w.list(names[:NAMED]) + (w("headline.more") if len(names) > NAMED else "")


# ---------------------------------------------------------------------- the chain behind a statement


def chain(s, w: Words) -> str:
    """From the verdict down to file, sheet and cell, one step a line."""
    record = s.record
    lines = [f"{s.analysis.name(s.region_code, w.lang)} · {record.label} {w.name(record)}", sentence(s, w)]
    if np.isfinite(s.p_reach):
        lines.append(
            w(
                "chain.chance",
                method=w(f"method.{s.method}") if words.has_phrase(f"method.{s.method}") else s.method,
                count=s.n_obs,
            )
        )
    history = s.history
    if len(history):
        series = w.list(f"{year}: {w.number(v, record.decimals)}" for year, v in history.items())
        lines.append(w("chain.series", series=series))
    if s.explanation is not None:
        unit, points = (
            f" {w.unit(code)}".rstrip() for code in (record.unit, "pp" if record.unit == "%" else record.unit)
        )
        lines += [f"· {text}" for text in forecast.sentences(s.explanation, w, record.decimals, unit, points)]
    lines += fared_by_source(s, w)
    key = "chain.formula_unverified" if record.confidence in catalog.UNVERIFIED else "chain.formula"
    lines.append(w(key, text=w.source_of(record), confidence=record.confidence))
    for row in s.observed:
        name = input_name(row.variable, w, s.analysis.records)
        lines.append(
            w(
                "chain.input",
                name=name,
                region=s.analysis.name(row.region_code, w.lang),
                year=row.year,
                value=w.plain(row.value),
                unit=w.unit(row.unit, row.variable),
                status=w.status(row.status),
                source=s.analysis.called(row.source, w.lang),
                cell=place_of(row),
            )
        )
    return "\n".join(lines)


def place_of(row) -> str:
    """File, sheet and cell of an observation."""
    cell = str(row.cell).removeprefix("row ")
    return f"{row.file}!{row.sheet}!{cell}" if getattr(row, "sheet", "") else f"{row.file}:{cell}"


def sources(s, w: Words) -> list[str]:
    """Source, file and row of every observation behind the latest value."""
    return [s.analysis.called(row.source, w.lang) + w("mark.in_brackets", text=place_of(row)) for row in s.observed]
