"""The commands: init, check, run, track-record.

Exit code 0 done, 1 a region or a check failed, 2 refused before anything started.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

# Small models on few cores: several BLAS threads fight each other. Kernels inherit this, so it comes before numpy.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
# An optional format checker of jsonschema that builds a grammar for a second at import; notebooks do not need it.
sys.modules.setdefault("rfc3987_syntax", None)

DEFAULT_DATA, DEFAULT_OUT = Path("data/raw"), Path("reports")


def main(arguments: list[str] | None = None) -> int:
    """Entry point of the `ecoanalysis` command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    options = _parser().parse_args(arguments)
    return options.command(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ecoanalysis",
        description="生态文明建设指标可达性分析 · Reachability analysis of ecological-civilisation indicators",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--lang", choices=("zh", "en", "both"), default="zh", help="语言 · language (default: zh)")
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument(
        "--data",
        type=Path,
        default=DEFAULT_DATA,
        metavar="DIR",
        help="数据目录 · data folder (default: data/raw)",
    )

    init = commands.add_parser("init", parents=[common], help="为另一个城市建立空数据目录 · an empty data folder")
    init.add_argument("folder", type=Path, metavar="DIR")
    init.set_defaults(command=_init)

    check = commands.add_parser("check", parents=[common, data], help="检查数据 · check the data")
    check.set_defaults(command=_check)

    run = commands.add_parser("run", parents=[common, data], help="生成全部报告 · make all reports")
    run.add_argument("--region", action="append", metavar="CODE", help="只做这些地区，可重复 · only these, repeatable")
    run.add_argument("--as-of", type=int, metavar="YEAR", help="不使用晚于此年的数据 · nothing later is used")
    run.add_argument("--out", type=Path, metavar="DIR", help="报告目录 · reports folder (default: reports)")
    run.add_argument("--skip-bad-rows", action="store_true", help="略过坏行并在报告中列出 · go on without bad rows")
    run.set_defaults(command=_run)
    record = commands.add_parser(
        "track-record", parents=[common, data], help="回溯检验 · replay every earlier year and score what was said"
    )
    record.add_argument("--out", type=Path, default=DEFAULT_OUT, metavar="DIR", help="报告目录 · reports folder")
    record.add_argument("--skip-bad-rows", action="store_true", help="略过坏行 · go on without bad rows")
    record.set_defaults(command=_track_record)
    return parser


def _init(options: argparse.Namespace) -> int:
    from ecoanalysis import catalog, intake

    try:
        made = intake.write_template(options.folder)
    except FileExistsError as error:
        return _refuse(catalog.phrase("init.exists", _word(options), files=str(error)))
    print(catalog.phrase("init.done", _word(options), folder=options.folder, files=", ".join(made)))
    return 0


def _check(options: argparse.Namespace) -> int:
    from ecoanalysis import catalog, intake

    raw = intake.read(options.data)
    lang = _word(options)
    for problem in raw.problems:
        print(problem.text(lang))
    if raw.problems:
        print(catalog.phrase("check.problems", lang, count=len(raw.problems)))
        return 1
    counts = {"rows": len(raw.observations), "regions": len(raw.regions), "targets": len(raw.targets)}
    demo = int((raw.observations["status"] == "demo").sum())
    print(catalog.phrase("check.good", lang, **counts, demo=demo))
    return 0


def _run(options: argparse.Namespace) -> int:
    from ecoanalysis import assess, catalog, runs

    lang = _word(options)
    own_place = options.out is not None or options.data != DEFAULT_DATA
    try:
        outcomes = runs.run(
            options.data,
            options.out or DEFAULT_OUT,
            regions=options.region,
            as_of=options.as_of,
            lang=options.lang,
            skip_bad_rows=options.skip_bad_rows,
            tables=None if own_place else runs.PROCESSED,
        )
    except assess.BadData as error:
        return _bad_data(error, lang)
    except runs.BadRequest as error:
        return _refuse(str(error))
    failed = [outcome for outcome in outcomes if outcome.state != "done"]
    for outcome in failed:
        values = {"region": outcome.name, "folder": outcome.folder, "error": outcome.error}
        print(catalog.phrase("run.failed", lang, **values), file=sys.stderr)
    print(catalog.phrase("run.end", lang, done=len(outcomes) - len(failed), failed=len(failed)))
    return 1 if failed else 0


def _track_record(options: argparse.Namespace) -> int:
    from ecoanalysis import assess, catalog, runs

    lang = _word(options)
    try:
        outcome = runs.track_record(options.data, options.out, options.lang, skip_bad_rows=options.skip_bad_rows)
    except assess.BadData as error:
        return _bad_data(error, lang)
    if outcome.state != "done":
        values = {"region": outcome.name, "folder": outcome.folder, "error": outcome.error}
        print(catalog.phrase("run.failed", lang, **values), file=sys.stderr)
        return 1
    print(catalog.phrase("record.end", lang, folder=options.out / outcome.folder))
    return 0


def _bad_data(error, lang: str) -> int:
    from ecoanalysis import catalog

    for problem in error.problems:
        print(problem.text(lang), file=sys.stderr)
    return _refuse(catalog.phrase("run.bad_data", lang, count=len(error.problems)))


def _word(options: argparse.Namespace) -> str:
    return "zh" if options.lang == "both" else options.lang


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
