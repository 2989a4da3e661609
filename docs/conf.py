"""Configuration of the documentation site, which Sphinx reads; CONTRIBUTING.md has the command."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

import meetkit

project = "meetkit"
release = version = meetkit.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "docs_site"]
exclude_patterns = ["_ext"]

# Headings get GitHub's anchors, so that a link with `#...` works there and here, and is checked.
myst_heading_anchors = 4

add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
maximum_signature_line_length = 88
napoleon_numpy_docstring = False
python_display_short_literal_types = True

html_theme = "furo"
html_title = "meetkit"
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
