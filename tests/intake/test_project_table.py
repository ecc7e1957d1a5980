"""`projects.csv` at the door: one sentence for each thing that is wrong, everything at once."""

import pytest

from ecoanalysis import intake

HEADER = "region_code,variable,change,unit,first_year,last_year,probability,delay_years,delay_probability,cost,name,department\n"
GOOD = "C1,villages_sewage_treated,10,village,2024,2025,0.8,1,0.3,1200,二期工程,市生态环境局"


@pytest.fixture
def read(folder):
    """Problems of a projects.csv with these rows; 20 of 100 villages are treated in C1."""
    for year in (2022, 2023):
        folder.add(
            ("C1", year, "villages_sewage_treated", 20, "village"),
            ("C1", year, "villages", 100, "village"),
            ("C1", year, "energy_use", 500, "tce"),
        )
    targets = (folder.path / "targets.csv").read_text()
    folder.write(
        "targets.csv", targets + "*,green_procurement_rate,,>=,95,%,2023,2026,plan,市生态环境局,市住建局;市财政局\n"
    )

    def rows(*lines):
        folder.write("projects.csv", HEADER + "\n".join(lines) + "\n")
        raw = intake.read(folder.path)
        return raw.projects, [problem.text("zh") for problem in raw.problems if problem.file == "projects.csv"]

    return rows


def change(**cells) -> str:
    """The good row with other cells."""
    return ",".join(
        str(cells.get(name, cell)) for name, cell in zip(HEADER.strip().split(","), GOOD.split(","), strict=True)
    )


def test_a_good_row_is_taken_in_the_unit_of_its_variable(read):
    table, problems = read(GOOD, change(variable="park_green_area", change=8, unit="公顷", name="公园", last_year=""))
    assert problems == []
    first, second = table.to_dict("records")
    assert (first["change"], first["delay_years"], first["delay_probability"], first["cost"]) == (10, 1, 0.3, 1200)
    assert (second["change"], second["unit"], second["last_year"]) == (80_000, "m²", 2024)


def test_what_is_not_said_is_certain_and_in_time(read):
    blank = {
        "probability": "",
        "delay_years": "",
        "delay_probability": "",
        "cost": "",
        "department": "",
        "last_year": "",
    }
    table, problems = read(change(**blank), change(name="晚到", delay_probability=""))
    assert problems == []
    assert table[["probability", "delay_years", "delay_probability"]].to_numpy().tolist() == [[1, 0, 0], [0.8, 1, 1]]
    assert table["cost"].isna().tolist() == [True, False]


SENTENCES = [
    ({"last_year": 2023}, "项目 2024 年开始、2023 年结束，结束早于开始；请改正 first_year 或 last_year"),
    ({"probability": 60}, "probability 为 '60'，应写 0 到 1 之间的小数；60 应写作 0.6"),
    ({"probability": "60%"}, "probability 为 '60%'，应写 0 到 1 之间的小数；60% 应写作 0.6"),
    ({"probability": 1.5}, "probability = 1.5 超出允许范围 [0，1]；请核对数值和单位"),
    ({"delay_probability": 30}, "delay_probability 为 '30'，应写 0 到 1 之间的小数；30 应写作 0.3"),
    ({"delay_years": ""}, "delay_probability 为 '0.3'，但没有 delay_years；请填写推迟几年，或把 delay_probability 留空"),
    ({"change": 0}, "change 为 0，项目什么也不增加；请填写每年新增的数量"),
    (
        {"change": 50},
        "乙县 villages_sewage_treated 2023 年为 20，最多到 100，只剩 80 village；本项目共增加 100；请核减 change 或年限",
    ),
    (
        {"change": -11},
        "乙县 villages_sewage_treated 2023 年为 20，最低到 0，只能减少 20 village；本项目共减少 22；请核减 change 或年限",
    ),
    (
        {"department": "市生态环境居"},
        "部门“市生态环境居”不在 targets.csv 中，与“市生态环境局”相近；如是笔误请改为后者，如确是另一部门请写全称",
    ),
    ({"region_code": "C9"}, "地区代码 'C9' 不在 regions.csv 中；可用：C"),
    (
        {"variable": "villages_sewage_treatet"},
        "不认识变量 'villages_sewage_treatet'；相近的有：villages_sewage_treated, villages_waste_treated",
    ),
    ({"unit": "t"}, "单位 't' 不能换算；应能换算为 'village'"),
    ({"cost": -1}, "cost = -1 超出允许范围 [0，]；请核对数值和单位"),
]  # fmt: skip


@pytest.mark.parametrize("cells, sentence", SENTENCES, ids=lambda value: str(value)[:30])
def test_each_thing_is_told_in_one_sentence(read, cells, sentence):
    table, problems = read(change(**cells))
    assert len(problems) == 1 and problems[0].startswith(f"projects.csv:2 {sentence}"), problems
    assert table.empty


def test_a_variable_that_no_indicator_uses_would_do_nothing(read):
    _, problems = read(change(variable="soil_erosion_control_rate", unit="%", change=1))
    assert len(problems) == 1
    assert problems[0].startswith(
        "projects.csv:2 变量 'soil_erosion_control_rate' 不参与任何指标，项目不会有效果；参与指标的相近变量："
    )


def test_everything_is_told_at_once_and_good_rows_stay(read):
    table, problems = read(
        change(change=50, last_year=2024), change(change=40, name="又一期"), change(probability=60), change(name="三期")
    )
    assert [text.split()[0] for text in problems] == [f"projects.csv:{line}" for line in (3, 4, 4)]
    assert "本项目连同第 2 行共增加 130" in problems[0]
    assert problems[1].endswith("60 应写作 0.6") and problems[2].endswith("已有项目“二期工程”（第 2 行）；请改名或合并")
    assert table["name"].tolist() == ["二期工程", "三期"]


def test_a_refused_row_takes_nothing_from_the_others(read):
    table, problems = read(change(change=50), change(change=40, name="又一期"))
    assert len(problems) == 1 and table["name"].tolist() == ["又一期"]


def test_what_was_added_by_the_latest_figures_is_not_counted_again(read):
    table, problems = read(change(change=40, first_year=2022, last_year=2025))  # 80 in 2024 and 2025
    assert problems == [] and len(table) == 1


@pytest.mark.parametrize("name", ["乙县生态环境局", "县住建局", "甲市财政局", "甲市河长制办公室", ""])
def test_a_countys_own_bureau_and_a_new_department_are_no_slips(read, name):
    assert read(change(department=name))[1] == []


def test_the_folders_own_indicators_make_variables_useful(read, folder):
    folder.write(
        "variables.csv",
        "code,name_zh,name_en,unit,kind,low,high,department,aggregate\ntea_area,茶园,Tea,km²,stock,0,,x,sum\n",
    )
    tea = change(variable="tea_area", unit="km²", name="茶")
    assert "不参与任何指标" in read(tea)[1][0]
    columns = "code,number,part,number_2019,name_zh,name_en,group_zh,group_en,system_zh,system_en,kind,unit,better"
    columns += (
        ",low,high,decimals,attribute,scope,aggregate,count_variable,standard,clause,confidence,requirement,owed_at"
    )
    columns += ",confidence_attribute,confidence_scope,formula"
    own = "tea_share,,,,茶园比例,Tea share,自有,Own,自有,Own,computed,%,higher,0,100,1,参考性,both,ratio,,x,,A,trend,both,A,A,"
    folder.write("indicators.csv", f'{columns}\n{own}"ratio(tea_area, land_area)"\n')
    assert read(tea)[1] == []
