"""Corrections of action items by people: read, check, combine, and apply to every further analysis."""

from __future__ import annotations

from pydantic import ValidationError

from meetkit.errors import ConflictError, InvalidRequestError, brief_repr
from meetkit.insights import open_items
from meetkit.insights.grounding.quotes import Grounding
from meetkit.insights.transcript.fingerprints import fingerprint
from meetkit.models.analysis import MeetingInsights
from meetkit.models.base import describe
from meetkit.models.corrections import Corrections, ItemCorrection
from meetkit.models.insights import ActionItem, Evidence
from meetkit.models.transcripts import Transcript

__all__ = ["apply_corrections", "check_corrections", "combine_corrections", "read_corrections"]

# Far more than 200 corrections with their quotes take.
MAX_BYTES = 10_000_000
_FIELDS = ("task", "owner", "deadline", "priority")


def read_corrections(data: str | bytes) -> Corrections:
    """Read a file of corrections, as the report's page offers it for download.

    Raises:
        InvalidRequestError: it is no such file.
    """
    if len(data) > MAX_BYTES:
        raise InvalidRequestError(f"corrections: more than {MAX_BYTES // 1_000_000} MB, the limit")
    try:
        return Corrections.model_validate_json(data)
    except ValidationError as error:
        raise InvalidRequestError(
            f"corrections: {describe(error, values=False)}; download them from the page of a report"
        ) from error


def check_corrections(corrections: Corrections, transcript: Transcript) -> Corrections:
    """Return the corrections with evidence for what people quoted, and without that for what they changed.

    Raises:
        ConflictError: they belong to another transcript.
        InvalidRequestError: they quote words that it does not have.
    """
    if corrections.transcript_sha256 != fingerprint(transcript):
        raise ConflictError("corrections: they belong to another transcript, or to another version of this one")
    grounding = Grounding(transcript)
    items = tuple(
        _with_evidence(correction, place, transcript, grounding) for place, correction in enumerate(corrections.items)
    )
    return corrections.model_copy(update={"items": items})


def combine_corrections(former: Corrections | None, latter: Corrections) -> Corrections:
    """Return all corrections of a transcript, one for each item: what was shown at first, and what is right at last."""
    by_id = {correction.item_id: correction for correction in former.items} if former else {}
    for correction in latter.items:
        former_correction = by_id.pop(correction.item_id, None)
        first = former_correction.before if former_correction else correction.before
        # An item that somebody added and removed again is none.
        if first is not None or correction.after is not None:
            by_id[correction.item_id] = correction.model_copy(update={"before": first})
    return latter.model_copy(update={"items": tuple(by_id.values())})


def apply_corrections(
    insights: MeetingInsights, corrections: Corrections | None, transcript: Transcript
) -> MeetingInsights:
    """Return the insights with their items corrected: wrong ones left out, changed ones changed, missed ones added.

    An item is the corrected one by its id or by the place of its words, in a changed text by its words; one that was
    missed also by its task and owner. Evidence moves to where a changed text has it, and is dropped where it has not.
    """
    if corrections is None or not corrections.items:
        return insights
    is_same_text = corrections.transcript_sha256 == insights.transcript_sha256
    grounding = None if is_same_text else Grounding(transcript)
    matches = [_matching(item, corrections.items, is_same_text=is_same_text) for item in insights.action_items.items]
    used_ids = {id(correction) for correction in matches}
    # Two items that are one to a person become that one.
    items = dict.fromkeys(
        item if correction is None else _fitting(correction.after, transcript, grounding)
        for item, correction in zip(insights.action_items.items, matches, strict=True)
    )
    missed_items = (
        _fitting(correction.after, transcript, grounding)
        for correction in corrections.items
        if id(correction) not in used_ids
    )
    section = insights.action_items.model_copy(update={"items": tuple(filter(None, (*items, *missed_items)))})
    return insights.model_copy(update={"action_items": section})


def _matching(
    item: ActionItem, corrections: tuple[ItemCorrection, ...], *, is_same_text: bool
) -> ItemCorrection | None:
    """Return the correction of an item: by its id before all others."""
    is_about = _is_about if is_same_text else _is_about_words
    by_id = (correction for correction in corrections if correction.item_id == item.id)
    return next(by_id, None) or next((by_words for by_words in corrections if is_about(by_words, item)), None)


def _is_about_words(correction: ItemCorrection, item: ActionItem) -> bool:
    if correction.before is None:
        return _is_about(correction, item)
    quotes, other_quotes = (
        {evidence.quote for evidence in item_or_before.evidence if evidence.field in (None, "task")}
        for item_or_before in (correction.before, item)
    )
    return bool(quotes) and quotes == other_quotes


def _is_about(correction: ItemCorrection, item: ActionItem) -> bool:
    if correction.before is None:
        return correction.after is not None and open_items.is_same(correction.after, item)
    places, other_places = _places(correction.before), _places(item)
    # Of two items in the same words, only that at this place is meant. A later version may cut the words differently.
    overlaps = any(start < end_2 and start_2 < end for start, end in places for start_2, end_2 in other_places)
    return overlaps and (places == other_places or open_items.is_same(correction.before, item))


def _places(item: ActionItem) -> set[tuple[int, int]]:
    """Return where the words are that an item as a whole rests on."""
    return {
        (evidence.start, evidence.end)
        for evidence in item.evidence
        if evidence.field in (None, "task") and evidence.source == "transcript"
    }


def _with_evidence(
    correction: ItemCorrection, place: int, transcript: Transcript, grounding: Grounding
) -> ItemCorrection:
    after = correction.after
    for item in filter(None, (correction.before, after)):
        if any(not _is_in(evidence, transcript) for evidence in item.evidence if evidence.source == "transcript"):
            raise InvalidRequestError(f"corrections: items.{place}: the transcript does not have its evidence")
    if after is None:
        return correction
    evidence = [quote for quote in after.evidence if _still_holds(quote, correction.before, after)]
    if correction.quote is not None:
        evidence += _grounds(correction.quote, place, grounding)
    after = after.model_copy(update={"evidence": tuple(dict.fromkeys(evidence))})
    return correction.model_copy(update={"after": after})


def _still_holds(quote: Evidence, before: ActionItem | None, after: ActionItem) -> bool:
    """Return whether evidence supports an item after a change of its fields."""
    if quote.source == "notes":  # They are not at hand to compare it with.
        return False
    is_same = before is None or quote.field not in _FIELDS
    return is_same or getattr(before, quote.field or "") == getattr(after, quote.field or "")


def _grounds(quote: str, place: int, grounding: Grounding) -> tuple[Evidence, ...]:
    """Return the evidence for the words that a person quoted.

    Raises:
        InvalidRequestError: nobody said them, as they stand, within one turn.
    """
    # A person marks the words as they are, so that nothing near them will do.
    turns = range(len(grounding.transcript.turns))
    evidence = grounding.find_words(quote, turns)
    if evidence is None:
        raise InvalidRequestError(
            f"corrections: items.{place}.quote: {brief_repr(quote)} is not in one turn of the transcript"
        )
    return (evidence,)


def _fitting(item: ActionItem | None, transcript: Transcript, grounding: Grounding | None) -> ActionItem | None:
    """Return an item with the evidence that a transcript has; one whose text changed, at its place there."""
    if item is None:
        return None
    places = (_find_again(quote, transcript, grounding) for quote in item.evidence)
    return item.model_copy(update={"evidence": tuple(filter(None, places))})


def _find_again(quote: Evidence, transcript: Transcript, grounding: Grounding | None) -> Evidence | None:
    if _is_in(quote, transcript):
        return quote
    if grounding is None or quote.source == "notes":
        return None
    return grounding.find_words(quote.quote, range(len(transcript.turns)), field=quote.field)


def _is_in(evidence: Evidence, transcript: Transcript) -> bool:
    return (
        evidence.source == "transcript"
        and evidence.turn < len(transcript.turns)
        and transcript.turns[evidence.turn].speaker == evidence.speaker
        and transcript.text[evidence.start : evidence.end] == evidence.quote
    )
