"""Analyses as Markdown, plain or for Obsidian; outside text stays text, whatever markup it tries to be."""

from meetkit.insights.export.markdown import render_markdown
from meetkit.insights.export.obsidian import render_obsidian

__all__ = ["render_markdown", "render_obsidian"]
