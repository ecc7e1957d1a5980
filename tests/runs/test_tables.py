"""The tables of `assess`: CSV, or Parquet where pyarrow is installed."""

import pandas as pd
import pytest

from ecoanalysis import cli, export


@pytest.fixture
def asked(folder, tmp_path, capsys):
    """Runs `assess` in one output folder; gives the exit code, what was printed, and the names of the tables."""
    folder.add(*(("C1", year, "ecological_index", 50 + year - 2014, "") for year in range(2014, 2024)))
    folder.target("ecological_index", ">=", 57, "", region="C1")

    def run(*options: str):
        code = cli.main(["assess", "--data", str(folder.path), "--out", str(tmp_path / "out"), *options])
        told = capsys.readouterr()
        return code, told.out + told.err, {path.name for path in tmp_path.glob("out/*/tables/*")}

    return run


def test_tables_are_csv_where_pyarrow_is_not_there(asked, monkeypatch):
    monkeypatch.setattr(export, "has_parquet", lambda: False)
    code, _, names = asked()
    assert code == 0 and "assessment.csv" in names and not any(name.endswith(".parquet") for name in names)


def test_parquet_without_pyarrow_is_a_sentence_before_any_work(asked, monkeypatch):
    monkeypatch.setattr(export, "has_parquet", lambda: False)
    code, told, names = asked("--format", "parquet", "--lang", "en")
    assert code == 2 and "pip install pyarrow" in told and names == set()


def test_a_table_of_the_other_kind_goes_when_one_is_written(asked, monkeypatch):
    monkeypatch.setattr(export, "has_parquet", lambda: True)
    monkeypatch.setattr(pd.DataFrame, "to_parquet", lambda self, path, index: path.write_bytes(b"PAR1"))
    assert "assessment.csv" in asked("--format", "csv")[2]
    names = asked()[2]
    assert "assessment.parquet" in names and not any(name.endswith(".csv") for name in names)
    assert "assessment.parquet" not in asked("--format", "csv")[2]
