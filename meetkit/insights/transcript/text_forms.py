"""The forms of plain text, which is its own canonical text: a form places the turns in it."""

from __future__ import annotations

from collections.abc import Sequence

from meetkit.insights.transcript.forms import Form, always
from meetkit.insights.transcript.plain_text import plain_turns
from meetkit.models.transcripts import Turn

TEXT_FORMS: tuple[Form[str, Sequence[Turn]], ...] = (Form("text", always, plain_turns),)
