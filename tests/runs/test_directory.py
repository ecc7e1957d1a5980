"""Codes, names and folders as attacks: a sentence, and nothing outside the target touched."""

import errno
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecoanalysis import cli
from ecoanalysis.catalog import phrase
from ecoanalysis.runs.directory import Directory, Refused, check_room, folder_name, inside, manifest_of


def put(folder, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def made(directory: Directory, files: dict[str, str]) -> None:
    """What a run does at its end."""
    from ecoanalysis.runs import _write_manifest

    put(directory.building, files)
    _write_manifest(directory.building, {"state": "done", "as_of": 2023}, True)


@pytest.mark.parametrize(
    "code", ["", "..", ".", "a/b", "../../victim", "/etc", "a b", "甘谷", "x" * 21, "*", "a\nb", "a\0b", "C:"]
)
def test_a_code_that_is_not_letters_and_digits_is_refused(code):
    with pytest.raises(Refused):
        folder_name(code, "甘谷县")


@given(st.text(max_size=400))
def test_no_name_leads_out_of_the_folder(name):
    made = folder_name("620523", name)
    assert made.startswith("620523_") and len(made.encode()) < 200
    assert not set(made) & set('/\\<>:"|?*. \0\n') and made not in (".", "..")


def test_names_that_differ_in_signs_alone_stay_apart_by_their_codes():
    assert folder_name("1", "甘谷/县") == "1_甘谷_县" and folder_name("2", "甘谷*县") == "2_甘谷_县"
    assert folder_name("1", "😀") == "1_region"


def test_a_link_is_no_folder_inside(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out/2023").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused):
        inside(tmp_path / "out", "2023")
    with pytest.raises(Refused):
        inside(tmp_path / "out", "../elsewhere")
    (tmp_path / "out/2022").mkdir()
    (tmp_path / "out/2021").symlink_to(tmp_path / "out/2022")  # a neighbour is elsewhere too
    with pytest.raises(Refused):
        inside(tmp_path / "out", "2021")


REGIONS = "code,name_zh,name_en,level,parent,area_km2,terrain,climate,city_size\n"


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ("../../victim,甲县,A,county,,100,hill,other,\n", "victim"),
        ("/tmp,甲县,A,county,,100,hill,other,\n", "tmp"),
        ("*,甲县,A,county,,100,hill,other,\n", "*"),
        (f"{'9' * 300},甲县,A,county,,100,hill,other,\n", "999"),
        ("Ab,甲县,A,county,,100,hill,other,\naB,乙县,B,county,,100,hill,other,\n", "aB"),
        ("A,甲县,A,county,B,100,hill,other,\nB,乙县,B,county,A,100,hill,other,\n", "A"),
        ("A,甲县,A,county,,100,hill,other,\nA,乙县,B,county,,100,hill,other,\n", "A"),
    ],
)
def test_regions_as_attacks_are_answered_with_a_sentence(folder, tmp_path, notebooks, capsys, rows, word):
    notebooks()
    victim = tmp_path / "victim"
    put(victim, {"precious.txt": "keep"})
    folder.write("regions.csv", REGIONS + rows)
    code = rows.split(",")[0]
    folder.add((code, 2022, "forest_area", 50, "平方公里"))
    out = tmp_path / "out/reports"
    before = {path for path in tmp_path.rglob("*") if "notebooks" not in path.parts}
    assert cli.main(["run", "--data", str(folder.path), "--out", str(out), "--lang", "en"]) == 2
    error = capsys.readouterr().err
    assert word in error and "Traceback" not in error
    assert (victim / "precious.txt").read_text() == "keep"
    assert {path for path in tmp_path.rglob("*") if "notebooks" not in path.parts} == before


def test_what_is_being_made_is_seen_by_its_maker_alone(tmp_path):
    with Directory(tmp_path, "2023") as directory:
        assert stat.S_IMODE(directory.building.stat().st_mode) == 0o700
        made(directory, {"index.html": "new"})
        assert not (tmp_path / "2023").exists()
        directory.publish()
    assert (tmp_path / "2023/index.html").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "2023").stat().st_mode) & 0o055 == 0o055 & ~os.umask(os.umask(0))


def test_a_building_folder_that_others_could_write_is_not_trusted(tmp_path):
    building = tmp_path / ".2023.building"
    building.mkdir(mode=0o777)
    building.chmod(0o777)
    put(building, {"planted.ipynb": "evil"})
    with Directory(tmp_path, "2023") as directory:
        assert not list(directory.building.iterdir())


def test_a_building_folder_that_is_a_link_is_taken_away_and_not_followed(tmp_path):
    put(tmp_path / "victim", {"precious.txt": "keep"})
    out = tmp_path / "out"
    out.mkdir()
    (out / ".2023.building").symlink_to(tmp_path / "victim")
    with pytest.raises(Refused), Directory(out, "2023"):
        pass
    assert (tmp_path / "victim/precious.txt").exists()


def test_a_new_run_takes_the_place_of_the_whole_earlier_one(tmp_path):
    with Directory(tmp_path, "2023") as directory:
        made(directory, {"old/report.docx": "old"})
        assert directory.publish() is None
    with Directory(tmp_path, "2023") as directory:
        made(directory, {"new/report.docx": "new"})
        assert directory.publish() is None
    names = {path.name for path in (tmp_path / "2023").iterdir()}
    assert names == {"new", "manifest.json"}
    assert not [path for path in tmp_path.iterdir() if "kept" in path.name or "earlier" in path.name]


@pytest.mark.parametrize("change", [{"report.docx": "mended by hand"}, {"notes.txt": "mine"}])
def test_what_somebody_changed_by_hand_is_kept_as_a_whole(tmp_path, change):
    with Directory(tmp_path, "2023") as directory:
        made(directory, {"report.docx": "old"})
        directory.publish()
    put(tmp_path / "2023", change)
    with Directory(tmp_path, "2023") as directory:
        made(directory, {"report.docx": "new"})
        kept = directory.publish()
    name, text = next(iter(change.items()))
    assert (kept / name).read_text() == text and manifest_of(kept)
    assert (tmp_path / "2023/report.docx").read_text() == "new"


def test_a_folder_that_no_run_made_is_never_replaced(tmp_path):
    put(tmp_path / "2023", {"thesis.docx": "years of work"})
    with pytest.raises(Refused) as refused, Directory(tmp_path, "2023"):
        pass
    assert refused.value.phrase == "not_a_run" and (tmp_path / "2023/thesis.docx").exists()


def test_a_second_run_is_told_who_holds_the_folder(tmp_path):
    with Directory(tmp_path, "2023"), pytest.raises(Refused) as refused, Directory(tmp_path, "2023"):
        pass
    assert refused.value.phrase == "held" and refused.value.values["process"] == str(os.getpid())
    with Directory(tmp_path, "2023"):
        pass


def test_a_kill_between_the_two_renames_is_mended(tmp_path):
    put(tmp_path / ".2023.earlier", {"report.docx": "old", "manifest.json": '{"as_of": 2023}'})
    with Directory(tmp_path, "2023"):
        assert (tmp_path / "2023/report.docx").read_text() == "old"


def test_room_and_rights_are_looked_at_first(tmp_path, monkeypatch):
    check_room(tmp_path / "a/b", 1)
    assert not (tmp_path / "a").exists()
    with pytest.raises(Refused) as refused:
        check_room(tmp_path, 10**18)
    assert refused.value.phrase == "no_room" and refused.value.values["needed"] == 10**12

    def forbidden(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "mkdir", forbidden)
    with pytest.raises(Refused) as refused:
        check_room(tmp_path, 1)
    assert refused.value.phrase == "cannot_write" and refused.value.values["folder"] == tmp_path


def test_a_file_where_a_folder_should_be_is_told(tmp_path):
    file = tmp_path / "报告.docx"
    file.write_text("x", encoding="utf-8")
    for out in (file, file / "2023"):
        with pytest.raises(Refused) as refused:
            check_room(out, 1)
        assert phrase(f"run.refused.{refused.value.phrase}", "zh", **refused.value.values) == (
            f"{file} 是文件而不是目录；请用 --out 另选目录"
        )
    assert file.read_text(encoding="utf-8") == "x"


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [(errno.ENOSPC, "磁盘已满", "the disk is full"), (errno.EROFS, "磁盘只读", "the disk is read-only")],
)
def test_what_the_system_says_is_told_in_the_reader_s_language(number, zh, en):
    error = OSError(number, os.strerror(number))
    assert f"（{zh}）" in phrase("run.refused.cannot_write", "zh", folder="甲", reason=error)
    assert f"({en})" in phrase("run.refused.cannot_write", "en", folder="A", reason=error)
    assert "(odd)" in phrase("run.refused.cannot_write", "en", folder="A", reason=OSError("odd"))
