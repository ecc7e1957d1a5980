"""The commands: init, check, intake, forms, run, assess, compare, evidence, duties, deck, explain, track-record, lab.

Exit code 0 done, 1 a region or a check failed, 2 refused before anything started, 130 interrupted.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
from pathlib import Path

# Small models on few cores: several BLAS threads fight each other. Kernels inherit this, so it comes before numpy.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
# An optional format checker of jsonschema that builds a grammar for a second at import; notebooks do not need it.
sys.modules.setdefault("rfc3987_syntax", None)

# What argparse says of wrong arguments, in English alone, and the phrase that says it to everybody.
WRONG_ARGUMENTS = {
    "arguments.required": r"the following arguments are required: (?P<names>.+)",
    "arguments.unknown": r"unrecognized arguments: (?P<names>.+)",
    "arguments.one_of": r"argument (?P<names>.+): invalid choice: '?(?P<given>.*?)'? \(choose from (?P<choices>.+)\)",
    "arguments.whole": r"argument (?P<names>.+): invalid int value: '(?P<given>.*)'",
    "arguments.number": r"argument (?P<names>.+): invalid float value: '(?P<given>.*)'",
    "arguments.nothing_after": r"argument (?P<names>.+): expected .*argument.*",
    "arguments.not_both": r"argument (?P<names>.+): not allowed with argument (?P<other>.+)",
    "arguments.several": r"ambiguous option: (?P<names>.+) could match (?P<choices>.+)",
}
DEFAULT_DATA, DEFAULT_OUT = Path("data/raw"), Path("reports")


def main(arguments: list[str] | None = None) -> int:
    """Entry point of the `ecoanalysis` command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    parser = _parser()
    options, others = parser.parse_known_args(arguments)
    if others and options.command is not _lab:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    options.others = others
    try:
        code = options.command(options)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read along has read enough, such as `| head`
        _close_output()
        return 0
    except KeyboardInterrupt:
        from ecoanalysis import catalog

        print(catalog.phrase("cli.interrupted", _word(options)), file=sys.stderr)
        return 130
    return code


def _close_output() -> None:
    """Send what is still to be printed nowhere, so that the interpreter's last flush has nothing to complain about."""
    with contextlib.suppress(OSError, ValueError):  # a stream without a number of its own has nothing left to print
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Parser(argparse.ArgumentParser):
    """A parser that tells what is wrong in both languages."""

    def error(self, message: str):
        from ecoanalysis import words

        for key, pattern in WRONG_ARGUMENTS.items():
            if found := re.fullmatch(pattern, message, re.DOTALL):
                message = words.in_both(
                    key, **{name: text.replace("'", "") for name, text in found.groupdict().items()}
                )
                break
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {message}\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
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
    check.add_argument("--all", action="store_true", help="已核实的存疑也列出 · show acknowledged suspicions too")
    check.set_defaults(command=_check)

    take_in = commands.add_parser(
        "intake", parents=[common, data], help="读入部门报送的表格 · workbooks and tables as people send them"
    )
    take_in.add_argument("files", nargs="+", type=Path, metavar="FILE")
    take_in.add_argument("--sender", default="", metavar="NAME", help="报送方（默认取自文件名） · who sent it")
    take_in.add_argument(
        "--status", default="observed", choices=("observed", "estimated", "demo"), help="数据性质 · status"
    )
    take_in.add_argument("--source", default="", metavar="TEXT", help="来源（默认为文件名） · source")
    take_in.add_argument("--vintage", default="", metavar="DATE", help="收到日期（默认今天） · when it was received")
    take_in.add_argument("--accept", action="store_true", help="确认改动已有数值 · let figures be replaced")
    take_in.add_argument("--preview", action="store_true", help="只预览，不写入 · look only, write nothing")
    take_in.set_defaults(command=_intake)

    forms = commands.add_parser("forms", parents=[common, data], help="各部门填报表 · request forms, one a department")
    forms.add_argument(
        "--out", type=Path, default=Path("forms"), metavar="DIR", help="输出目录 · folder (default: forms)"
    )
    forms.add_argument("--years", type=int, default=5, metavar="N", help="填报年数 · how many years (default: 5)")
    forms.add_argument("--until", type=int, metavar="YEAR", help="最后一年 · the last year")
    forms.add_argument("--department", action="append", metavar="NAME", help="只做这些部门 · only these, repeatable")
    forms.set_defaults(command=_forms)

    run = commands.add_parser("run", parents=[common, data], help="生成全部报告 · make all reports")
    run.add_argument("--region", action="append", metavar="CODE", help="只做这些地区，可重复 · only these, repeatable")
    run.add_argument("--as-of", type=int, metavar="YEAR", help="不使用晚于此年的数据 · nothing later is used")
    run.add_argument("--scenario", default="trend", metavar="NAME", help="已保存的情景 · a kept scenario")
    run.add_argument("--out", type=Path, metavar="DIR", help="报告目录 · reports folder (default: reports)")
    run.add_argument("--skip-bad-rows", action="store_true", help="略过坏行并在报告中列出 · go on without bad rows")
    run.add_argument(
        "--jobs", type=int, metavar="N", help="同时做几个（默认：处理器核数） · workers (default: the cores)"
    )
    run.add_argument(
        "--cluster",
        default="",
        metavar="ADDRESS",
        help="计算集群的地址，或 local · a dask.distributed scheduler, or local",
    )
    run.add_argument("--charts", action="store_true", help="另存每张图（PNG 300 dpi、SVG） · every chart for print")
    run.add_argument("--template", type=Path, metavar="FILE", help="本单位的 .pptx 模板 · a bureau's own template")
    run.add_argument(
        "--limit", type=float, default=600, metavar="SECONDS", help="每个笔记本的时限，秒 · time limit of a notebook"
    )
    run.set_defaults(command=_guarded, guarded=_run)
    record = commands.add_parser(
        "track-record", parents=[common, data], help="回溯检验 · replay every earlier year and score what was said"
    )
    record.add_argument("--out", type=Path, default=DEFAULT_OUT, metavar="DIR", help="报告目录 · reports folder")
    record.add_argument("--skip-bad-rows", action="store_true", help="略过坏行 · go on without bad rows")
    record.set_defaults(command=_guarded, guarded=_track_record)

    assess = commands.add_parser(
        "assess", parents=[common, data], help="只做评估表，不做笔记本 · the tables alone, without notebooks"
    )
    assess.add_argument("--as-of", type=int, metavar="YEAR", help="不使用晚于此年的数据 · nothing later is used")
    assess.add_argument("--scenario", default="trend", metavar="NAME", help="已保存的情景 · a kept scenario")
    assess.add_argument("--out", type=Path, default=DEFAULT_OUT, metavar="DIR", help="报告目录 · reports folder")
    assess.add_argument("--skip-bad-rows", action="store_true", help="略过坏行 · go on without bad rows")
    assess.add_argument(
        "--format",
        choices=("auto", "csv", "parquet"),
        default="auto",
        help="表格格式（默认：装有 pyarrow 时为 Parquet，否则为 CSV） · of the tables (default: Parquet with pyarrow, else CSV)",
    )
    assess.add_argument(
        "--jobs", type=int, metavar="N", help="同时做几个（默认：处理器核数） · processes (default: the cores)"
    )
    assess.set_defaults(command=_guarded, guarded=_assess)

    assess.add_argument(
        "--rule",
        metavar="NAME",
        help="另附他处进度规则的判断（all 或规则名） · also what another rule set says (all, or its name)",
    )

    compare = commands.add_parser(
        "compare",
        parents=[common],
        help="两次分析相比：变了什么、为什么，并写出通报 · two analyses: what moved and why, and the bulletin",
    )
    compare.add_argument(
        "before", type=Path, metavar="A", help="数据目录、已保存的分析或运行结果 · data, analysis or run"
    )
    compare.add_argument("after", type=Path, metavar="B", nargs="?", help="同上（默认同 A） · likewise (default: A)")
    compare.add_argument(
        "--as-of", type=int, action="append", metavar="YEAR", help="各自的截止年份，可写两次 · of each, at most twice"
    )
    compare.add_argument(
        "--vintage",
        default="",
        metavar="DATE",
        help="前者只用此日及以前收到的数据：其后的更正改变了什么 · A as it was known on that day: what revisions moved",
    )
    compare.add_argument("--out", type=Path, default=DEFAULT_OUT, metavar="DIR", help="报告目录 · reports folder")
    compare.add_argument("--skip-bad-rows", action="store_true", help="略过坏行 · go on without bad rows")
    compare.set_defaults(command=_guarded, guarded=_compare)

    evidence = commands.add_parser(
        "evidence",
        parents=[common, data],
        help="佐证材料：缺什么、建立文件夹、收取 · papers: what is missing, folders, taking in",
    )
    evidence.add_argument("--as-of", type=int, metavar="YEAR", help="不使用晚于此年的数据 · nothing later is used")
    evidence.add_argument("--year", type=int, metavar="YEAR", help="档案年份（默认截止年份） · year of the files")
    evidence.add_argument("--on", metavar="DATE", help="站在哪一天（默认年末） · the day it is read on")
    evidence.add_argument("--region", action="append", metavar="REGION", help="只看这些地区，可重复 · only these")
    evidence.add_argument("--department", action="append", metavar="NAME", help="只看这些部门，可重复 · only these")
    doing = evidence.add_mutually_exclusive_group()
    doing.add_argument("--lay-out", type=Path, metavar="DIR", help="建立当年文件夹和登记表 · make the year's folders")
    doing.add_argument("--take", type=Path, metavar="DIR", help="收取放入的文件 · take in what was put there")
    evidence.add_argument("--skip-bad-rows", action="store_true", help="略过坏行 · go on without bad rows")
    evidence.set_defaults(command=_guarded, guarded=_evidence)

    duties = commands.add_parser(
        "duties", parents=[common, data], help="各部门任务清单：表格、附件、幻灯片 · who owes what, a part a department"
    )
    duties.add_argument("--as-of", type=int, metavar="YEAR", help="不使用晚于此年的数据 · nothing later is used")
    duties.add_argument("--on", metavar="DATE", help="站在哪一天（默认年末） · the day it is read on")
    duties.add_argument("--department", action="append", metavar="NAME", help="只做这些部门，可重复 · only these")
    duties.add_argument("--out", type=Path, default=Path("duties"), metavar="DIR", help="输出目录 · folder")
    duties.add_argument("--skip-bad-rows", action="store_true", help="略过坏行 · go on without bad rows")
    duties.set_defaults(command=_guarded, guarded=_duties)

    deck = commands.add_parser("deck", parents=[common, data], help="汇报幻灯片 · a briefing deck")
    deck.add_argument("--as-of", type=int, metavar="YEAR", help="不使用晚于此年的数据 · nothing later is used")
    deck.add_argument("--on", metavar="DATE", help="站在哪一天（默认年末） · the day it is read on")
    deck.add_argument(
        "--region", action="append", metavar="NAME", help="每个地区单独一份，可重复 · a deck for each of these"
    )
    deck.add_argument("--template", type=Path, metavar="FILE", help="本单位的 .pptx 模板 · a bureau's own template")
    deck.add_argument("--out", type=Path, default=Path("deck"), metavar="DIR", help="输出目录 · folder")
    deck.add_argument("--skip-bad-rows", action="store_true", help="略过坏行 · go on without bad rows")
    deck.set_defaults(command=_guarded, guarded=_deck)

    explain = commands.add_parser(
        "explain",
        parents=[common, data],
        help="从结论追到文件和单元格 · from a verdict down to file and cell",
    )
    explain.add_argument("region", nargs="?", metavar="REGION", help="代码或名称 · code or name")
    explain.add_argument("indicator", nargs="?", metavar="INDICATOR", help="序号、代码或名称 · number, code or name")
    explain.add_argument("year", type=int, nargs="?", metavar="YEAR", help="截止年份 · as-of year")
    explain.add_argument(
        "--cell",
        metavar="ID",
        help="哪些结论和文件用到此数，如 economy.csv:23 · which statements and documents depend on this cell",
    )
    explain.add_argument(
        "--run", type=Path, metavar="DIR", help="哪一次运行的文件（默认 reports/年份） · files of which run"
    )
    explain.set_defaults(command=_guarded, guarded=_explain)

    lab = commands.add_parser(
        "lab",
        parents=[common, data],
        help="在 JupyterLab 中打开笔记本，其余选项转交 JupyterLab · notebooks in JupyterLab, which gets all other options",
    )
    lab.add_argument("folder", type=Path, nargs="?", default=Path("notebooks"), metavar="DIR")
    lab.set_defaults(command=_lab)
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
    from ecoanalysis.intake import commands

    return commands.check(options.data, _word(options), all_suspicions=options.all)


def _intake(options: argparse.Namespace) -> int:
    from ecoanalysis.intake import commands

    return commands.intake(options, _word(options))


def _forms(options: argparse.Namespace) -> int:
    from ecoanalysis.intake import commands

    return commands.forms(options, _word(options))


def _run(options: argparse.Namespace) -> int:
    from ecoanalysis import catalog, runs

    lang = _word(options)
    own_folder = options.out is not None or options.data != DEFAULT_DATA
    report = runs.run(
        options.data,
        options.out or DEFAULT_OUT,
        regions=options.region,
        as_of=options.as_of,
        lang=options.lang,
        scenario=options.scenario,
        skip_bad_rows=options.skip_bad_rows,
        tables=None if own_folder or options.scenario != "trend" else runs.PROCESSED,
        charts=options.charts,
        template=options.template,
        jobs=options.jobs,
        cluster=options.cluster,
        limit=options.limit,
    )
    for outcome in report.failed:
        if outcome.region:
            values = {"region": outcome.name, "folder": outcome.folder, "error": outcome.error}
            print(catalog.phrase("run.failed", lang, **values), file=sys.stderr)
        else:
            values = {"document": outcome.name, "error": outcome.error}
            print(catalog.phrase("run.document_failed", lang, **values), file=sys.stderr)
    return 1 if report.failed else 0


def _assess(options: argparse.Namespace) -> int:
    import ecoanalysis as eco
    from ecoanalysis import catalog, runs, words
    from ecoanalysis.export import has_parquet, write_table
    from ecoanalysis.plan import edition, rule_sets
    from ecoanalysis.runs import work

    if options.format == "parquet" and not has_parquet():
        raise runs.Refused("no_pyarrow")
    kind = options.format if options.format != "auto" else "parquet" if has_parquet() else "csv"
    how = {"scenario": options.scenario, "skip_bad_rows": options.skip_bad_rows}
    analysis = eco.analyse(options.data, options.as_of, jobs=runs.workers_for(options.jobs), **how)
    folder = options.out / work.folder_name(analysis) / "tables"
    told = rule_sets.judged(analysis, options.rule) if options.rule else None
    work.write_tables(analysis, folder, kind)
    may_count = edition.may_count(analysis)
    if len(may_count):
        write_table(may_count, folder, "edition_2024", kind)
    if told is not None:
        write_table(told, folder, "rule_sets", kind)
        print(rule_sets.sentence(told, words.of(_word(options))))
    print(catalog.phrase("assess.done", _word(options), folder=folder, **analysis.counts))
    return 0


def _compare(options: argparse.Namespace) -> int:
    """A alone: its as-of year against the year before; A twice with two years; or two folders."""
    from ecoanalysis import catalog, words
    from ecoanalysis.export import bulletin as written
    from ecoanalysis.export import languages
    from ecoanalysis.plan import bulletin, comparison

    years = (options.as_of or [])[:2]
    earlier, later = comparison.pair(
        options.before, options.after, years, skip_bad_rows=options.skip_bad_rows, vintage=options.vintage
    )
    day = earlier.vintage["known_on"]
    folder = options.out / "_".join(["bulletin", str(earlier.as_of), str(later.as_of), *([day] if day else [])])
    for lang in languages(options.lang):
        written.write(earlier, later, folder, lang)
        print(bulletin.markdown(earlier, later, words.of(lang)))
    print(catalog.phrase("compare.done", _word(options), folder=folder))
    return 0


def _explain(options: argparse.Namespace) -> int:
    import ecoanalysis as eco
    from ecoanalysis import catalog

    lang = _word(options)
    if options.cell:
        from ecoanalysis.plan import dependants
        from ecoanalysis.runs.directory import manifest_of

        manifest = manifest_of(options.run) if options.run else {}
        if options.run and not manifest:
            return _refuse(catalog.phrase("depends.no_run", lang, folder=options.run))
        analysis = eco.analyse(options.data, manifest.get("as_of"), skip_bad_rows=True)
        run = options.run or DEFAULT_OUT / str(analysis.as_of)
        try:
            print("\n".join(dependants.lines(analysis, options.cell, lang, manifest_of(run), run.as_posix())))
        except KeyError:
            return _refuse(catalog.phrase("depends.unknown", lang, cell=options.cell))
        return 0
    if not options.region or not options.indicator:
        return _refuse(catalog.phrase("depends.which", lang))
    analysis = eco.analyse(options.data, options.year, skip_bad_rows=True)
    reports = options.run.absolute().parent if options.run else DEFAULT_OUT
    _take_up_record(analysis, reports, options.data)
    print(analysis[options.region, options.indicator].explain(_word(options)))
    return 0


def _take_up_record(analysis, reports: Path, data: Path) -> None:
    """Tell what came of our own statements, where `track-record` has left them beside the reports."""
    from ecoanalysis import runs

    if record := runs.kept_record(reports, data):
        analysis.track_record(record)


def _evidence(options: argparse.Namespace) -> int:
    from ecoanalysis.plan import commands

    return commands.evidence(options, _word(options))


def _duties(options: argparse.Namespace) -> int:
    import ecoanalysis as eco
    from ecoanalysis import catalog
    from ecoanalysis.export import duties, languages

    analysis = eco.analyse(options.data, options.as_of, skip_bad_rows=options.skip_bad_rows)
    for lang in languages(options.lang):
        made = duties.write(analysis, options.out, lang, options.department, options.on)
        print(catalog.phrase("duty_table.done", lang, files=", ".join(str(path) for path in made)))
    return 0


def _deck(options: argparse.Namespace) -> int:
    import ecoanalysis as eco
    from ecoanalysis import catalog
    from ecoanalysis.export import languages, pptx

    analysis = eco.analyse(options.data, options.as_of, skip_bad_rows=options.skip_bad_rows)
    _take_up_record(analysis, DEFAULT_OUT, options.data)
    wanted = [[analysis.region_code(name)] for name in options.region or ()] or [None]
    for lang in languages(options.lang):
        for regions in wanted:
            name = "_".join(["briefing", *(analysis.name(code, lang) for code in regions or ())])
            path = options.out / f"{name.replace('/', '_')}_{lang}.pptx"
            pptx.write(analysis, path, lang, regions, template=options.template, on=options.on)
            print(catalog.phrase("deck.done", lang, file=path))
    return 0


def _track_record(options: argparse.Namespace) -> int:
    from ecoanalysis import catalog, runs

    lang = _word(options)
    outcome = runs.track_record(options.data, options.out, options.lang, skip_bad_rows=options.skip_bad_rows)
    if outcome.state != "done":
        values = {"region": outcome.name, "folder": outcome.folder, "error": outcome.error}
        print(catalog.phrase("run.failed", lang, **values), file=sys.stderr)
        return 1
    print(catalog.phrase("record.end", lang, folder=options.out / outcome.folder))
    return 0


def _lab(options: argparse.Namespace) -> int:
    from importlib.util import find_spec

    from ecoanalysis import catalog

    lang = _word(options)
    if find_spec("jupyterlab") is None:
        return _refuse(catalog.phrase("lab.missing", lang))
    from ecoanalysis.runs import lab

    try:
        made, kept = lab.lay_out(options.folder, options.data)
    except OSError as error:
        return _refuse(catalog.phrase("lab.no_folder", lang, folder=options.folder, reason=error))
    print(catalog.phrase("lab.laid_out", lang, folder=options.folder, made=len(made), kept=len(kept)))
    if not (options.data / "regions.csv").is_file():
        print(catalog.phrase("lab.no_data", lang, data=options.data))
    return lab.start(options.folder, options.others)


def _guarded(options: argparse.Namespace) -> int:
    """Run a command that starts notebooks; what a user or a disk can do ends in a sentence and an exit code."""
    from ecoanalysis import catalog, runs

    def named(name: str) -> type[Exception]:  # imported when something is raised: a run has better things to do first
        from ecoanalysis import analysis

        return getattr(analysis, name)

    lang = _word(options)
    try:
        return options.guarded(options)
    except runs.Interrupted as error:
        print(catalog.phrase("run.interrupted", lang, kept=error.kept, total=error.total), file=sys.stderr)
        return 130
    except KeyboardInterrupt:  # first: what was interrupted may be the import that the others ask for
        print(catalog.phrase("run.interrupted_early", lang), file=sys.stderr)
        return 130
    except named("BadData") as error:
        return _bad_data(error, lang)
    except named("Told") as error:
        return _refuse(str(error))
    except runs.Refused as error:
        return _refuse(catalog.phrase(f"run.refused.{error.phrase}", lang, **error.values))
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = catalog.disk(error, lang)
        named = catalog.phrase("run.stopped_at", lang, reason=reason, file=error.filename) if error.filename else reason
        print(catalog.phrase("run.stopped", lang, reason=named), file=sys.stderr)
        return 1


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
