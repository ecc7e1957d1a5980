"""What the commands `check`, `intake` and `forms` do; each returns the exit code."""

from __future__ import annotations

import sys
from pathlib import Path

from ecoanalysis import catalog, words
from ecoanalysis.intake.delivery import take_in
from ecoanalysis.intake.files import Refused
from ecoanalysis.intake.folder import read
from ecoanalysis.intake.forms import request_forms
from ecoanalysis.intake.questions import back_to_sender

LARGEST = 3  # revisions that are shown one by one


def check(data: Path, lang: str, *, all_suspicions: bool = False) -> int:
    """Print every problem, every suspicion and the account of every file; 1 when there are problems."""
    raw = read(data)
    for problem in raw.problems:
        print(problem.text(lang))
    suspicions = raw.suspicions
    open_ones = [suspicion for suspicion in suspicions if not suspicion.acknowledged]
    shown = suspicions if all_suspicions else open_ones
    for suspicion in shown:
        print(f"{catalog.phrase('check.suspicion', lang)} {suspicion.text(lang)}  [{suspicion.key}]")
    for account in raw.files:
        print(account.text(lang))
    for line in vintages(raw, lang):
        print(line)
    if suspicions:
        counts = {"count": len(open_ones), "acknowledged": len(suspicions) - len(open_ones)}
        print(catalog.phrase("check.suspicions", lang, **counts))
    if raw.problems:
        print(catalog.phrase("check.problems", lang, count=len(raw.problems)))
        return 1
    counts = {"rows": len(raw.observations), "regions": len(raw.regions), "targets": len(raw.targets)}
    demo = int((raw.observations["status"] == "demo").sum())
    print(catalog.phrase("check.good", lang, **counts, demo=demo))
    return 0


def vintages(raw, lang: str) -> list[str]:
    """When the figures were received, how many were revised since, and the largest revisions; nothing without dates."""
    dated = {day: count for day, count in raw.vintages.items() if day}
    if not dated:
        return []
    undated = catalog.phrase("check.undated", lang)
    days = {day or undated: count for day, count in sorted(raw.vintages.items(), reverse=True)}
    told = [catalog.phrase("check.vintage", lang, day=day, count=count) for day, count in days.items()]
    lines = [catalog.phrase("check.vintages", lang, days=catalog.phrase("list", lang).join(told))]
    rows = raw.revisions
    if rows.empty:
        return lines
    sizes = (rows["value"] - rows["before"]).abs() / rows["before"].abs().where(rows["before"] != 0)
    largest = rows.loc[sizes.fillna(float("inf")).sort_values(ascending=False, kind="stable").index[:LARGEST]]
    figures = len(rows.drop_duplicates(["region_code", "year", "variable"]))
    lines.append(catalog.phrase("check.revised", lang, count=figures))
    names = raw.regions.set_index("code")[["name_zh", "name_en"]].T.to_dict()
    for row in largest.itertuples():
        record = catalog.variables().get(row.variable) or catalog.indicators().get(row.variable)
        region = names[row.region_code]
        values = {
            "before": f"{row.before:,.10g}",
            "value": f"{row.value:,.10g}",
            "unit": words.of(lang).unit(row.unit),
            "year": row.year,
        }
        lines.append(
            catalog.phrase(
                "check.revision",
                lang,
                region=region[f"name_{lang}"] or region["name_zh"],
                name=record.name(lang) if record else row.variable,
                vintage_before=row.vintage_before or undated,
                vintage=row.vintage,
                place=row.id,
                **values,
            )
        )
    return lines


def intake(options, lang: str) -> int:
    """Take files in; 0 when everything was understood, 1 when something waits, 2 when nothing could start."""
    try:
        deliveries = take_in(
            options.files,
            options.data,
            sender=options.sender,
            status=options.status,
            source=options.source,
            vintage=options.vintage,
            accept=options.accept,
            write=not options.preview,
        )
        for path, delivery in zip(options.files, deliveries, strict=True):
            print(delivery.text(lang))
            if not options.preview:
                back = back_to_sender(delivery, path, options.data, Path(options.data) / "questions", lang)
                if back is not None:
                    print(catalog.phrase("intake.back", lang, file=back))
    except Refused as refused:
        print(catalog.phrase(f"problem.{refused.phrase}", lang, **refused.values), file=sys.stderr)
        return 2
    except BrokenPipeError:  # nobody reads on: the command itself ends quietly
        raise
    except OSError as error:
        print(catalog.phrase("problem.locked", lang, reason=error), file=sys.stderr)
        return 2
    return 0 if all(delivery.complete for delivery in deliveries) else 1


def forms(options, lang: str) -> int:
    """Write the request forms."""
    try:
        made = request_forms(
            options.data, options.out, years=options.years, until=options.until, departments=options.department
        )
    except ValueError as error:
        print(catalog.phrase("forms.no_department", lang, reason=str(error)), file=sys.stderr)
        return 2
    except BrokenPipeError:  # nobody reads on: the command itself ends quietly
        raise
    except OSError as error:
        print(catalog.phrase("problem.locked", lang, reason=error), file=sys.stderr)
        return 2
    print(catalog.phrase("forms.done", lang, count=len(made), folder=options.out))
    return 0
