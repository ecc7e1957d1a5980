"""The documentation site: `make docs`, then open `build/docs/index.html`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import ecoanalysis  # noqa: E402

project = "ecoanalysis"
author = "ecoanalysis contributors"
copyright = author
version = release = ecoanalysis.__version__
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.mathjax", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["conftest.py"]
myst_enable_extensions = ["colon_fence", "dollarmath", "substitution"]
myst_heading_anchors = 3  # so that a page can be linked to at a heading
suppress_warnings = ["myst.header"]  # pages of decisions start below their list

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # types and units stand in the docstrings
napoleon_numpy_docstring, napoleon_google_docstring = True, False
napoleon_use_ivar = True  # attributes of a record in its docstring, not once more as objects

html_theme = "furo"
html_title = f"ecoanalysis {release}"
html_static_path: list[str] = []


def to_source(app, docname, content) -> None:
    """Links from a page to a file of the project that is no page of the site lead nowhere there: keep their words."""
    import re

    def kept(match) -> str:
        target = (ROOT / "docs" / docname).parent / match[2].partition("#")[0]
        inside = (ROOT / "docs") in target.resolve().parents
        return match[0] if inside and target.is_file() else match[1]

    content[0] = re.sub(r"(?<!!)\[([^\]]+)\]\((?!https?:|#)([^)\s]+)\)", kept, content[0])


def setup(app) -> None:
    app.connect("source-read", to_source)
