"""Who owes what: what counties call their bureaus, one lead list an item, gaps that add up, and the three documents."""

import shutil
import zipfile

import docx
import openpyxl
import pptx
import pytest

from ecoanalysis import analyse, cli, intake, words
from ecoanalysis.analysis import NotThere
from ecoanalysis.export import duties as documents
from ecoanalysis.export import worded
from ecoanalysis.intake.departments import own_bureau, parted, spellings
from ecoanalysis.plan import duties

ZH = words.of("zh")
TARGETS = (
    "region_code,indicator,part,comparison,value,unit,due,hold_until,source,lead_department,supporting_departments\n"
    "*,rural_sewage_treatment_rate,,>=,40,%,2025,2026,plan,市生态环境局,市住建局;市水务局\n"
    "*,river_chief_system,,done,,,2023,2026,plan,市水务局,=市长热线;规划涉及所有单位\n"
    "*,hazardous_waste_rate,a,>=,100,%,2023,2026,plan,市生态环境局;市公安局,\n"
)


@pytest.fixture
def plan(folder):
    """甲市 of 乙县 and 丙县: 30 and 10 of 100 villages treated; 40 of 100 are asked for."""
    folder.write("targets.csv", TARGETS.replace("=市长热线", "市长热线"))
    for region, treated in (("C1", 30), ("C2", 10)):
        for year in range(2018, 2024):
            folder.add((region, year, "villages", 100, "village"))
            folder.add((region, year, "villages_sewage_treated", treated, "village"))
    return folder


@pytest.fixture
def city(plan):
    return analyse(plan.path, 2023, paths=50)


@pytest.mark.parametrize(
    ("department", "city", "county", "own"),
    [
        ("市住建局", "天水市", "甘谷县", "县住建局"),
        ("市住建局", "天水市", "秦州区", "区住建局"),
        ("市住建局", "天水市", "张家川回族自治县", "县住建局"),
        ("市住建局", "酒泉市", "玉门市", "玉门市住建局"),
        ("州水务局", "临夏回族自治州", "永靖县", "县水务局"),
        ("盟水利局", "兴安盟", "突泉县", "县水利局"),
        ("天水市水务局", "天水市", "甘谷县", "甘谷县水务局"),
        ("市市场监管局", "天水市", "甘谷县", "县市场监管局"),
        ("市政府办公室", "天水市", "甘谷县", "县政府办公室"),
        ("市委组织部", "天水市", "麦积区", "区委组织部"),
        ("市政务服务局", "天水市", "甘谷县", "市政务服务局".replace("市", "县", 1)),
        # no bureau of the city
        ("市场监管局", "天水市", "甘谷县", "市场监管局"),
        ("市政管理处", "天水市", "甘谷县", "市政管理处"),
        ("市容管理局", "天水市", "甘谷县", "市容管理局"),
        ("国家统计局天水调查队", "天水市", "甘谷县", "国家统计局天水调查队"),
        ("小陇山林业管护中心", "天水市", "甘谷县", "小陇山林业管护中心"),
        ("规划涉及所有单位", "天水市", "甘谷县", "规划涉及所有单位"),
        ("各县区党委、政府", "天水市", "甘谷县", "各县区党委、政府"),
        ("经开区管委会", "天水市", "秦州区", "经开区管委会"),
        ("市住建局", "City A", "County B", "市住建局"),
        ("天水市", "天水市", "甘谷县", "天水市"),
    ],
)
def test_a_county_s_own_bureau(department, city, county, own):
    assert own_bureau(department, city, county) == own


def test_names_in_a_cell_are_parted_by_either_semicolon():
    assert parted(" 市住建局;市水务局； ") == ["市住建局", "市水务局"]
    assert parted("") == []


def test_lead_supporting_and_county_owe_a_target(city):
    table = duties.duties(city)
    rows = table[(table["region_code"] == "C1") & (table["indicator"] == "rural_sewage_treatment_rate")]
    assert rows[["role", "department", "bureau"]].values.tolist() == [
        ["lead", "市生态环境局", "县生态环境局"],
        ["supporting", "市住建局", "县住建局"],
        ["supporting", "市水务局", "县水务局"],
        ["county", "乙县", "乙县"],
    ]
    of_city = table[(table["region_code"] == "C") & (table["indicator"] == "rural_sewage_treatment_rate")]
    assert list(of_city["role"]) == ["lead", "supporting", "supporting"]
    assert list(of_city["bureau"]) == list(of_city["department"])


def test_two_departments_may_lead_one_item(city):
    rows = duties.of_department(duties.duties(city), "市公安局", "lead")
    assert set(rows["item"]) == {12} and set(rows["region_code"]) == {"C", "C1", "C2"}


@pytest.mark.parametrize(("on", "expected"), [("2025-12-30", "2025-12-31"), ("2025-12-31", "2026-12-31"), (2026, "")])
def test_the_next_date_is_the_due_day_and_then_the_day_it_is_held_to(city, on, expected):
    table = duties.duties(city, on)
    assert set(table.loc[table["indicator"] == "rural_sewage_treatment_rate", "next_date"]) == {expected}


def test_every_item_has_exactly_one_lead_list_in_the_shipped_plan(shipped):
    table = duties.duties(shipped)
    led = table[table["role"] == "lead"].groupby(["region_code", "indicator", "comparison"])["department"].agg(tuple)
    by_item = led.groupby(lambda key: shipped.item_of(key[1])).agg(set)
    assert len(by_item) == 36 and all(len(lists) == 1 for lists in by_item)
    asked = shipped.assessment[shipped.assessment["verdict"] != "not_applicable"]
    assert len(led) == len(asked)


def test_every_county_owes_every_target_that_applies_to_it(shipped):
    table = duties.duties(shipped)
    owed = table[table["role"] == "county"].groupby("region_code").size().to_dict()
    rows = shipped.assessment[shipped.assessment["verdict"] != "not_applicable"]
    counts = rows.groupby("region_code").size().to_dict()
    assert owed == {code: counts[code] for code in shipped.counties} and shipped.city not in owed


def test_every_gap_of_the_city_is_the_sum_of_its_counties_parts(shipped):
    sums = duties.sums(shipped)
    assert len(sums) == 8
    whole = sums["gap_count_unit"].isin(words.COUNTED)
    assert whole.sum() == 4 and (sums.loc[whole, "difference"] == 0).all()
    assert (sums["difference"].abs() <= 1e-6 * sums["gap_count"]).all()


def test_a_gap_worked_by_hand_and_its_parts(city):
    """40 % of 200 villages are 80; 40 are treated; 乙县 is 10 short of its 40, 丙县 30: 40 together."""
    (row,) = duties.sums(city).to_dict("records")
    assert (row["gap_count"], row["contributions"]) == (40, 40)
    book = documents.Duties(city, ZH, ["市生态环境局"])
    assert [text for _, text in book.shares("市生态环境局")] == ["乙县 10 个村、丙县 30 个村"]


@pytest.mark.parametrize("name", ["市水务局", "县水务局", "乙县水务局", " 市水务局 "])
def test_a_department_is_known_by_the_names_it_goes_by(city, name):
    assert duties.department(city, name) == "市水务局"


def test_an_unknown_department_is_told_with_the_nearest(city):
    with pytest.raises(NotThere, match="没有责任部门“市水物局”；相近的有：市水务局"):
        duties.department(city, "市水物局")


def test_a_sentence_says_what_is_led_supported_and_how_it_stands(city):
    table = duties.duties(city)
    # 40 of 200 villages: unmet; nothing is known of hazardous waste
    assert duties.sentence(city, table, "市生态环境局", ZH) == (
        "市生态环境局牵头 2 项指标。牵头的目标在甲市共 2 条：未达标 1 条，暂不能判断 1 条。"
    )
    assert duties.sentence(city, table, "市住建局", ZH) == "市住建局配合 1 项指标。"
    assert duties.sentence(city, table, "市水务局", words.of("en")) == (
        "Municipal Water Affairs Bureau: items it leads: 1, items it supports: 1. "
        "Targets it leads in City A: 1 (1 lacking papers)."
    )


def test_a_county_s_documents_name_its_own_bureaus_beside_the_city_s(city):
    assert worded.lead(city["C1", 25], ZH) == "市生态环境局（县生态环境局）"
    assert worded.lead(city["C", 25], ZH) == "市生态环境局"
    assert "市住建局（县住建局）、市水务局（县水务局）" in worded.departments(city["C1", 25], ZH)


def test_a_county_looked_at_without_its_city_keeps_its_bureaus(city):
    from ecoanalysis.runs.work import only

    alone = only(city, ["C1"])
    assert duties.bureau(alone, "C1", "市水务局") == "县水务局"
    assert duties.bureau(alone, "C1", "规划涉及所有单位") == "规划涉及所有单位"


# ---------------------------------------------------------------------- the door


def test_a_paper_of_an_unknown_department_is_told_with_the_nearest(plan):
    header = "region_code,indicator,year,kind,title,location,department,date\n"
    rows = [
        f"C1,river_chief_system,2023,plan,file,,{name},\n"
        for name in ("市生态环竟局", "县水务局", "乙县水务局", "市水务局", "市民政局")
    ]
    plan.write("evidence.csv", header + "".join(rows))
    (problem,) = intake.read(plan.path).problems
    assert problem.text("zh") == (
        "evidence.csv:2 部门“市生态环竟局”不在 targets.csv 中，与“市生态环境局”相近；如是笔误请改为后者，如确是另一部门请写全称"
    )


def test_spellings_lead_back_to_the_plan_s_name(city):
    assert spellings(("市水务局",), city.regions) == dict.fromkeys(
        ("市水务局", "县水务局", "乙县水务局", "丙县水务局"), "市水务局"
    )


# ---------------------------------------------------------------------- documents


def test_a_sheet_a_section_and_a_slide_for_every_department(city, tmp_path):
    # items 4, 12 and 25 of the plan: who leads them, then who supports them
    names = ["市水务局", "市生态环境局", "市公安局", "市长热线", "规划涉及所有单位", "市住建局"]
    book, annex, deck = documents.write(city, tmp_path, "zh")
    assert openpyxl.load_workbook(book).sheetnames == ["总览", *names]
    titles = [p.text for p in docx.Document(annex).paragraphs if p.style.name == "Heading 1"]
    assert titles == [f"{number}、{name}" for number, name in enumerate(names, 1)]
    slides = pptx.Presentation(deck).slides
    assert [slide.shapes.title.text_frame.text for slide in slides] == [f"{name}：牵头任务" for name in names]


def test_the_sheet_s_parts_of_a_gap_add_up(city, tmp_path):
    book, *_ = documents.write(city, tmp_path, "zh", ["市生态环境局"])
    rows = list(openpyxl.load_workbook(book)["市生态环境局"].iter_rows(values_only=True))
    top = next(n for n, row in enumerate(rows) if row[0] == "职责")
    at = {name: n for n, name in enumerate(rows[top])}
    sewage = [row for row in rows[top + 1 :] if row[at["序号"]] == "25"]
    assert [row[at["地区"]] for row in sewage] == ["甲市", "乙县", "丙县"]
    assert [row[at["本地区对应部门"]] for row in sewage] == ["市生态环境局", "县生态环境局", "县生态环境局"]
    assert sewage[0][at["缺口数量"]] == 40 and [row[at["分担全市缺口"]] for row in sewage[1:]] == [10, 30]


def test_the_overview_counts_what_each_leads_supports_and_lacks(city, tmp_path):
    """Rural sewage is unmet, of hazardous waste nothing is known; three papers are asked of each item in three regions."""
    book, *_ = documents.write(city, tmp_path, "zh")
    rows = list(openpyxl.load_workbook(book)["总览"].iter_rows(values_only=True))
    top = next(n for n, row in enumerate(rows) if row[0] == "部门")
    assert rows[top] == (
        "部门", "牵头指标（项）", "配合指标（项）", "已达标（条）", "达标需巩固（条）", "未达标（条）", "材料欠缺（条）",
        "暂不能判断（条）", "缺材料（份）", "材料齐备率",
    )  # fmt: skip
    assert rows[top + 1 : top + 3] == [
        ("市水务局", 1, 1, 0, 0, 0, 1, 0, 9, 0),
        ("市生态环境局", 2, 0, 0, 0, 1, 0, 1, 18, 0),
    ]
    assert rows[-1] == ("市住建局", 0, 1, 0, 0, 0, 0, 0, 0, None)


def test_what_needs_work_stands_first_and_due_years_are_the_targets_own(city, tmp_path):
    book, annex, deck = documents.write(city, tmp_path, "zh", ["市生态环境局"])
    led, shares = ([[cell.text for cell in row.cells] for row in table.rows] for table in docx.Document(annex).tables)
    assert [row[0] for row in led[1:]] == ["25", "12a"] and led[1][5] == "20.0 个百分点，合 40 个村"
    assert led[1][-1] == "2025-12-31" and led[2][-1] == "2026-12-31"
    assert shares[1] == ["25", "农村生活污水治理率", "40 个村", "乙县 10 个村、丙县 30 个村"]
    rows = list(openpyxl.load_workbook(book)["市生态环境局"].iter_rows(values_only=True))
    dates = {row[1]: row[7] for row in rows if row[0] == "牵头"}
    assert dates == {"12a": 2023, "25": 2025}
    (table,) = [s.table for s in pptx.Presentation(deck).slides[0].shapes if s.has_table]
    assert [row.cells[0].text for row in list(table.rows)[1:]] == ["25 农村生活污水治理率", "12a 危险废物利用处置率"]


def test_no_text_becomes_a_formula_and_a_sheet_s_name_is_one(plan, tmp_path):
    plan.write("targets.csv", TARGETS.replace("=市长热线", "a[b]:c*d?e/f" + "长" * 40))
    a = analyse(plan.path, 2023, paths=50)
    book, *_ = documents.write(a, tmp_path, "zh")
    names = openpyxl.load_workbook(book).sheetnames
    assert "a_b__c_d_e_f" + "长" * 19 in names and all(len(name) <= 31 for name in names)
    with zipfile.ZipFile(book) as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist() if "worksheets/" in name)


def test_demo_data_are_marked_in_every_document(plan, tmp_path):
    plan.write("statistics/statistics.csv", "region_code,year,variable,value,unit,status,source,note\n")
    plan.add(
        ("C1", 2023, "villages", 100, "village"), ("C1", 2023, "villages_sewage_treated", 30, "village"), status="demo"
    )
    book, annex, deck = documents.write(analyse(plan.path, 2023, paths=50), tmp_path, "zh", ["市生态环境局"])
    texts = ["".join(str(c.value) for row in openpyxl.load_workbook(book)["市生态环境局"] for c in row)]
    texts.append("".join(p.text for p in docx.Document(annex).paragraphs))
    texts.append("".join(s.text_frame.text for s in pptx.Presentation(deck).slides[0].shapes if s.has_text_frame))
    assert all("演示数据" in text for text in texts)


def test_the_command_writes_them_and_refuses_an_unknown_department(plan, tmp_path, capsys):
    data = ["duties", "--data", str(plan.path), "--out", str(tmp_path / "out")]
    assert cli.main([*data, "--department", "县水务局", "--lang", "both"]) == 0
    made = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert made == sorted(
        f"{stem}.{suffix}" for stem in ("部门任务清单", "duties by department") for suffix in ("docx", "pptx", "xlsx")
    )
    shutil.rmtree(tmp_path / "out")
    capsys.readouterr()
    assert cli.main([*data, "--department", "市水物局"]) == 2
    assert "相近的有：市水务局" in capsys.readouterr().err and not (tmp_path / "out").exists()
    assert cli.main([*data, "--on", "2023-02-30"]) == 2


def test_a_county_s_part_is_not_its_own_gap(worked, tmp_path):
    """North lacks 45 and South 11 villages of its own; of the city's 50 they owe 40 and 10."""
    parted = {s.record.label: text for s, text in documents.Duties(worked, ZH, ["生态环境局"]).shares("生态环境局")}
    assert parted["25"] == "北县 40 个村、南县 10 个村"
    book, *_ = documents.write(worked, tmp_path, "zh", ["生态环境局"])
    rows = list(openpyxl.load_workbook(book)["生态环境局"].iter_rows(values_only=True))
    assert rows[1][0] == "演示数据"  # North's drinking water
    top = next(n for n, row in enumerate(rows) if row[0] == "职责")
    at = {name: n for n, name in enumerate(rows[top])}
    owed = {row[at["地区"]]: row for row in rows[top + 1 :] if row[at["序号"]] == "25"}
    assert [owed[name][at["缺口数量"]] for name in ("示例市", "北县", "南县")] == [50, 45, 11]
    assert [owed[name][at["分担全市缺口"]] for name in ("北县", "南县")] == [40, 10]
