"""An empty data folder for another city."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

from ecoanalysis.intake.files import write_whole


def write_template(folder: Path) -> list[str]:
    """An empty data folder: tables with headers and commented examples, a guide, and the codes to choose from.

    Returns
    -------
    list of str
        The files made, relative to `folder`.

    Raises
    ------
    FileExistsError
        One of the files is there already; nothing has been written.
    """
    package = files("ecoanalysis")
    with as_file(package / "template") as template:
        sources = {path.relative_to(template): path for path in sorted(template.rglob("*")) if path.is_file()}
        contents = {name: path.read_bytes() for name, path in sources.items()}
    for table in ("variables.csv", "indicators.csv"):
        contents[Path("codes") / table] = b"\xef\xbb\xbf" + (package / "tables" / table).read_bytes()
    there = [name.as_posix() for name in contents if (folder / name).exists()]
    if there:
        raise FileExistsError(", ".join(there))
    for name, content in contents.items():
        write_whole(folder / name, content)
    return [name.as_posix() for name in contents]
