"""The bulletin (通报) as a Word document and as Markdown, in the house's styles."""

from __future__ import annotations

from pathlib import Path

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from ecoanalysis.export import replacing, write_csv
from ecoanalysis.export.paper import Paper
from ecoanalysis.look import MARK
from ecoanalysis.plan import bulletin, comparison
from ecoanalysis.words import of


def write(earlier, later, folder: Path | str, lang: str) -> list[Path]:
    """Write the bulletin of two analyses with the tables behind it.

    Parameters
    ----------
    earlier, later : Analysis
    folder : path
        Takes `bulletin_<lang>.md`, `bulletin_<lang>.docx`, `comparison.csv` (every target that moved), `revisions.csv`
        (every figure that was corrected) and `files.csv` (the year's files of every region).
    lang : str
        zh or en.

    Raises
    ------
    plan.comparison.NotComparable
        The analyses are of two cities, or in the wrong order.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "comparison.csv": comparison.compare(earlier, later),
        "revisions.csv": comparison.revisions(earlier, later),
        "files.csv": bulletin.files(later),
    }
    for name, table in tables.items():
        write_csv(table, folder / name)
    text = folder / f"bulletin_{lang}.md"
    with replacing(text) as temporary:
        temporary.write_text(bulletin.markdown(earlier, later, of(lang)), encoding="utf-8")
    document = folder / f"bulletin_{lang}.docx"
    write_document(earlier, later, document, lang)
    return [text, document, *(folder / name for name in tables)]


def write_document(earlier, later, path: Path | str, lang: str) -> None:
    """Write the bulletin as a Word document."""
    w = of(lang)
    head, under = bulletin.title(earlier, later, w)
    chapter = Paper(w, head)
    chapter.document.add_paragraph(head, style="Title")
    line = chapter.paragraph(under)
    line.alignment, line.paragraph_format.first_line_indent = WD_ALIGN_PARAGRAPH.CENTER, Pt(0)
    notice = bulletin.demo_notice(earlier, later, w)
    if notice:
        chapter.small(notice, MARK)
    for section in bulletin.sections(earlier, later, w):
        chapter.heading(section.key)
        for sentence in section.sentences:
            chapter.paragraph(sentence)
        if section.lines:
            numbers = tuple(x for x, text in enumerate(section.lines[0]) if len(text) <= 4 and x)
            chapter.table(section.head, section.lines, section.widths, centred=numbers)
    chapter.save(path)
