"""What a user, a file or a disk can do: a sentence, and what was there before is whole."""

import contextlib
import io
import os
import random
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import openpyxl
import pytest
from messy import CASES, REGIONS

from ecoanalysis import intake
from ecoanalysis.intake import files, take_in

HEAD = "region_code,year,variable,value,unit,status,source,note\n"
GOOD = "620502,2020,villages,420,village,observed,yearbook,\n"


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    (folder / "statistics").mkdir(parents=True)
    (folder / "regions.csv").write_text(REGIONS, encoding="utf-8")
    (folder / "targets.csv").write_text("region_code,indicator,comparison,value,due\n*,river_chief_system,done,,2023\n")
    (folder / "statistics/a.csv").write_text(HEAD + GOOD, encoding="utf-8")
    return folder


def told(data, lang="en") -> list[str]:
    return [problem.text(lang) for problem in intake.read(data).problems]


def book(rows) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


TABLE = [["县区", "指标", "单位", "2022年"], ["秦州区", "常住人口", "万人", 65.0]]


def sent(tmp_path, data, name: str, content: bytes) -> str:
    """What the door says about a file, and that the data folder has not changed."""
    path = tmp_path / name
    path.write_bytes(content)
    before = {file: file.read_bytes() for file in data.rglob("*") if file.is_file()}
    (delivery,) = take_in(path, data)
    assert {file: file.read_bytes() for file in data.rglob("*") if file.is_file()} == before
    assert delivery.refused and "{" not in delivery.text("zh")
    return delivery.text("en")


def test_a_truncated_workbook(tmp_path, data):
    content = book(TABLE)
    assert "cut short" in sent(tmp_path, data, "a.xlsx", content[: len(content) // 2])


def test_a_workbook_with_a_broken_part(tmp_path, data):
    content = bytearray(book(TABLE))
    place = content.find(b"xl/worksheets/sheet1.xml") + 60
    content[place : place + 40] = b"\x00" * 40
    assert "cut short" in sent(tmp_path, data, "a.xlsx", bytes(content))


def test_a_password(tmp_path, data):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 1000 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 500
    assert "password" in sent(tmp_path, data, "a.xlsx", ole)


def test_a_zip_bomb(tmp_path, data, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_UNPACKED", 2**20)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\x00" * (2 * 2**20))
    assert "unpacks to 2 MB" in sent(tmp_path, data, "a.xlsx", content.getvalue())


def test_cells_a_million_rows_apart(tmp_path, data):
    made = openpyxl.Workbook()
    made.active["A1"], made.active["XFD1048576"] = 1, 2
    content = io.BytesIO()
    made.save(content)
    assert "too far apart" in sent(tmp_path, data, "a.xlsx", content.getvalue())


@pytest.mark.whole
def test_a_million_empty_rows_are_no_obstacle(tmp_path, data):
    made = openpyxl.Workbook()
    for row in TABLE:
        made.active.append(row)
    made.active["A1048576"] = " "
    made.save(tmp_path / "a.xlsx")
    (delivery,) = take_in(tmp_path / "a.xlsx", data)
    assert delivery.rows["value"].tolist() == [65.0]


def test_xml_entities(tmp_path, data):
    content, out = book(TABLE), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/workbook.xml":
                part = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>' + part.partition(b"?>")[2]
            new.writestr(name, part)
    assert "entities" in sent(tmp_path, data, "a.xlsx", out.getvalue())


def test_macros_are_told_and_never_run_and_external_links_too(tmp_path, data):
    path = tmp_path / "宏.xlsm"
    path.write_bytes(book(TABLE))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"not a macro")
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    (delivery,) = take_in(path, data)
    assert {"macros", "external_links"} <= {phrase for phrase, _ in delivery.told}
    assert delivery.rows["value"].tolist() == [65.0]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.xlsx", b"just text", "no table was recognised"),
        ("a.pdf", b"%PDF-1.4", "no table that can be read"),
        ("~$a.xlsx", b"lock", "lock file"),
        ("empty.csv", b"", "empty"),
        ("nul.csv", b"a,b\n\x00\x00\n", "half written"),
        ("odd.csv", "地区,值\n".encode() + b"\xff\xff\xff\x81\n", "not UTF-8"),
    ],
)
def test_other_files_that_are_no_tables(tmp_path, data, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    (delivery,) = take_in(path, data)
    assert words in delivery.text("en") and not delivery.landed


def test_a_file_that_is_not_there_a_folder_and_a_pipe(tmp_path, data):
    (tmp_path / "d.xlsx").mkdir()
    os.mkfifo(tmp_path / "p.xlsx")
    texts = [d.text("en") for d in take_in([tmp_path / "no.xlsx", tmp_path / "d.xlsx", tmp_path / "p.xlsx"], data)]
    assert "not there" in texts[0] and "folder" in texts[1] and "no ordinary file" in texts[2]


def test_no_rights(tmp_path, data, monkeypatch):
    path = tmp_path / "a.xlsx"
    path.write_bytes(book(TABLE))
    read = type(path).read_bytes

    def refuse(self):
        if self.name == "a.xlsx":
            raise PermissionError(13, "Permission denied")
        return read(self)

    monkeypatch.setattr(type(path), "read_bytes", refuse)
    (delivery,) = take_in(path, data)
    assert "没有权限 · no permission" in delivery.text("en")


def refused_for_want_of_room(path, folder):
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    with pytest.raises(intake.Refused) as refused:
        take_in(path, folder)
    assert refused.value.values["reason"] == "磁盘已满 · the disk is full"
    assert {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()} == before


def test_a_full_disk_leaves_what_was_there(tmp_path, data, monkeypatch):
    path = tmp_path / "a.xlsx"
    path.write_bytes(book(TABLE))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    refused_for_want_of_room(path, data)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 256 KB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], capture_output=True, check=False
    ) if shutil.which("mount") else None  # fmt: skip
    if made is None or made.returncode:
        pytest.skip("no disk can be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_is_really_full_leaves_what_was_there(tmp_path, data, small_disk):
    there = small_disk / "data"
    shutil.copytree(data, there)
    path = tmp_path / "a.xlsx"
    path.write_bytes(book([*TABLE, *([f"麦积区{n}", "常住人口", "万人", n / 7] for n in range(3000))]))
    filled = small_disk / "filled"
    with contextlib.suppress(OSError):
        filled.write_bytes(b"x" * 2**19)
    refused_for_want_of_room(path, there)


@pytest.fixture
def stranger(data):
    """Whoever has no rights beyond what a file gives everybody; root reads what nobody may."""
    told(data)  # what is imported late is imported now, while it may be read
    if not hasattr(os, "geteuid"):
        pytest.skip("rights are other here")
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        if not os.access(tempfile.gettempdir(), os.W_OK, effective_ids=True):
            pytest.skip("the folder for temporary files is closed to others")
        yield
    finally:
        os.seteuid(0)


def test_files_that_may_not_be_read_are_told_and_the_rest_is_read(stranger):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "statistics").mkdir()
        (folder / "regions.csv").write_text(REGIONS, encoding="utf-8")
        (folder / "targets.csv").write_text(
            "region_code,indicator,comparison,value,due\n*,river_chief_system,done,,2023\n"
        )
        for name in ("a.csv", "b.csv"):
            (folder / "statistics" / name).write_text(HEAD + GOOD)
        (folder / "statistics/b.csv").chmod(0)
        raw = intake.read(folder)
        assert len(raw.observations) == 1
        assert any("statistics/b.csv" in text and "没有权限" in text for text in told(folder)), told(folder)


def test_a_table_cut_off_in_the_middle_of_a_row_tells_the_row(data):
    (data / "statistics/a.csv").write_text(HEAD + GOOD + "620502,2021,vill", encoding="utf-8")
    raw = intake.read(data)
    assert len(raw.observations) == 1
    assert [(problem.row, problem.phrase) for problem in raw.problems] == [(3, "cells")]


def test_a_received_file_is_never_written_to(tmp_path, data):
    path = tmp_path / "a.xlsx"
    path.write_bytes(book(TABLE))
    before = path.read_bytes()
    (delivery,) = take_in(path, data)
    intake.back_to_sender(delivery, path, data, tmp_path / "out")
    assert path.read_bytes() == before and (data / delivery.rows["received"].iloc[0]).read_bytes() == before


# ------------------------------------------------------------------ the data folder


def test_what_is_no_file_in_the_folder_is_told_and_blocks_nothing(data, tmp_path):
    os.mkfifo(data / "statistics/pipe.csv")
    (data / "statistics/folder.csv").mkdir()
    (tmp_path / "outside.csv").write_text(HEAD + GOOD)
    (data / "statistics/link.csv").symlink_to(tmp_path / "outside.csv")
    (data / "statistics/loop.csv").symlink_to(data / "statistics/loop.csv")
    found = told(data)
    for name, words in (("pipe", "no ordinary file"), ("folder", "is a folder"), ("link", "link out of"), ("loop", "")):
        assert any(line.startswith(f"statistics/{name}.csv ") and words in line for line in found), (name, found)
    assert len(intake.read(data).observations) == 1


@pytest.mark.parametrize("name", ["b.xlsx", "b.txt", "b.xls", "b.tsv"])
def test_a_sent_table_beside_the_statistics_is_told(data, name):
    (data / "statistics" / name).write_bytes(b"PK\x03\x04")
    (line,) = told(data)
    assert line.startswith(f"statistics/{name} ") and "ecoanalysis intake" in line


def test_capitals_in_the_ending_are_no_reason_to_skip_a_file(data):
    (data / "statistics/NEW.CSV").write_text(HEAD + GOOD.replace("2020", "2021"))
    raw = intake.read(data)
    assert not raw.problems and len(raw.observations) == 2


def test_every_file_is_accounted_for(data):
    for name in ("statistics/~$a.xlsx", "statistics/photo.png", "notes.docx", "statistics/.hidden.csv"):
        (data / name).write_bytes(b"x")
    raw = intake.read(data)
    names = {file.relative_to(data).as_posix() for file in data.rglob("*") if file.is_file()}
    assert {account.file for account in raw.files} == names
    states = {account.file: (account.state, account.reason) for account in raw.files}
    assert states["statistics/~$a.xlsx"] == ("ignored", "lock") and states["notes.docx"] == ("ignored", "other")


def test_rows_read_are_rows_kept_and_rows_told(data):
    rows = [
        GOOD.replace("2020", "2021"), GOOD.replace("420", ""), GOOD.replace("2020", "2022").replace("420", "x"),
        GOOD.replace("420", "421"), GOOD.replace("2020", "2023").replace("observed", "demo"),
        GOOD.replace("2020", "2023"), "620502,2024\n", "\n", "# comment\n",
    ]  # fmt: skip
    (data / "statistics/b.csv").write_text(HEAD + "".join(rows))
    raw = intake.read(data)
    (account,) = [a for a in raw.files if a.file == "statistics/b.csv"]
    assert (account.rows, account.kept, account.empty, account.replaced, account.told) == (7, 2, 1, 1, 3)
    assert account.rows == account.kept + account.empty + account.replaced + account.told


def test_an_unclosed_quote_costs_one_row(data):
    rows = [
        f"620502,{2001 + n},villages,420,village,observed,{chr(34) if n == 3 else ''}yearbook,\n" for n in range(20)
    ]
    (data / "statistics/a.csv").write_text(HEAD + "".join(rows))
    raw = intake.read(data)
    assert [p.text("en") for p in raw.problems] == [
        "statistics/a.csv:5 a quotation mark is never closed in this row; close or delete it"
    ]
    assert len(raw.observations) == 19


def test_a_line_break_in_a_quoted_cell_is_one_row(data):
    (data / "statistics/a.csv").write_text(
        HEAD + '620502,2020,villages,420,village,observed,"two\nlines, said",\n' + GOOD.replace("2020", "2021")
    )
    raw = intake.read(data)
    assert not raw.problems and raw.observations["cell"].tolist() == ["2", "4"]


def test_a_doubled_column_is_refused(data):
    (data / "statistics/a.csv").write_text(
        "region_code,year,variable,value,value,unit,status\n620502,2020,villages,1,2,village,demo\n"
    )
    (line,) = told(data)
    assert "columns twice: value" in line


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("620502,2020,villages,1e400,village,observed,s,", "larger than any number"),
        ("620502,2020,villages,1_000,village,observed,s,", "text"),
        ("620502,2020,villages,0x1F,village,observed,s,", "text"),
        ("620502,2020,villages,1,village,observed,=HYPERLINK(1),", "formula"),
        (f"620502,2020,villages,1,village,observed,{'x' * 200_000},", "200000 characters"),
    ],
)
def test_odd_cells(data, cells, words):
    (data / "statistics/a.csv").write_text(f"{HEAD}{cells}\n")
    (line,) = told(data)
    assert line.startswith("statistics/a.csv:2 ") and words in line


def test_mixed_encodings_are_told_with_the_row(data):
    (data / "statistics/a.csv").write_bytes(
        (HEAD + GOOD.replace("yearbook", "统计年鉴")).encode()
        + GOOD.replace("2020", "2021").replace("yearbook", "统计年鉴").encode("gbk")
    )
    (line,) = told(data)
    assert line.startswith("statistics/a.csv:3 ") and "partly in GBK" in line


def test_the_same_problem_in_many_rows_is_one_line(data):
    (data / "statistics/a.csv").write_text(
        HEAD + "".join(f"X9,{1760 + n},villages,1,village,observed,s,\n" for n in range(150, 410))
    )
    (line,) = told(data)
    assert "(the same in 260 rows: 2–261)" in line


def test_errors_of_regions_come_first_and_their_consequences_are_one_line(data):
    (data / "regions.csv").write_text(REGIONS.replace("620502,秦州区,Qinzhou,county", "620502,秦州区,Qinzhou,village"))
    (data / "statistics/a.csv").write_text(HEAD + "".join(GOOD.replace("2020", str(2000 + n)) for n in range(20)))
    first, second = told(data)
    assert first.startswith("regions.csv:3 level is 'village'")
    assert "waits for its row in regions.csv" in second and "20 rows" in second


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("x/1,甲,A,county,,,,,", "is not usable"),
        ("C9,甲/乙,A,county,,,,,", "no folder name"),
        ("C9,..,A,county,,,,,", "no folder name"),
        ("C9,甲,A,county,C9,,,,", "circle"),
        ("C9,秦州区,A,county,620500,,,,", "stands already in row 3"),
        (f"C9,甲,{'A' * 61},county,620500,,,,", "; that is 61 characters and 60 are the most; use a shorter name"),
    ],
)
def test_odd_regions(data, row, words):
    (data / "regions.csv").write_text(REGIONS + row + "\n")
    assert any(line.startswith("regions.csv:7 ") and words in line for line in told(data)), told(data)


def test_a_name_of_sixty_characters_is_taken(data):
    (data / "regions.csv").write_text(REGIONS + f"C9,甲,{'A' * 60},county,620500,,,,\n")
    assert not any("regions.csv" in line for line in told(data))


def test_parents_in_a_circle(data):
    (data / "regions.csv").write_text(REGIONS.replace("Tianshui,city,,", "Tianshui,city,620523,"))
    assert any("circle: 620500 → 620523 → 620500" in line for line in told(data))


TARGETS = (
    "region_code,indicator,part,comparison,value,unit,due,hold_until,base_year,base_value,requirement,named_weak\n"
)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("*,rural_sewage_treatment_rate,,>=,0.4,%,2025,2026,,,,", "the fraction 0.4; in % it should be 40"),
        ("*,rural_sewage_treatment_rate,,≥,40,%,2025,2026,,,,", "write '>='"),
        ("*,rural_sewage_treatment_rate,,>=,4000,%,2025,2026,,,,", "outside"),
        ("*,rural_sewage_treatment_rate,,>=,40,%,2025,2024,,,,", "before due"),
        ("*,rural_sewage_treatment_rate,,>=,40,%,2025-02-30,2026,,,,", "year or a date"),
        ("*,energy_per_gdp_decline_rate,,>=,3,%,2020,2026,2030,,,", "base_year 2030 is after"),
        ("*,river_chief_system,,done,1,,2023,2026,,,,", "no number"),
        ("*,rural_sewage_treatment_rate,,>=,40,%,2025,2026,,,hope,", "requirement is 'hope'"),
        ("*,rural_sewage_treatment_rate,,>=,40,%,2025,2026,,,,perhaps", "named_weak is 'perhaps'"),
    ],
)
def test_odd_targets(data, row, words):
    (data / "targets.csv").write_text(f"{TARGETS}{row}\n")
    (line,) = [text for text in told(data) if text.startswith("targets.csv:2")]
    assert words in line


def test_an_empty_table_of_targets_is_told(data):
    (data / "targets.csv").write_text(TARGETS)
    (line,) = told(data)
    assert line.startswith("targets.csv has no target")


def test_dates_of_targets_are_kept_as_dates(data):
    (data / "targets.csv").write_text(
        TARGETS
        + "*,rural_sewage_treatment_rate,,>=,40,%,2023-06,2026-12-31,2015,,,yes\n"
        + "*,park_area_per_head,,>=,13,m²/person,2023,,,,,\n"
    )
    raw = intake.read(data)
    assert not raw.problems
    first, second = raw.targets.to_dict("records")
    assert (first["due"], first["due_date"], first["hold_date"]) == (2023, "2023-06-30", "2026-12-31")
    assert (first["base_year"], first["named_weak"], first["requirement"]) == (2015, True, "trend")
    assert (second["due_date"], second["hold_until"], second["named_weak"]) == ("2023-12-31", 2023, False)


def test_a_location_that_leaves_the_folder_is_refused(data):
    (data / "evidence.csv").write_text(
        "region_code,indicator,year,kind,title,location\n620502,river_chief_system,2022,plan,t,../../etc/passwd\n"
    )
    (line,) = told(data)
    assert "leaves the folder" in line


def test_own_tables_pass_the_same_door(data):
    (data / "coefficients.csv").write_text(
        "standard,group,name,value,unit,clause,confidence\nX,weigths,biological_richness,0.3,,,A\nX,weights,biological_richness,x,,,A\n"
    )
    (data / "thresholds.csv").write_text(
        "edition,indicator,part,class,comparison,value,unit,confidence\n2019,no_such,,all,>=,1,%,A\n"
    )
    found = " ".join(told(data))
    for words in (
        "coefficients.csv:2 unknown group of coefficients 'weigths'",
        "coefficients.csv:3 value is the text 'x'",
        "thresholds.csv:2 unknown indicator",
    ):
        assert words in found


@pytest.mark.whole
def test_fifty_thousand_unknown_names_are_one_problem(data):
    (data / "statistics/a.csv").write_text(
        HEAD + "".join(f"620502,2020,name_{n}_of_nothing,1,t,observed,s,\n" for n in range(50_000))
    )
    raw = intake.read(data)
    assert len(raw.problems) == 1 and len(raw.problems[0].rows) == 50_000


@pytest.mark.whole
@pytest.mark.parametrize("seed", range(60))
def test_bytes_changed_at_random_end_in_a_sentence(tmp_path, data, seed):
    chance = random.Random(seed)
    name = chance.choice(sorted(CASES))
    path = CASES[name](tmp_path).path
    content = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 40)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    if chance.random() < 0.3:
        del content[chance.randrange(len(content)) :]
    path.write_bytes(bytes(content))
    (delivery,) = take_in(path, data)
    assert delivery.text("zh") and delivery.text("en")
    assert not [p for p in intake.read(data).problems if "statistics" in p.file]


@pytest.mark.parametrize("seed", range(60))
def test_a_folder_changed_at_random_is_read(data, seed):
    chance = random.Random(seed)
    (data / "statistics/a.csv").write_text(
        HEAD + "".join(GOOD.replace("2020", str(2000 + n)) for n in range(20)), encoding="utf-8"
    )
    for name in ("regions.csv", "targets.csv", "statistics/a.csv"):
        content = bytearray((data / name).read_bytes())
        for _ in range(chance.randint(0, 12)):
            content[chance.randrange(len(content))] = chance.choice(
                b'",\n\r;#\x00\xff=-0129.eX' + bytes([chance.randrange(256)])
            )
        (data / name).write_bytes(bytes(content))
    raw = intake.read(data)
    assert all(problem.text("zh") and problem.text("en") for problem in raw.problems)
    for account in raw.files:
        assert account.rows == account.kept + account.empty + account.replaced + account.told, account
    assert isinstance(raw.suspicions, list)


def test_a_cell_too_many_here_and_one_too_few_there_are_both_told(data):
    rows = [GOOD.replace("2020", "2021").replace("\n", ",\n"), GOOD.replace("2020", "2022").replace(",\n", "\n"), GOOD]
    (data / "statistics/a.csv").write_text(HEAD + "".join(rows))
    raw = intake.read(data)
    assert [(p.row, p.phrase) for p in raw.problems] == [(2, "cells"), (3, "cells")] and len(raw.observations) == 1


def test_a_cell_of_two_hundred_thousand_characters(tmp_path, data):
    """One such cell in a workbook and one in a text table: told by its place, the rest is read."""
    content, out = book([*TABLE, ["麦积区", "常住人口", "万人", "LONG"]]), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"LONG", b"x" * 200_000))
    (tmp_path / "a.xlsx").write_bytes(out.getvalue())
    (delivery,) = take_in(tmp_path / "a.xlsx", data)
    assert delivery.rows["value"].tolist() == [65.0]
    assert [(t.phrase, t.spot) for t in delivery.sheets[0].told] == [("cell_text", "D3")]
    assert len(delivery.text("en")) < 5000
    (tmp_path / "b.csv").write_text(
        f"县区,指标,单位,2021年\n秦州区,常住人口,万人,65\n麦积区,常住人口,万人,{'x' * 200_000}\n"
    )
    (delivery,) = take_in(tmp_path / "b.csv", data)
    assert delivery.rows["value"].tolist() == [65.0] and len(delivery.text("en")) < 5000


@pytest.mark.whole
def test_a_table_of_fifty_megabytes_is_read(data):
    row = b"620502,%d,villages,420,village,observed,yearbook " + b"x" * 900 + b",\n"
    content = HEAD.encode() + b"".join(row % year for year in range(1950, 2025))
    filler = b"# " + b"y" * 1000 + b"\n"
    (data / "statistics/a.csv").write_bytes(content + filler * (50 * 2**20 // len(filler)))
    raw = intake.read(data)
    assert len(raw.observations) == 75 and not raw.problems


def test_a_workbook_larger_than_any_table_is_refused_with_its_size(tmp_path, data, monkeypatch):
    monkeypatch.setattr(files, "LARGEST_WORKBOOK", 2 * 2**20)
    text = sent(tmp_path, data, "a.xlsx", b"PK\x03\x04" + b"\x00" * (3 * 2**20))
    assert "3 MB" in text


def test_an_encrypted_workbook_as_office_writes_it(tmp_path, data):
    from msoffcrypto.format.ooxml import OOXMLFile

    made = io.BytesIO()
    OOXMLFile(io.BytesIO(book(TABLE))).encrypt("secret", made)
    assert "password" in sent(tmp_path, data, "a.xlsx", made.getvalue())


def test_a_command_whose_reader_has_gone_ends_quietly(data):
    import sys

    command = [sys.executable, "-m", "ecoanalysis.cli", "check", "--data", str(data)]
    receiver, sender = os.pipe()
    os.close(receiver)
    done = subprocess.run(command, stdout=sender, stderr=subprocess.PIPE, check=False)
    os.close(sender)
    assert done.returncode == 0 and done.stderr == b""


@pytest.mark.whole
def test_what_depends_on_a_cell_is_said_and_an_unknown_cell_is_told(capsys):
    from ecoanalysis import cli

    shipped = str(Path(__file__).resolve().parents[2] / "data/raw")
    assert cli.main(["explain", "--cell", "nowhere.csv:1", "--data", shipped, "--lang", "en"]) == 2
    assert "no observation is called nowhere.csv:1" in capsys.readouterr().err
    assert cli.main(["explain", "--data", shipped, "--lang", "en"]) == 2
    assert "--cell" in capsys.readouterr().err
    assert cli.main(["explain", "--cell", "economy.csv:23", "--data", shipped, "--lang", "en"]) == 0
    assert "Tianshui CO₂ emission per unit of GDP" in capsys.readouterr().out


@pytest.mark.parametrize("mark", ["\x07", "\ufffe", "\uffff"])
def test_a_mark_that_no_document_can_hold_is_told_at_the_door(folder, mark):
    """U+FFFE and U+FFFF are in no XML, so neither in a workbook nor in a chapter."""
    targets = (folder.path / "targets.csv").read_text(encoding="utf-8")
    folder.write("targets.csv", targets.replace("2026,plan,", f"2026,pl{mark}an,"))
    told = [problem.text("en") for problem in intake.read(folder.path).problems if problem.file == "targets.csv"]
    assert told == ["targets.csv:2 source holds invisible control characters; delete them"]
