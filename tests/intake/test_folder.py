"""The door in: every kind of bad row is told with its place and remedy, and never becomes a number."""

import pytest

from ecoanalysis import intake

HEAD = "region_code,year,variable,value,unit,status,source,note\n"
GOOD = "C1,2020,villages,100,village,observed,yearbook,\n"


def problems(folder, lang="en") -> list[str]:
    return [problem.text(lang) for problem in intake.read(folder.path).problems]


def test_a_good_folder_has_no_problems_and_keeps_every_cell_traceable(folder):
    folder.add(("C1", 2020, "gdp_current", 12.5, "亿元"), ("C1", 2021, "construction_land", 30000, "亩"))
    raw = intake.read(folder.path)
    assert not raw.problems
    first = raw.observations.iloc[0]
    assert (first["value"], first["unit"], first["file"], first["cell"]) == (
        125_000,
        "10⁴ CNY",
        "statistics/statistics.csv",
        "2",
    )
    assert first["id"] == "statistics.csv:2"
    assert raw.observations.iloc[1]["value"] == pytest.approx(2000)
    assert list(raw.observations.columns) == intake.OBSERVATION_COLUMNS


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("X9,2020,villages,100,village,observed,s,", ["X9", "C1"]),
        ("C1,2020,vilages,100,village,observed,s,", ["vilages", "villages"]),
        ("C1,2020,construction_land,100,acre,observed,s,", ["acre", "ha", "mu"]),
        ("C1,2020,construction_land,100,t,observed,s,", ["cannot", "ha"]),
        ("C1,2020,villages,about 100,village,observed,s,", ["about 100", "number"]),
        ("C1,2021年,villages,100,village,observed,s,", ["2021年", "2021"]),
        ("C1,２０２１,villages,100,village,observed,s,", ["２０２１", "2021"]),
        ("C1,2020,villages,１００,village,observed,s,", ["full-width", "100"]),
        ('C1,2020,villages,"1,234",village,observed,s,', ["separators", "1234"]),
        ("C1,2020,villages,—,village,observed,s,", ["empty"]),
        ("C1,2020,villages,…,village,observed,s,", ["empty"]),
        ("C1,2020,villages,nan,village,observed,s,", ["empty"]),
        ("C1,2020,villages,inf,village,observed,s,", ["number"]),
        ("C1,2020,villages,-3,village,observed,s,", ["outside", "villages"]),
        ("C1,2020,good_air_days,400,day,observed,s,", ["outside", "366"]),
        ("C1,2020,villages,100,village,guessed,s,", ["guessed", "observed, estimated, demo"]),
        ("C1,2020,villages,100", ["4 cells", "8"]),
    ],
)
def test_a_bad_row_is_told_with_file_row_and_remedy_and_left_out(folder, row, words):
    folder.write("statistics/bad.csv", f"{HEAD}{GOOD}{row}\n")
    (found,) = problems(folder)
    assert found.startswith("statistics/bad.csv:3 ")
    assert all(word in found for word in words), found
    assert len(intake.read(folder.path).observations) == 1


def test_everything_wrong_is_told_at_once(folder):
    folder.write("statistics/bad.csv", f"{HEAD}X9,2021年,vilages,1,village,observed,s,\nC1,2020,villages,x,t,demo,s,\n")
    folder.target("no_such_indicator", ">=", 1, "%")
    found = problems(folder)
    assert len([line for line in found if line.startswith("statistics/bad.csv:2")]) == 3
    assert any(line.startswith("statistics/bad.csv:3") for line in found)
    assert any(line.startswith("targets.csv:3") for line in found)


def test_two_values_for_one_cell_contradict_and_neither_is_used(folder):
    folder.write("statistics/a.csv", f"{HEAD}{GOOD}")
    folder.write("statistics/b.csv", f"{HEAD}{GOOD.replace('100', '101')}")
    found = problems(folder)
    assert len(found) == 2 and "statistics/b.csv:2" in found[0] and "statistics/a.csv:2" in found[1]
    assert intake.read(folder.path).observations.empty


def test_the_same_value_in_another_unit_is_no_contradiction(folder):
    folder.add(("C1", 2020, "construction_land", 1500, "mu"), ("C1", 2020, "construction_land", 100, "ha"))
    raw = intake.read(folder.path)
    assert not raw.problems and len(raw.observations) == 1


def test_a_real_value_takes_the_place_of_a_demo_row(folder):
    folder.add(("C1", 2020, "villages", 100, "village"), status="demo")
    folder.add(("C1", 2020, "villages", 120, "village"))
    raw = intake.read(folder.path)
    assert not raw.problems
    assert raw.observations["value"].tolist() == [120] and raw.observations["status"].tolist() == ["observed"]


def test_an_empty_value_is_missing_and_not_a_problem(folder):
    folder.write("statistics/a.csv", f"{HEAD}C1,2020,villages,,village,observed,s,\n")
    raw = intake.read(folder.path)
    assert not raw.problems and raw.observations.empty


def test_a_bom_is_read_and_gbk_is_told_but_can_be_gone_on_with(folder):
    folder.write("statistics/bom.csv", b"\xef\xbb\xbf" + f"{HEAD}{GOOD}".encode())
    assert not problems(folder)
    folder.write("statistics/gbk.csv", f"{HEAD}C2,2020,villages,80,个,observed,统计年鉴,\n".encode("gbk"))
    (found,) = problems(folder)
    assert found.startswith("statistics/gbk.csv ") and "UTF-8" in found
    raw = intake.read(folder.path)
    assert raw.observations.set_index("region_code").at["C2", "source"] == "统计年鉴"


@pytest.mark.parametrize("end", [f"{HEAD}{GOOD}".encode() + "C1,2021,villages,90,个".encode()[:-1], b"\0" * 40])
def test_a_half_written_file_is_told(folder, end):
    folder.write("statistics/half.csv", end)
    assert any("half written" in line for line in problems(folder))


def test_a_workbook_is_told_from_a_table(folder):
    folder.write("statistics/book.csv", b"PK\x03\x04rest of a zip")
    assert "workbook" in problems(folder)[0]


def test_a_file_that_the_system_refuses_is_told_with_its_reason(folder, monkeypatch):
    folder.write("statistics/locked.csv", f"{HEAD}{GOOD}")
    read = type(folder.path).read_bytes

    def refuse(path):
        if path.name == "locked.csv":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(type(folder.path), "read_bytes", refuse)
    (found,) = problems(folder)
    assert found.startswith("statistics/locked.csv ") and "没有权限 · no permission" in found


def test_missing_and_unknown_columns_are_named(folder):
    folder.write("statistics/a.csv", "region,year,variable,value,unit,status\nC1,2020,villages,1,village,observed\n")
    found = problems(folder)
    assert any("lacks the columns region_code" in line for line in found)


def test_regions_and_targets_are_checked_too(folder):
    folder.write(
        "regions.csv",
        "code,name_zh,name_en,level,parent,area_km2,terrain,climate,city_size\n"
        "C,甲市,,city,,x,,,\nC1,乙县,,village,Z,100,,,\nC1,乙县,,county,,100,,,\n",
    )
    found = " ".join(problems(folder))
    for words in ("area_km2 is the text 'x'", "level is 'village'", "parent 'Z'"):
        assert words in found
    folder.target("ecological_index", "~", 57)
    folder.target("river_chief_system", ">=", 1)
    folder.target("rural_sewage_treatment_rate", ">=", 40, "ha")
    folder.target("park_area_per_head", ">=", 13, "m²/person", due=2026, hold_until=2023)
    found = " ".join(problems(folder))
    for words in ("comparison is '~'", "does not go with '>='", "'ha' cannot", "hold_until 2023 is before due 2026"):
        assert words in found


def test_every_problem_is_worded_in_both_languages(folder):
    folder.write("statistics/bad.csv", f"{HEAD}X9,2021年,vilages,1,acre,observed,s,\n")
    assert len(problems(folder, "zh")) == len(problems(folder, "en")) == 3
    assert all("，" in line or "；" in line for line in problems(folder, "zh"))


def test_a_template_is_made_once_and_never_overwrites(tmp_path):
    target = tmp_path / "新城市"
    made = intake.write_template(target)
    assert {"regions.csv", "targets.csv", "statistics/statistics.csv", "README.md"} <= set(made)
    (target / "regions.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError, match=r"regions\.csv"):
        intake.write_template(target)
    assert (target / "regions.csv").read_text(encoding="utf-8") == "mine"


def test_a_file_named_as_the_data_folder_is_called_one(folder):
    problems = intake.read(folder.path / "regions.csv").problems
    told = [problem.text("en") for problem in problems if problem.file == "regions.csv"]
    assert told[0] == "regions.csv should lie in a folder, but a file is there; name the data folder with --data"
