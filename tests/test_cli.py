"""Wrong arguments of the command are told in both languages, whatever the command."""

import pytest

from ecoanalysis import cli


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["run", "--as-of", "2023.5"],
            "run: --as-of 应为整数，不是“2023.5” · --as-of: a whole number is needed, not “2023.5”",
        ),
        (["run", "--limit", "x"], "run: --limit 应为数字，不是“x” · --limit: a number is needed, not “x”"),
        (
            ["check", "--lang", "fr"],
            "check: --lang 没有“fr”这一项，可选 zh, en, both · --lang: “fr” is none of zh, en, both",
        ),
        (["run", "--jobs"], "run: --jobs 后面应有内容 · --jobs: nothing follows it"),
        (["explain", "--nope"], ": 不认识的参数：--nope · unknown arguments: --nope"),
        (["intake"], "intake: 缺少参数：FILE · missing arguments: FILE"),
        (
            ["evidence", "--lay-out", "a", "--take", "b"],
            "evidence: --take 与 --lay-out 不能同时使用 · --take cannot be used together with --lay-out",
        ),
        (
            ["run", "--s", "x"],
            "run: --s 不明确，可能是 --scenario, --skip-bad-rows · --s may be --scenario, --skip-bad-rows",
        ),
    ],
)
def test_wrong_arguments_are_told_in_both_languages(arguments, said, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    usage, told = capsys.readouterr().err.rstrip("\n").split("\n", 1)
    assert usage.startswith("usage: ecoanalysis") and told.split("\n")[-1] == f"ecoanalysis {said}".replace(" :", ":")
