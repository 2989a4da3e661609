"""Lines that a page or a tool adds to the talk: notices, buttons, rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from meetkit.insights.transcript.labels import Label
from meetkit.insights.transcript.source_lines import SourceLine

PAGE_LINE = "a line of the page or the tool"
_MAX_LINE = 400
_NOTICE = re.compile(
    r"""\W{0,4}(?:
    .{1,80}\s(?:started|stopped|ended|paused|resumed)\s(?:the\s)?(?:live\s)?
        (?:transcription|recording|transcribing|transcript)\.?
    | .{1,80}\s(?:hat\sdie\s(?:transkription|aufzeichnung)\s(?:gestartet|beendet|gestoppt)
        |a\s(?:démarré|lancé|commencé|arrêté)\s(?:la\stranscription|l'enregistrement)
        |(?:inició|detuvo|comenzó)\sla\s(?:transcripción|grabación)|(?:iniciou|parou)\sa\s(?:transcrição|gravação)
        |ha\s(?:avviato|interrotto)\sla\s(?:trascrizione|registrazione)|heeft\sde\stranscriptie\sge(?:start|stopt))\.?
    | (?:transcription|recording|transcript)\s(?:has\s)?(?:started|stopped|ended|begins|paused|resumed)\b.{0,60}
    | (?:the\s)?meeting\s(?:has\s)?(?:ended|started)(?:\safter\s.{1,20})?\W*
    | this\s(?:editable\s)?transcript\s(?:was|is|has\sbeen)\s(?:computer|automatically|machine|ai)\b.*
    | people\scan\salso\schange\sthe\stext\safter\sit\swas\screated\.?
    | you\sshould\sreview\sgemini's\snotes\b.* | please\sprovide\sfeedback\sabout\susing\sgemini\b.*
    | get\stips\sand\slearn\show\sgemini\b.*
    | (?:transcribed|transcript|recorded|generated|exported|notes|created|powered)\s(?:by|with|from|via)\s.{1,40}
        (?:https?://|\b(?:ai|io|com|app|video))\b.*
    | view\srecording\b.* | -{3}\s(?:log\s(?:opened|closed)|day\schanged)\s.{1,60}
    | (?:action\sitem|screen\ssharing|highlight|question|insight)s?:?\s.*\bwatch:\s+https?://\S+
    | ai-generated\scontent\smay\sbe\sincorrect\.?
    | (?:copy\slink|(?:copy|download|show|hide|search)\s(?:the\s)?transcript|(?:show|see|read|load)\s(?:more|less)
        |search\sin\svideo|follow\salong|toggle\stimestamps|jump\sto\s(?:time|present)|view\sthread
        |also\ssent\sto\sthe\schannel|back\sto\stop|skip\sto\smain\scontent|sync\sto\svideo\stime
        |(?:this\smessage\swas\s)?\(?edited\)?|message\sdeleted)
    | \d{1,4}\srepl(?:y|ies)(?:\slast\sreply\s.{1,40})? | last\sreply\s.{1,40}
    | replying\sto\s["\u201c].* | reacted\sto\s["\u201c].*\swith\s.{1,40}
    | removed\sa\s.{1,40}\sreaction\sfrom\s["\u201c].*
    | (?:joined|left|was\sadded\sto|set\sthe\schannel\s\w+)\s\#.{1,80}
    | replied\sto\sa\sthread:?.{0,200} | \[?(?:in\sreply\sto|forwarded\sfrom)\s.{1,80}\]?
    | \|(?:\s?:?-{2,}:?\s?\|)+ | \|\s*(?:\#|time|timestamp|start|speaker)\s*\|.*
    )\W{0,4}""",
    re.IGNORECASE | re.VERBOSE,
)
_RULE = frozenset("-=_*~\u2014\u2500> ")
# Words of a page that people say too: they are left out below the words of a message only.
_PAGE_WORD = re.compile(
    r"""(?:new|today|yesterday|reply|like|copy|share|edit|more|translate|seen|delivered|unread|pinned|app|forwarded
    |has\scontext\smenu|add\sreaction|profile\spicture\sof\s.{1,60}
    |(?:mon|tues|wednes|thurs|fri|satur|sun)day(?:,\s.{1,30})?
    |(?::[\w+-]{1,40}:){1,9}|(?:[:\w+-]{2,40}:|[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f\u200d\s]{1,12})\s{0,3}\d{1,4})\W{0,2}""",
    re.IGNORECASE | re.VERBOSE,
)

_EDIT_MARK = re.compile(
    r"[\s\u200e]*(?:<this message was edited>|\((?:edited|bearbeitet|modifié|editado|modificato)\))$", re.IGNORECASE
)
# What chats write for what is not text.
_PLACEHOLDER = re.compile(
    r"""[\s\u200e\u200f<(\[]*(?:
    (?:media|image|video|audio|gif|sticker|document|photo|contact\scard|video\snote|voice\smessage|poll|location)\s(?:omitted|attached|hidden)
    |(?:medien|bild|video|audio|sticker|gif|dokument)\s(?:ausgeschlossen|weggelassen)|médias?\somis|image\sabsente|vidéo\sabsente
    |(?:multimedia|imagen|video|audio|sticker)\somitid[oa]s?|mídia\s(?:oculta|omitida)|(?:imagem|vídeo|áudio|figurinha)\socult[oa]
    |media\sweggelaten|afbeelding\sweggelaten|media\somessi|immagine\somessa
    |attached:\s.{1,120}|.{1,80}\s\(file\sattached\)|(?:photo|sticker|video\smessage|voice\smessage|file)(?:,\s.{1,40})?
    |(?:this\smessage\swas\sdeleted|you\sdeleted\sthis\smessage|diese\snachricht\swurde\sgelöscht|se\seliminó\seste\smensaje
    |(?:messages\sand\scalls|nachrichten\sund\sanrufe|les\smessages\set\sles\sappels|los\smensajes\sy\slas\sllamadas)\s.{1,200}
    |ce\smessage\sa\sété\ssupprimé|mensagem\sapagada|missed\s(?:voice|video|group)\scall.{0,20}|null)\.?
    )[>)\]\s]*""",
    re.IGNORECASE | re.VERBOSE,
)
# Characters at the end of a line in which a mark such as `(edited)` is looked for.
_MAX_MARK = 40


def leave_out_notices(source: Iterable[SourceLine]) -> None:
    """Leave out the lines that a page or a tool adds to the talk: notices, buttons, rules."""
    for line in source:
        if line.left_out is None and len(line.text) < _MAX_LINE and (not _has_name(line) or "WATCH: http" in line.text):
            words = line.text.strip()
            if is_rule(words) or _NOTICE.fullmatch(words):
                line.left_out = PAGE_LINE


def is_rule(words: str) -> bool:
    """Return whether a line is a rule, such as `---`, or an empty quote."""
    return (len(words) >= 3 or words == ">") and _RULE.issuperset(words)


def leave_out_page_words(source: Sequence[SourceLine]) -> None:
    """Leave out `Reply`, `Today` and the like where a page puts them, behind the words of a message."""
    words_above = 0
    is_below_page_line = False
    for line in source:
        if line.left_out is None and not line.is_words:
            words_above = 0
        elif line.left_out is None:
            words = line.text.strip()
            # How many reacted stands below the reaction.
            is_count = is_below_page_line and words.isdecimal()
            if words_above and len(words) < 100 and (is_count or is_page_word(words)):
                line.left_out = PAGE_LINE
            words_above += 1
        is_below_page_line = line.left_out == PAGE_LINE


def is_page_word(words: str) -> bool:
    """Return whether a line is a word of a page, such as `Reply` or `Today`."""
    return _PAGE_WORD.fullmatch(words) is not None


def _has_name(line: SourceLine) -> bool:
    return line.prefix is not None and line.prefix.name is not None and line.prefix.label is not Label.HEADING


def mark_length(line: str) -> int:
    """Return the number of characters of the mark `(edited)` and the like at the end of a line; 0 without one."""
    end = line[-_MAX_MARK:].rstrip()
    mark = _EDIT_MARK.search(end) if end.endswith((")", ">")) else None
    return len(line[-_MAX_MARK:]) - mark.start() if mark else 0


def is_placeholder(words: str) -> bool:
    """Return whether a message is what chats write for a picture, a call or a message that was taken back."""
    return len(words) < 200 and _PLACEHOLDER.fullmatch(words) is not None
