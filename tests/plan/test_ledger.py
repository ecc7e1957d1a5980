"""The ledger of papers: its states counted by hand, and a year's folders laid out, filled, read back and robbed."""

import csv
import hashlib
import os
from types import SimpleNamespace

import pandas as pd
import pytest

from ecoanalysis import analyse, catalog, cli, intake, words
from ecoanalysis.analysis import NotThere
from ecoanalysis.intake import papers
from ecoanalysis.plan import filing, ledger

ZH, EN = words.of("zh"), words.of("en")
HEADER = "region_code,indicator,year,kind,title,location,department,date\n"
TARGETS = (
    "region_code,indicator,part,comparison,value,unit,due,hold_until,source,lead_department,supporting_departments\n"
    "*,river_chief_system,,done,,,2023,2026,plan,市水务局,\n"
    "*,soil_register,,done,,,2023,2026,plan,市生态环境局;市自然资源局,\n"
)
RIVER = "01_目标责任体系与制度建设/04_河长制"


@pytest.fixture
def data(folder):
    folder.write("targets.csv", TARGETS)
    folder.add(("C1", 2023, "villages", 5, "village"))
    return folder


def register(data, *rows: tuple) -> None:
    """Rows (region, kind, title, location) of the river chiefs in 2023."""
    lines = [
        f"{region},river_chief_system,2023,{kind},{title},{place},市水务局,\n" for region, kind, title, place in rows
    ]
    data.write("evidence.csv", HEADER + "".join(lines))


def put(data, location: str, text: str = "paper"):
    path = data.path / "evidence" / location
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def made(data, as_of: int = 2023):
    return analyse(data.path, as_of, paths=50)


def states(data, region: str = "C1") -> list[str]:
    table = ledger.ledger(made(data), regions=[region])
    return list(table.loc[table["indicator"] == "river_chief_system", "state"])


# ---------------------------------------------------------------------- states


def test_each_state_of_a_paper(data):
    put(data, "2023/plan.pdf")
    register(
        data, ("C1", "plan", "方案", "2023/plan.pdf"), ("C1", "data", "表", "2023/gone.xlsx"), ("C2", "proof", "x", "")
    )
    assert states(data) == ["on_file", "not_found", "lacking"]
    assert states(data, "C2") == ["lacking", "lacking", "unnamed"]
    assert states(data, "C") == ["not_supplied"] * 3
    register(data, ("*", "plan", "网页", "https://a.b/c"), ("C1", "data", "演示：表", "demo/2023/data.pdf"))
    assert states(data) == ["elsewhere", "demo", "lacking"]
    assert states(data, "C2") == ["elsewhere", "lacking", "lacking"]


def test_without_a_folder_of_papers_files_are_unchecked_and_that_is_said(data):
    register(data, ("C1", "plan", "方案", "2023/plan.pdf"))
    assert states(data) == ["unchecked", "lacking", "lacking"]
    said = ledger.unchecked(ledger.ledger(made(data)), ZH)
    assert said == "数据目录中没有 evidence 文件夹，1 份登记材料未核对文件。"
    (data.path / "evidence").mkdir()
    assert states(data) == ["not_found", "lacking", "lacking"]
    assert ledger.unchecked(ledger.ledger(made(data)), ZH) == ""


def test_a_file_that_is_there_is_hashed(data):
    put(data, "2023/plan.pdf", "河长制方案")
    register(data, ("C1", "plan", "方案", "2023/plan.pdf"))
    a = made(data)
    digest = hashlib.sha256("河长制方案".encode()).hexdigest()
    assert list(a.evidence["sha256"]) == [digest] == [a.hashes["evidence/2023/plan.pdf"]]
    assert intake.hashes(data.path)["evidence/2023/plan.pdf"] == digest
    put(data, "2023/plan.pdf", "改过")
    assert intake.hashes(data.path)["evidence/2023/plan.pdf"] != digest


def test_the_best_of_several_papers_counts_and_a_lost_one_is_told_all_the_same(data):
    put(data, "a.pdf")
    register(data, ("C1", "plan", "一", "gone.pdf"), ("C1", "plan", "二", "a.pdf"))
    table = ledger.ledger(made(data), regions=["C1"])
    row = table[(table["indicator"] == "river_chief_system") & (table["kind"] == "plan")].iloc[0]
    assert (row["state"], row["papers"], row["not_found"]) == ("on_file", 2, 1)
    assert "甲" not in ledger.lines(made(data), table, ZH)[0]
    assert ledger.lines(made(data), table, ZH)[0] == (
        "乙县 4 河长制：计划安排（已登记，未找到文件）、数据支撑（尚缺）、佐证材料（尚缺）"
    )


def test_every_year_has_files_of_its_own(data):
    data.write("evidence.csv", HEADER + "C1,river_chief_system,2022,plan,方案,,市水务局,\n")
    a = made(data)
    table = ledger.ledger(a, [2022, 2023], ["C1"])
    table = table[(table["indicator"] == "river_chief_system") & (table["kind"] == "plan")]
    assert dict(zip(table["year"], table["state"], strict=True)) == {2022: "unnamed", 2023: "not_supplied"}


def test_completeness_is_counted_by_hand_and_adds_up(data):
    put(data, "a.pdf")
    register(
        data, ("C1", "plan", "一", "a.pdf"), ("C1", "data", "演示：二", "demo/b.pdf"), ("C2", "plan", "三", "gone.pdf")
    )
    table = ledger.ledger(made(data))
    # three regions × two items × three kinds; of the soil register nothing
    by_region = ledger.completeness(table)
    assert by_region.loc["C1"].tolist() == [6, 2, 1, 0, 1, 3, 2 / 6]
    assert by_region.loc["C2"].tolist() == [6, 0, 0, 1, 2, 3, 0]
    assert by_region.loc["C"].tolist() == [6, 0, 0, 0, 0, 6, 0]
    by_department = ledger.completeness(table, "department")
    assert by_department["needed"].to_dict() == {"市水务局": 9, "市生态环境局": 9, "市自然资源局": 9}
    for by in ("region_code", "department", "group", "kind"):
        counts = ledger.completeness(table, by)
        parts = counts[["there", "not_found", "lacking", "not_supplied"]].sum(axis=1)
        assert (parts == counts["needed"]).all()
    with pytest.raises(ValueError, match="department"):
        ledger.completeness(table, "weather")


def test_a_sentence_counts_what_is_there_and_marks_demo_papers(data):
    register(data, ("C1", "plan", "演示：一", "demo/a.pdf"))
    table = ledger.ledger(made(data), regions=["C1"])
    assert ledger.sentence(table, ZH) == "应有材料 6 份，已有 1 份（17 %），尚缺 2 份，尚未提供 3 份。【演示数据】"
    assert ledger.sentence(table[:0], ZH) == ""


def test_a_row_of_the_ledger_holds_the_papers_and_whose_they_are(data):
    one, two = (hashlib.sha256(put(data, f"{name}.pdf", name).read_bytes()).hexdigest() for name in "ab")
    register(
        data, ("C1", "plan", "一", "a.pdf"), ("*", "plan", "网页", "https://a.b/c"), ("C1", "plan", "二", ""),
        ("C1", "plan", "三", "b.pdf"),
    )  # fmt: skip
    table = ledger.ledger(made(data), "2023", ["C1"])
    assert list(table) == ledger.COLUMNS
    row = table[table["indicator"] == "river_chief_system"].iloc[0].to_dict()
    assert row == {
        "region_code": "C1", "group": "目标责任体系与制度建设", "item": 4, "indicator": "river_chief_system", "year": 2023,
        "kind": "plan", "state": "on_file", "papers": 4, "not_found": 0, "department": "市水务局", "bureau": "县水务局",
        "titles": "一;二;三;网页", "locations": "a.pdf;b.pdf;https://a.b/c", "sha256": f"{one};{two}",
        "demo": False,
    }  # fmt: skip
    soil = table[table["indicator"] == "soil_register"].iloc[0]
    assert (soil["department"], soil["bureau"]) == ("市生态环境局;市自然资源局", "县生态环境局;县自然资源局")
    years = ledger.ledger(made(data), (2023, 2022))["year"].tolist()
    assert years[:6] == [2022, 2022, 2022, 2023, 2023, 2023] and len(years) == 3 * 2 * 2 * 3


def by_hand(*papers: tuple):
    """Rows of a ledger: region, kind, state, files not found, departments, year."""
    columns = ["region_code", "kind", "state", "not_found", "department", "year"]
    return pd.DataFrame(papers, columns=columns).assign(indicator="river_chief_system", demo=False)


NAMES = SimpleNamespace(
    indicators=catalog.indicators(), name=lambda code, lang: {"C1": ("乙县", "County B")}[code][lang == "en"]
)


@pytest.mark.parametrize(
    ("states_", "zh", "en"),
    [
        (["on_file", "demo", "elsewhere"], "", ""),
        (["not_supplied"] * 3, "尚未提供", "not supplied"),
        (["not_supplied"] * 2, "计划安排（尚未提供）、数据支撑（尚未提供）", "plan (not supplied), data (not supplied)"),
        (["lacking", "on_file", "not_found"], "计划安排（尚缺）、佐证材料（已登记，未找到文件）",
         "plan (missing), proof (registered, file not there)"),
        (["lacking"] * 3, "计划安排（尚缺）、数据支撑（尚缺）、佐证材料（尚缺）",
         "plan (missing), data (missing), proof (missing)"),
    ],
)  # fmt: skip
def test_what_is_missing_of_an_item_in_words(states_, zh, en):
    rows = [("C1", kind, state, 0, "a", 2023) for kind, state in zip(intake.EVIDENCE_KINDS, states_, strict=False)]
    assert (ledger.absent(by_hand(*rows), ZH), ledger.absent(by_hand(*rows), EN)) == (zh, en)


def test_a_lost_file_beside_one_that_is_there_is_missing_too():
    table = by_hand(("C1", "plan", "on_file", 1, "a", 2023), ("C1", "data", "unnamed", 0, "a", 2023))
    assert ledger.missing(table)["kind"].tolist() == ["plan"]
    assert ledger.absent(table, EN) == "plan (registered, file not there)"


def test_papers_of_several_years_and_departments_are_told_apart():
    table = by_hand(
        ("C1", "plan", "not_found", 1, "a", 2023), ("C1", "proof", "unchecked", 0, "a", 2023),
        ("C1", "plan", "on_file", 0, "a;b", 2022), ("C1", "data", "lacking", 0, "a;b", 2022),
    )  # fmt: skip
    assert ledger.sentence(table, EN) == "2 of 4 papers on file (50 %), 1 missing, 1 registered without their file."
    assert ledger.by_department(NAMES, table, EN) == {
        "a": [
            "2 of 4 papers on file (50 %), 1 missing, 1 registered without their file.",
            "County B, 2023, 4 River chief system: plan (registered, file not there)",
            "County B, 2022, 4 River chief system: data (missing)",
        ],
        "b": ["1 of 2 papers on file (50 %), 1 missing.", "County B, 4 River chief system: data (missing)"],
    }
    assert ledger.unchecked(table, EN) == (
        "There is no folder evidence among the data, so the files of 1 registered papers were not checked."
    )
    by_kind = ledger.completeness(table, "kind")
    assert by_kind.index.name == "kind" and list(by_kind.index) == ["plan", "proof", "data"]
    assert by_kind.loc["plan"].tolist() == [2, 1, 0, 1, 0, 0, 0.5] and by_kind.loc["proof", "share"] == 1


# ---------------------------------------------------------------------- verdicts


def test_a_checklist_counts_papers_whose_file_is_there(data):
    for kind in ("plan", "data", "proof"):
        put(data, f"{kind}.pdf")
    rows = [("C1", kind, kind, f"{kind}.pdf") for kind in ("plan", "data", "proof")]
    register(data, *rows)
    assert made(data)["C1", 4].verdict == "documented"
    (data.path / "evidence/proof.pdf").unlink()
    s = made(data)["C1", 4]
    assert s.verdict == "undocumented" and s.warning == "lacks_proof;paper_not_found"
    assert s.sentence("zh") == "已有计划安排、数据支撑，尚缺佐证材料。有登记的材料未找到文件。"
    register(data, *rows, ("C1", "proof", "另一份", ""))
    s = made(data)["C1", 4]
    assert s.verdict == "documented" and s.warning == "paper_not_found"


def test_demo_papers_have_no_files_and_are_not_punished_for_it(data):
    (data.path / "evidence").mkdir()
    register(data, *[("C1", kind, "演示：材料", f"demo/{kind}.pdf") for kind in ("plan", "data", "proof")])
    s = made(data)["C1", 4]
    assert s.verdict == "documented" and s.warning == "" and s.status == "demo"
    assert s.sentence("zh").endswith("【演示数据】")
    # a title alone, or a location alone, makes no demo paper
    register(data, ("C1", "plan", "方案", "demo/plan.pdf"), ("C1", "data", "演示：表", "2023/data.pdf"))
    assert states(data) == ["not_found", "not_found", "lacking"]


# ---------------------------------------------------------------------- the door


@pytest.mark.parametrize(
    "place", ["../secret.txt", "/etc/passwd", "C:\\secret.txt", "a/../../secret.txt", "~/secret", "..\\x"]
)
def test_a_location_outside_the_folder_is_refused(data, place):
    (data.path.parent / "secret.txt").write_text("x", encoding="utf-8")
    register(data, ("C1", "plan", "方案", place))
    (problem,) = intake.read(data.path).problems
    assert problem.row == 2 and "leaves the folder evidence" in problem.text("en")


@pytest.mark.parametrize("way", ["file", "folder"])
def test_a_link_out_of_the_folder_is_refused_and_not_read(data, way):
    outside = data.path.parent / "outside"
    outside.mkdir()
    (outside / "plan.pdf").write_text("secret", encoding="utf-8")
    root = data.path / "evidence"
    root.mkdir()
    (root / ("plan.pdf" if way == "file" else "in")).symlink_to(outside / "plan.pdf" if way == "file" else outside)
    register(data, ("C1", "plan", "方案", "plan.pdf" if way == "file" else "in/plan.pdf"))
    raw = intake.read(data.path)
    assert [problem.text("en") for problem in raw.problems] == [
        "evidence.csv:2 the paper “plan.pdf” is a link out of the folder evidence; put the file itself there"
    ]
    assert not any("plan.pdf" in name for name in raw.hashes)


def test_a_link_that_stays_inside_is_a_file_like_any_other(data):
    put(data, "a.pdf")
    (data.path / "evidence/b.pdf").symlink_to(data.path / "evidence/a.pdf")
    register(data, ("C1", "plan", "方案", "b.pdf"))
    assert states(data)[0] == "on_file"


def test_a_folder_a_pipe_and_a_circle_of_links_are_no_file(data):
    root = data.path / "evidence"
    (root / "folder").mkdir(parents=True)
    os.mkfifo(root / "pipe")
    (root / "one").symlink_to(root / "two")
    (root / "two").symlink_to(root / "one")
    for place in ("folder", "pipe", "one"):
        assert papers.state(data.path, place) == ("not_found", "")


# ---------------------------------------------------------------------- folders and back


def rows_of(data) -> list[dict]:
    with (data.path / "evidence.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_folders_are_numbered_by_group_item_and_kind(data):
    a = made(data)
    place = filing.folder_of(a, "C1", "river_chief_system", 2023, "proof", ZH)
    assert place.as_posix() == f"2023/C1_乙县/{RIVER}/3_佐证材料"
    place = filing.folder_of(a, "C1", "hazardous_waste_rate", 2023, "plan", EN)
    assert place.parts[3].startswith("12a_Hazardous waste ") and place.parts[4] == "1_Plan"


def test_a_year_is_laid_out_with_a_register_that_excel_opens(data, tmp_path):
    put(data, "a.pdf")
    register(data, ("C1", "plan", "方案", "a.pdf"))
    path = filing.lay_out(made(data), tmp_path / "out", 2023, ZH, ["C1"])
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") and b"\r\n" in content
    rows = list(csv.reader(content.decode("utf-8-sig").splitlines()))
    assert rows[0][:3] == ["年份", "地区代码", "地区"] and len(rows) == 1 + 2 * 3
    assert rows[1][5:] == ["河长制", "计划安排", "县水务局", "已归档", "方案", f"2023/C1_乙县/{RIVER}/1_计划安排"]
    assert all((tmp_path / "out" / row[-1]).is_dir() for row in rows[1:])


def test_laying_out_again_touches_nothing_and_a_changed_register_is_numbered(data, tmp_path):
    first = filing.lay_out(made(data), tmp_path, 2023, ZH, ["C1"])
    kept = tmp_path / f"2023/C1_乙县/{RIVER}/1_计划安排/a.pdf"
    kept.write_text("a", encoding="utf-8")
    assert filing.lay_out(made(data), tmp_path, 2023, ZH, ["C1"]) == first
    register(data, ("C1", "plan", "方案", ""))
    before = first.read_bytes()
    second = filing.lay_out(made(data), tmp_path, 2023, ZH, ["C1"])
    assert second.name == "档案登记表_2.csv" and first.read_bytes() == before and kept.read_text() == "a"


@pytest.mark.whole
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_tree_of_a_county_and_year_written_filled_read_back_and_robbed(data, tmp_path, capsys, lang):
    """Through the command: laid out, three files put there, taken in, judged; one taken away again is told."""

    def command(*more: str) -> tuple[int, str]:
        code = cli.main(["evidence", "--data", str(data.path), "--region", "乙县", "--lang", lang, *more])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    out = tmp_path / "交"
    assert command("--lay-out", str(out))[0] == 0
    places = sorted(out.glob("2023/*/*/04_*/*"))
    assert [place.name[0] for place in places] == ["1", "2", "3"]
    for place in places:
        (place / f"材料{place.name[0]}.pdf").write_text(place.name, encoding="utf-8")
    code, text = command("--take", str(out))
    assert code == 0 and ("共登记 3 份，未登记 0 份。" if lang == "zh" else "3 registered, 0 left.") in text
    assert [
        (row["region_code"], row["indicator"], row["year"], row["kind"], row["title"]) for row in rows_of(data)
    ] == [("C1", "river_chief_system", "2023", kind, f"材料{n}") for n, kind in enumerate(("plan", "data", "proof"), 1)]
    assert {row["department"] for row in rows_of(data)} == {"县水务局"}
    assert made(data)["C1", 4].verdict == "documented" and states(data) == ["on_file"] * 3
    code, text = command()
    assert code == 0 and ("乙县 4 " if lang == "zh" else "County B, 4 ") not in text
    before = (data.path / "evidence.csv").read_bytes()
    code, text = command("--take", str(out))  # again: told, and nothing changes
    assert code == 0 and text.count("材料") >= 3 and (data.path / "evidence.csv").read_bytes() == before
    (lost,) = (data.path / "evidence").rglob("材料3.pdf")
    lost.unlink()
    code, text = command()
    told = {
        "zh": "乙县 4 河长制：佐证材料（已登记，未找到文件）",
        "en": "County B, 4 River chief system: proof (registered, file not there)",
    }
    assert told[lang] in text
    assert made(data)["C1", 4].verdict == "undocumented"
    code, text = command("--take", str(out))  # the lost one is put back, and stands in the register once more
    assert code == 0 and states(data) == ["on_file"] * 3


@pytest.fixture
def tree(data, tmp_path):
    """A laid-out folder with `add(kind number, name, text)`."""
    filing.lay_out(made(data), tmp_path / "tree", 2023, ZH, ["C1"])

    class Tree:
        root = tmp_path / "tree"

        def add(self, kind: int, name: str, text: str | None = "paper"):
            (place,) = self.root.glob(f"2023/C1_*/*/04_*/{kind}_*")
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return path

    return Tree()


def left(data, tree) -> dict[str, str]:
    return {path.rsplit("/", 1)[-1]: key for path, key, _ in filing.take(made(data), tree.root).left}


def test_what_cannot_be_taken_in_is_left_and_told(data, tree, tmp_path):
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    tree.add(1, "好.pdf")
    tree.add(1, "空.pdf", "")
    tree.add(1, "=cmd.pdf", "x")
    tree.add(1, ".hidden", "h")
    tree.add(1, "Thumbs.db", "t")
    tree.add(2, "副本.pdf")  # the same content under another kind is another paper
    tree.add(2, "副本二.pdf")
    tree.add(3, "link.pdf").unlink()
    (place,) = tree.root.glob("2023/C1_*/*/04_*/3_*")
    (place / "link.pdf").symlink_to(tmp_path / "secret")
    (place / "way").symlink_to(tmp_path)
    (place.parent / "9_别的").mkdir()
    (place.parent / "9_别的/x.pdf").write_text("x", encoding="utf-8")
    for wrong in (
        "2023/C9_x/01_a/04_b/1_c",
        "2023/C1_x/01_a/99_b/1_c",
        "2023/C1_x/01_a/12a_b/1_c",
        "2023/C1_x",
        "那年",
    ):
        (tree.root / wrong).mkdir(parents=True, exist_ok=True)
        (tree.root / wrong / f"{wrong.replace('/', '')}.pdf").write_text("x", encoding="utf-8")
    assert left(data, tree) == {
        "空.pdf": "empty",
        "=cmd.pdf": "name",
        "副本二.pdf": "known",
        "link.pdf": "link",
        "way": "link",
        "x.pdf": "kind",
        "2023C9_x01_a04_b1_c.pdf": "region",
        "2023C1_x01_a99_b1_c.pdf": "item",
        "2023C1_x01_a12a_b1_c.pdf": "not_asked",
        "2023C1_x.pdf": "no_place",
        "那年.pdf": "no_place",
    }
    assert [row["title"] for row in rows_of(data)] == ["好", "副本"]
    assert intake.read(data.path).problems == []
    assert not any("secret" in path.read_text() for path in (data.path / "evidence").rglob("*") if path.is_file())


def test_every_reason_has_its_sentence(data, tree):
    tree.add(1, "空.pdf", "")
    taken = filing.take(made(data), tree.root)
    assert taken.sentences(ZH)[-1] == "共登记 0 份，未登记 1 份。" and taken.refused
    for key in "known link name no_file empty outside other_there no_place region item not_asked kind".split():
        assert words.has_phrase(f"ledger.left.{key}")


def test_a_file_that_is_there_is_never_overwritten(data, tree):
    tree.add(1, "方案.pdf", "第一版")
    filing.take(made(data), tree.root)
    tree.add(1, "方案.pdf", "第二版")
    assert left(data, tree) == {"方案.pdf": "other_there"}
    (there,) = (data.path / "evidence").rglob("方案.pdf")
    assert there.read_text(encoding="utf-8") == "第一版" and len(rows_of(data)) == 1


def test_the_register_keeps_what_was_there_byte_for_byte(data, tree):
    before = '\ufeffregion_code,indicator,year,kind,title,location\r\nC2,river_chief_system,2022,plan,"甲,乙",'.encode()
    data.write("evidence.csv", before)
    tree.add(1, "方,案.pdf")
    filing.take(made(data), tree.root)
    content = (data.path / "evidence.csv").read_bytes()
    place = f'"2023/C1_乙县/{RIVER}/1_计划安排/方,案.pdf"'
    assert content == before + f'\r\nC1,river_chief_system,2023,plan,"方,案",{place}\r\n'.encode()
    assert intake.read(data.path).problems == [] and len(made(data).evidence) == 2


def test_an_interrupted_taking_goes_on(data, tree, monkeypatch):
    tree.add(1, "方案.pdf")
    monkeypatch.setattr(filing.files, "write_whole", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        filing.take(made(data), tree.root)
    assert not (data.path / "evidence.csv").exists() and len(list((data.path / "evidence").rglob("方案.pdf"))) == 1
    monkeypatch.undo()
    assert len(filing.take(made(data), tree.root).added) == 1
    assert states(data)[0] == "on_file" and len(list((data.path / "evidence").rglob("*.pdf"))) == 1


def test_a_register_in_gbk_or_without_locations_is_left_as_it_is(data, tree):
    tree.add(1, "方案.pdf")
    a = made(data)
    for text in (
        (HEADER + "C1,river_chief_system,2022,plan,方案,,,\n").encode("gbk"),
        b"region_code,indicator,year,kind,title\n",
    ):
        data.write("evidence.csv", text)
        with pytest.raises(filing.NotTaken, match="未改动"):
            filing.take(a, tree.root)
        assert (data.path / "evidence.csv").read_bytes() == text and not (data.path / "evidence").exists()


def test_a_folder_of_papers_that_leads_elsewhere_is_not_written_through(data, tree, tmp_path):
    tree.add(1, "方案.pdf")
    a = made(data)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (data.path / "evidence").mkdir()
    (data.path / "evidence/2023").symlink_to(elsewhere)
    assert [key for _, key, _ in filing.take(a, tree.root).left] == ["outside"]
    assert not list(elsewhere.iterdir())


def test_an_empty_tree_is_no_error_and_a_missing_one_is_told(data, tree, tmp_path):
    taken = filing.take(made(data), tree.root)
    assert taken.added == [] and taken.left == [] and not (data.path / "evidence.csv").exists()
    with pytest.raises(NotThere, match="没有文件夹"):
        filing.take(made(data), tmp_path / "nowhere")


def test_files_put_into_the_folder_of_papers_itself_are_registered_where_they_lie(data):
    path = put(data, f"2023/C1_乙县/{RIVER}/1_计划安排/方案.pdf")
    taken = filing.take(made(data), data.path / "evidence")
    assert [row["location"] for row in taken.added] == [path.relative_to(data.path / "evidence").as_posix()]
    assert states(data)[0] == "on_file"


def test_the_year_s_own_folder_can_be_taken_in_and_files_may_lie_deeper(data, tree):
    tree.add(1, "附件/方案.pdf")
    taken = filing.take(made(data), tree.root / "2023")
    assert [row["location"] for row in taken.added] == [f"2023/C1_乙县/{RIVER}/1_计划安排/附件/方案.pdf"]


def test_the_command_lists_what_a_department_lacks_and_refuses_an_unknown_one(data, capsys):
    register(data, ("C1", "plan", "方案", ""))
    command = ["evidence", "--data", str(data.path)]
    assert cli.main([*command, "--department", "县水务局"]) == 0
    printed = capsys.readouterr().out
    assert "市水务局：应有材料 9 份，已有 1 份（11 %），尚缺 2 份，尚未提供 6 份。" in printed
    assert "  乙县 4 河长制：数据支撑（尚缺）、佐证材料（尚缺）" in printed and "  丙县 4 河长制：尚未提供" in printed
    assert "市自然资源局" not in printed
    assert cli.main([*command, "--department", "市水物局"]) == 2
    assert "市水务局" in capsys.readouterr().err
    assert cli.main([*command, "--take", str(data.path / "nowhere")]) == 2
