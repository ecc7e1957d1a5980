"""Chinese names in English: bureaus, projects, papers, sources, and what is in no table."""

import re
from importlib.resources import files

import pytest
from pptx import Presentation

import ecoanalysis as eco
from ecoanalysis import catalog, intake, words
from ecoanalysis.analysis import load
from ecoanalysis.export import pptx
from ecoanalysis.names import HAN, Names
from ecoanalysis.plan import duties

REGIONS = {"甲州市": "Jiazhou", "乙水县": "Yishui", "丙山回族自治县": "Bingshan", "丁区": "Ding"}


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("市生态环境局", "Municipal Ecology and Environment Bureau"),
        ("县住建局", "County Housing and Urban-Rural Development Bureau"),
        ("区水务局", "District Water Affairs Bureau"),
        ("乙水县住建局", "Yishui County Housing and Urban-Rural Development Bureau"),
        ("丙山回族自治县林草局", "Bingshan County Forestry and Grassland Bureau"),
        ("甲州市生态环境局", "Jiazhou Municipal Ecology and Environment Bureau"),
        ("市委组织部", "Organization Department of the Municipal Party Committee"),
        ("县委组织部", "Organization Department of the County Party Committee"),
        ("市市场监管局", "Municipal Market Regulation Bureau"),
        ("市场监管局", "Market Regulation Bureau"),
        ("市政府办公室", "Municipal Government Office"),
        ("国家统计局甲州调查队", "Jiazhou Survey Team of the National Bureau of Statistics"),
        ("乙水农村生活污水治理项目", "Yishui rural domestic sewage treatment project"),
        ("演示：丁区城区公园项目", "Demo: Ding urban park project"),
        ("河长制2022年工作计划", "River chief system 2022 work plan"),
        ("甲州市规划（2022—2026年）", "Jiazhou plan (2022–2026)"),
        ("2023年甲州统计年鉴 https://a.cn/年鉴.xlsx", "2023 Jiazhou statistical yearbook https://a.cn/年鉴.xlsx"),
        ("MODIS MCD12Q1.061, Shan et al. 2022", "MODIS MCD12Q1.061, Shan et al. 2022"),
        ("", ""),
    ],
)
def test_a_name_that_the_tables_know_is_translated(chinese, english):
    names = Names({}, REGIONS, {"河长制": "River chief system"})
    assert names(chinese) == english == names(chinese)


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("大陇山林场", "Da long shan lin chang (大陇山林场)"),
        ("龙山项目", "Longshan project (龙山项目)"),
        ("市龙山局", "Shilongshanju (市龙山局)"),  # no bureau that anybody has translated: no level is guessed
        ("龙山数据 https://a.cn/一", "Longshan data https://a.cn/一 (龙山数据)"),
    ],
)
def test_a_name_in_no_table_is_written_in_pinyin_with_the_chinese_behind_it(chinese, english):
    assert Names({}, REGIONS)(chinese) == english


def test_a_folder_s_own_names_go_before_the_shipped_ones():
    names = Names({"市生态环境局": "City EPA", "{region}方案第{n}稿": "Scheme of {region}, draft {n}"}, REGIONS)
    assert names("市生态环境局") == "City EPA"
    assert names("乙水方案第12稿") == "Scheme of Yishui, draft 12"
    assert names("县生态环境局") == "County Ecology and Environment Bureau"


def test_a_row_of_the_table_stands_once_and_asks_only_for_what_its_chinese_gives():
    table = catalog.rows(files("ecoanalysis") / "tables" / "names.csv")
    assert len({row["zh"] for row in table}) == len(table)
    for row in table:
        given, asked = (set(re.findall(r"\{(\w+)\}", row[column])) for column in ("zh", "en"))
        assert asked <= given <= {"n", "n2", "level", "region"}, row
        assert row["en"] and not HAN.search(row["en"]), row


@pytest.mark.whole
def test_every_name_of_the_shipped_city_has_its_english():
    a = eco.analyse("data/raw", 2023)
    bureaus = [duties.bureau(a, region, name) for region in a.regions["code"] for name in duties.departments(a)]
    texts = {*bureaus, *a.evidence["title"], *a.raw.projects["name"], *a.targets["source"], *a.observations["source"]}
    left = {text: a.called(text, "en") for text in texts}
    left = {text: said for text, said in left.items() if HAN.search(re.sub(r"https?://\S+", "", said))}
    assert not left
    assert a.called("小陇山林业管护中心", "zh") == "小陇山林业管护中心"
    assert a.called("小陇山林业管护中心", "en") == "Xiaolong Mountain Forestry Management and Protection Centre"


@pytest.mark.whole
def test_a_saved_analysis_keeps_the_names_that_its_folder_brought(tmp_path):
    kept = load(eco.analyse("data/raw", 2023).save(tmp_path))
    assert kept.called("天政发〔2022〕68号", "en") == "Municipal Government Document [2022] no. 68"


@pytest.mark.whole
def test_a_county_and_its_bureau_are_called_by_their_english_names():
    a = eco.analyse("data/raw", 2023)
    assert duties.named_departments(a["甘谷", "28"], words.of("en"))[0] == (
        "Municipal Housing and Urban-Rural Development Bureau (County Housing and Urban-Rural Development Bureau)"
    )


def test_a_folder_s_names_are_checked_at_the_door(folder):
    folder.write("names.csv", "zh,en\n龙山局,Longshan Bureau\n第{n}稿,draft {n}\n")
    raw = intake.read(folder.path)
    assert not raw.problems and dict(zip(raw.names["zh"], raw.names["en"], strict=True)) == {
        "龙山局": "Longshan Bureau",
        "第{n}稿": "draft {n}",
    }
    bad = "龙山局,Longshan Bureau\n,nothing\n河局,{level} Bureau\n林局,Forest {Bureau\n{who}局,Bureau\n龙山局,again\n"
    folder.write("names.csv", f"zh,en\n{bad}")
    told = [(one.row, one.phrase) for one in intake.read(folder.path).problems if one.file == "names.csv"]
    assert told == [(3, "empty"), (4, "name_places"), (5, "name_places"), (6, "name_places"), (7, "twice")]
    assert all("{level}" in one.text("zh") for one in intake.read(folder.path).problems if one.phrase == "name_places")


@pytest.mark.whole
def test_an_english_deck_holds_no_chinese(tmp_path):
    path = pptx.write(eco.analyse("data/raw", 2023), tmp_path / "deck.pptx", "en", ["620500", "620523"])
    for slide in Presentation(path).slides:
        shapes = [shape for shape in slide.shapes if shape.has_text_frame or shape.has_table]
        texts = [shape.text_frame.text for shape in shapes if shape.has_text_frame]
        texts += [cell.text for shape in shapes if shape.has_table for cell in shape.table.iter_cells()]
        texts.append(slide.notes_slide.notes_text_frame.text if slide.has_notes_slide else "")
        assert not [text for text in texts if HAN.search(re.sub(r"https?://\S+", "", text))]
