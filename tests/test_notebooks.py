"""Every notebook runs from its first cell to its last, by hand as in the batch, and stays thin."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest
from jupyter_client import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from ecoanalysis.runs import NOTEBOOKS

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = {"data": str(ROOT / "data/raw")}
ALL = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))


@pytest.fixture(scope="module")
def executed():
    """Runs a notebook from its first cell to its last with parameters set as papermill sets them, each in an emptied
    kernel; one kernel for all, because starting one takes longer than most notebooks."""
    kernel = KernelManager(kernel_name="python3")
    kernel.start_kernel(extra_arguments=["--IPKernelApp.log_level=40"])

    def run(name: str, parameters: dict):
        notebook = parameterize_notebook(load_notebook_node(str(NOTEBOOKS / f"{name}.ipynb")), parameters)
        notebook.cells.insert(0, nbformat.v4.new_code_cell("%reset -f\n%reset -f in"))
        client = NotebookClient(notebook, km=kernel, timeout=300)
        try:
            client.execute()
        finally:
            if client.kc is not None:  # left open it warns whenever it is swept up, in whatever test that is
                client.kc.stop_channels()
        return notebook

    yield run
    kernel.shutdown_kernel(now=True)


def texts(notebook) -> str:
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return "\n".join(str(output.get("data", "")) for output in outputs)


def pictures(notebook) -> list[str]:
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return [output["data"]["image/png"] for output in outputs if "image/png" in output.get("data", {})]


@pytest.fixture
def small(folder):
    """A county with one target and a city around it."""
    for code in ("C1", "C2"):
        for year, count in zip(range(2013, 2024), range(30, 85, 5), strict=True):
            folder.add(
                (code, year, "villages", 200, "village"), (code, year, "villages_sewage_treated", count, "village")
            )
    folder.target("rural_sewage_treatment_rate", ">=", 60, "%", due=2025)
    return folder


@pytest.mark.parametrize("name", ALL)
def test_a_notebook_is_thin_and_stored_without_outputs(name):
    cells = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
    source = "\n".join("".join(cell["source"]) for cell in code if "parameters" not in cell["metadata"].get("tags", []))
    assert len(re.findall(r"\b(?:eco|notebook|track_record|intake)\.\w+\(", source)) <= 6  # load or analyse is one call


def test_a_report_by_hand_takes_a_name_and_gives_every_region_a_folder(executed, small, tmp_path):
    out, given = tmp_path / "out", {"data": str(small.path), "out": str(tmp_path / "out")}
    papermill.execute_notebook(  # in a kernel of its own, as by hand
        NOTEBOOKS / "county_report.ipynb", tmp_path / "report.ipynb", given | {"region": "乙县"}, progress_bar=False
    )
    shown = executed("county_report", given | {"region": "C2"})
    assert sorted(path.name for path in out.iterdir()) == ["C1", "C2"]
    assert {path.name for path in (out / "C1").iterdir()} == {"charts", "assessment.csv", "reachability_zh.docx"}
    assert "丙县到期应考核 0 项" in texts(shown) and "25 农村生活污水治理率：2023 年为 40.0 %" in texts(shown)
    assert len(pictures(shown)) == len(set(pictures(shown))) == 1


def test_a_region_may_be_a_number_and_a_city_shows_its_counties_once(executed, small, tmp_path):
    shown = executed("city_overview", {"data": str(small.path), "region": "C", "out": str(tmp_path / "out")})
    assert len(pictures(shown)) == len(set(pictures(shown))) == 4  # matrix, distances, a gap shared out, one sheet


@pytest.mark.parametrize(
    ("name", "wrong"), [("county_report", {"data": "nowhere"}), ("county_report", {"region": "丁县"})]
)
def test_what_is_not_there_is_told_in_a_sentence(executed, small, name, wrong, tmp_path):
    parameters = {"data": str(small.path), "region": "C1", "out": str(tmp_path)} | wrong
    with pytest.raises(CellExecutionError) as error:
        executed(name, parameters)
    told = str(error.value)
    assert "Traceback" not in told and ("regions.csv" in told if "data" in wrong else "没有地区“丁县”" in told)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_data_check_shows_years_and_gaps(executed, lang, tmp_path):
    shown = texts(executed("data_check", {**SHIPPED, "lang": lang}))
    assert "demo.csv" in shown and ("农村生活污水治理率" if lang == "zh" else "Rural domestic sewage") in shown
    assert ("演示数据" if lang == "zh" else "demo data") in shown


def test_the_ecological_index_is_told_step_by_step_with_its_unverified_coefficients(executed, tmp_path):
    shown = executed("ecological_index", {**SHIPPED, "region": "620503"})
    for told in ("生境质量指数", "植被覆盖指数", "演示数据", "wet_year_rule"):
        assert told in texts(shown), told
    assert len(pictures(shown)) == 1


@pytest.mark.parametrize("region", ["620523", "天水市"])
def test_the_diagnosis_draws_the_kaya_waterfall_and_names_obstacles_for_county_and_city(executed, region, tmp_path):
    shown = executed("diagnosis", {**SHIPPED, "region": region})
    assert len(pictures(shown)) == 1 and "土地胁迫指数" in texts(shown) and "位次" in texts(shown)


def test_the_track_record_scores_what_was_said(executed, folder, tmp_path):
    for year, count in zip(range(2012, 2023), [30, 34, 41, 44, 52, 55, 60, 66, 70, 77, 80], strict=True):
        folder.add(("C1", year, "villages", 200, "village"), ("C1", year, "villages_sewage_treated", count, "village"))
    folder.target("rural_sewage_treatment_rate", ">=", 30, "%")
    out = tmp_path / "record"
    out.mkdir()
    shown = texts(executed("track_record", {"data": str(folder.path), "out": str(out), "lang": "en"}))
    assert "Brier" in shown and "demo data" not in shown and (out / "statements.csv").exists()
    assert "too few statements to tell (a class needs 60, on 3 indicators, of 2 years)" in shown  # of one indicator
    assert "This record is too small for the reports" in shown
    assert "Replayed every year from 2015 to 2021" in shown and "Replaying" not in shown  # the line that told each year


def test_pictures_are_shown_as_they_are_drawn_and_chapter_and_year_before_come_after_them(small, tmp_path, monkeypatch):
    from ecoanalysis import analyse
    from ecoanalysis.analysis import Analysis
    from ecoanalysis.export import docx, notebook

    seen, year_before = [], Analysis.as_of_year
    monkeypatch.setattr(notebook, "display", lambda shown: seen.append(vars(shown).get("data", shown)))
    monkeypatch.setattr(docx, "write", lambda *_: seen.append("chapter"))
    monkeypatch.setattr(Analysis, "as_of_year", lambda a, year: seen.append(f"analysed {year}") or year_before(a, year))
    region = analyse(small.path, 2023)["C1"]
    notebook.conclusion(region, "both")
    notebook.indicators(region, "both")
    notebook.measured(region, "both")
    shown = len(seen)
    notebook.documents(region, tmp_path, "both")
    notebook.since_last_year(region, "both")
    assert isinstance(seen[shown], bytes) and sum(isinstance(one, bytes) for one in seen) == 1
    assert seen[shown + 1 :] == [
        "chapter",
        "chapter",
        "analysed 2022",
        "<p>与 2022 年相比，各项指标可达性类别未变。</p>",
    ]
    assert {path.parent.name for path in tmp_path.rglob("*.png")} == {"charts", "charts_en"}


def test_a_weak_point_of_the_plan_is_named_once_in_the_conclusion(monkeypatch):
    from ecoanalysis import analyse
    from ecoanalysis.export import notebook

    seen = []
    monkeypatch.setattr(notebook, "display", lambda shown: seen.append(getattr(shown, "data", "")))
    notebook.conclusion(analyse(ROOT / "data/raw", 2023)["甘谷县"], "zh")
    said = "".join(seen)
    assert said.count("方案点名的薄弱指标") == 1
    assert "方案点名的薄弱指标：农村生活污水治理率尚差 45 个村（难达标）；" in said


def test_papers_that_are_demo_data_say_so_in_the_table_of_every_indicator():
    from ecoanalysis import analyse, words
    from ecoanalysis.export import worded

    table = worded.assessment(analyse(ROOT / "data/raw", 2023)["甘谷县"], words.of("zh")).set_index("序号")
    assert (table.at["1", "现状值"], table.at["1", "数据状态"]) == ("—", "演示数据")
    assert table.at["31", "数据状态"] == "—"  # none are supplied


def test_without_a_year_before_the_report_says_so(folder, monkeypatch):
    from ecoanalysis import analyse
    from ecoanalysis.export import notebook

    folder.add(("C1", 2023, "villages", 200, "village"), ("C1", 2023, "villages_sewage_treated", 80, "village"))
    folder.target("rural_sewage_treatment_rate", ">=", 60, "%", due=2025)
    seen = []
    monkeypatch.setattr(notebook, "display", lambda shown: seen.append(shown.data))
    notebook.since_last_year(analyse(folder.path, 2023)["C1"], "en")
    assert seen == ["<p>There are no data of the year before to compare with.</p>"]


def test_a_notebook_does_not_wait_for_what_its_first_picture_does_not_need():
    late = "import sys; from ecoanalysis.export import notebook, parameters; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", late], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert "matplotlib.figure" in told.split()
    assert not {"docx", "scipy.stats", "statsmodels", "seaborn", "matplotlib.pyplot"} & set(told.split())


@pytest.mark.slow
def test_counties_run_by_hand_in_parallel_never_meet(folder, tmp_path):
    """`papermill` two at a time into one folder, with `-p`, `-r` and `-y`, from two places; as when run one by one."""
    regions = [
        "code,name_zh,name_en,level,parent,area_km2,terrain,climate,city_size",
        "C,甲市,City A,city,,300,hill,other,",
    ]
    for number in range(1, 5):
        code = f"62050{number}"
        regions.append(f"{code},{'乙丙丁戊'[number - 1]}县,County {number},county,C,100,hill,other,")
        for year in range(2013, 2024):
            folder.add((code, year, "villages", 200, "village"))
            folder.add((code, year, "villages_sewage_treated", 10 * number + 7 * (year - 2013), "village"))
    folder.write("regions.csv", "\n".join(regions) + "\n")
    folder.target("rural_sewage_treatment_rate", ">=", 70, "%", due=2025)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}

    def started(code: str, given: list[str], place: Path, group: str) -> subprocess.Popen:
        (tmp_path / group).mkdir(exist_ok=True)
        common = ["-p", "data", str(folder.path), "-p", "out", str(tmp_path / group / "out"), "--no-progress-bar"]
        command = [sys.executable, "-m", "papermill", str(NOTEBOOKS / "county_report.ipynb")]
        command += [str(tmp_path / group / f"{code}.ipynb"), *given, *common]
        return subprocess.Popen(
            command, cwd=place, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    ways = {
        "620501": (["-p", "region", "620501"], ROOT),
        "620502": (["-r", "region", "620502"], NOTEBOOKS),
        "620503": (["-y", "region: 丁县"], tmp_path),
        "620504": (["-p", "region", "戊县"], ROOT),
    }
    for pair in (("620501", "620502"), ("620503", "620504")):
        assert [one.wait(240) for one in [started(code, *ways[code], "together") for code in pair]] == [0, 0]
    for code in ("620502", "620503"):
        assert started(code, ["-p", "region", code], ROOT, "alone").wait(240) == 0
    seen = set()
    for number, code in enumerate(ways, start=1):
        shown = nbformat.read(tmp_path / "together" / f"{code}.ipynb", as_version=4)
        value = f"2023 年为 {(10 * number + 70) / 2:.1f} %"  # 10 n + 70 of 200 villages
        assert value in texts(shown) and f"{'乙丙丁戊'[number - 1]}县到期应考核" in texts(shown)
        assert not any(
            f"{other}县到期应考核" in texts(shown) for other in "乙丙丁戊".replace("乙丙丁戊"[number - 1], "")
        )
        assert (tmp_path / "together/out" / code / "reachability_zh.docx").is_file()
        seen |= set(pictures(shown))
    assert len(seen) == 4
    for code in ("620502", "620503"):
        one, other = (
            nbformat.read(tmp_path / group / f"{code}.ipynb", as_version=4) for group in ("together", "alone")
        )
        assert pictures(one) == pictures(other)
        for name in ("assessment.csv", "charts/25_rural_sewage_treatment_rate.png"):
            assert (tmp_path / "together/out" / code / name).read_bytes() == (
                tmp_path / "alone/out" / code / name
            ).read_bytes()


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("county_report", {"region": 999999}, ["没有地区“999999”", "乙县 C1"]),
        ("county_report", {"lang": "fr"}, ["lang 应为 zh, en, both 之一", "'fr'"]),
        ("county_report", {"as_of": "abc"}, ["as_of 应为四位年份", "'abc'"]),
        ("county_report", {"regoin": "C1"}, ["没有参数“regoin”", "region, as_of, scenario"]),
        ("city_overview", {"region": "X", "lang": "fr", "regoin": 1}, ["没有地区“X”", "'fr'", "regoin"]),
        ("city_overview", {"scenario": "更快"}, ["没有情景“更快”", "trend"]),
        ("diagnosis", {"first_year": 2023, "last_year": 2015}, ["起始年 2023 应早于终止年 2015"]),
        ("explore", {"data": "nowhere"}, ["没有找到 regions.csv", "data/raw"]),
    ],
)
def test_wrong_parameters_are_told_at_once_with_what_would_be_right(executed, small, name, given, told, tmp_path):
    with pytest.raises(CellExecutionError) as error:
        executed(name, {"data": str(small.path), "region": "C1"} | given)
    text = str(error.value)
    assert "Traceback" not in text and all(part in text for part in told), text


def test_a_region_may_be_a_whole_number_and_the_place_does_not_matter(folder, tmp_path, monkeypatch):
    """From the root as from `notebooks/`: `../data/raw` and `data/raw` are the same folder, and the output follows."""
    from ecoanalysis.export import parameters

    regions = (folder.path / "regions.csv").read_text().replace("C1,", "620502,")
    folder.write("regions.csv", regions)
    root = tmp_path / "project"
    (root / "notebooks").mkdir(parents=True)
    (root / "data").mkdir()
    folder.path.rename(root / "data/raw")
    there = {"region": 620502, "data": "../data/raw", "out": "../reports", "lang": "zh"}
    for place, data, out in (("notebooks", "../data/raw", "../reports"), (".", "data/raw", "reports")):
        monkeypatch.chdir(root / place)
        given = parameters.checked(there, "region data out lang")
        assert (given.region, given.data.as_posix(), given.out.as_posix()) == ("620502", data, out)


def test_a_first_forecast_is_told_with_numbers_anybody_can_check(executed, small):
    """Eleven values rise by 5 of 200 villages a year, to 80 in 2023: 2.5 points, ten times; 2 of 11 draws alike are ends."""
    shown = executed("first_forecast", {"data": str(small.path), "region": "C1"})
    said = texts(shown)
    assert "2013—2023 年有 11 个数值，相邻两年的变化有 10 次：2.5、2.5" in said
    assert "最小 2.5，最大 2.5。" in said and "约为 18 %" in said
    assert "原来：2023 年为 40.0 %" in said and "之后：2023 年为 40.0 %" in said
    assert (
        "只用到 2020 年为止的 8 个数值，对 2023 年会这样说" in said and "后来的实际数值为 40.0 %，在区间之内。" in said
    )
    assert len(set(pictures(shown))) == 2  # futures one by one; the fan as of 2020


def test_a_first_forecast_of_what_has_no_trend_says_so(folder, monkeypatch):
    from ecoanalysis import analyse
    from ecoanalysis.export import notebook

    for year in (2021, 2023):
        folder.add(("C1", year, "villages", 200, "village"), ("C1", year, "villages_sewage_treated", 80, "village"))
    folder.target("rural_sewage_treatment_rate", ">=", 60, "%", due=2025)
    seen = []
    monkeypatch.setattr(notebook, "display", lambda shown: seen.append(vars(shown).get("data", shown)))
    s = analyse(folder.path, 2023)["C1", "rural_sewage_treatment_rate"]
    notebook.changes_so_far(s, "en")
    notebook.covered(s, 2023, "en")
    notebook.tried(s, s.under({}), "en")
    assert seen == [
        "<p>There are fewer than two changes from one year to the next, so nothing shows how large they are.</p>",
        "<p>The values up to 2023 are not enough to say anything of 2023; choose another year.</p>",
        "<p>Nothing was changed.</p>",
    ]


@pytest.mark.parametrize("name", ["00_start", "explore"])
@pytest.mark.parametrize("region", ["C", "C2"])
def test_first_steps_run_for_county_and_city(executed, small, name, region, tmp_path):
    shown = executed(name, {"data": str(small.path), "region": region})
    said = texts(shown)
    if name == "00_start":
        assert "25 农村生活污水治理率" in said and len(pictures(shown)) == 1
    else:
        assert "Screen of" in said and len(set(pictures(shown))) == 4
