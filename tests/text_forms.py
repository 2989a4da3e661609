"""Invented transcripts in the forms of plain text that tools hand over, with who says what, and when, in each."""

from __future__ import annotations

from typing import NamedTuple


class Said(NamedTuple):
    """A turn that is expected: speaker, start in seconds, words with single spaces."""

    speaker: str | None
    start: float | None
    words: str


class Fixture(NamedTuple):
    """A transcript, the name of its form, and what is said in it."""

    tool: str
    form: str
    text: str
    said: list[Said]


MARA, JON = "Mara Quill", "Jon Pell"
HELLO, SEND, THANKS = "Good morning to all of you.", "I'll send the drawings on Monday.", "Thank you, Jon."


def talk(*times: float | None, mara: str = MARA, jon: str = JON, words: tuple[str, ...] = (HELLO, SEND)) -> list[Said]:
    """Return turns of two people in alternation, at these times."""
    return [Said((mara, jon)[index % 2], time, words[index]) for index, time in enumerate(times)]


FIXTURES = [
    Fixture(
        "Zoom chat",
        "zoom-chat",
        "10:15:22\t From Mara Quill to Everyone:\n\tGood morning to all of you.\n"
        "10:16:02\t From Jon Pell to Mara Quill(Direct Message):\n\tI'll send the drawings on Monday.\n"
        '10:16:30\t From Mara Quill to Everyone:\n\tReacted to "I\'ll send the drawin..." with 👍\n',
        talk(0, 40),
    ),
    Fixture(
        "Zoom chat of old clients",
        "zoom-chat",
        "10:15:22 From Mara Quill : Good morning to all of you.\n"
        "10:16:02 From Jon Pell : I'll send the drawings on Monday.\n",
        talk(0, 40),
    ),
    Fixture(
        "Zoom chat beside a cloud recording",
        "time-name-colon",
        "00:00:04\tMara Quill:\tGood morning to all of you.\n00:00:44\tJon Pell:\tI'll send the drawings on Monday.\n",
        talk(4, 44),
    ),
    Fixture(
        "Teams .docx as pasted, US date",
        "teams-text",
        "Depot planning-20260114_140000-Meeting Recording\nJanuary 14, 2026, 2:00PM\n41m 7s\n\n"
        "Mara Quill started transcription\n\nMara Quill   0:05\nGood morning to all of you.\n\n"
        "Jon Pell   1:02:09\nI'll send the drawings on Monday.\n\nMara Quill stopped transcription\n",
        talk(5, 3729),
    ),
    Fixture(
        "Teams .docx as pasted, UK date",
        "teams-text",
        "Depot planning-20260114_140000-Meeting Recording\n14 January 2026, 02:00pm\n41m 7s\n\n"
        "Mara Quill started transcription\n\nMara Quill   0:05\nGood morning to all of you.\n\n"
        "Jon Pell   0:11\nI'll send the drawings on Monday.\n",
        talk(5, 11),
    ),
    Fixture(
        "Teams as copied from the page",
        "teams-text",
        "Mara Quill\n0 minutes 5 seconds\n0:05\nMara Quill 0 minutes 5 seconds\nGood morning to all of you.\n"
        "Jon Pell\n0 minutes 11 seconds\n0:11\nJon Pell 0 minutes 11 seconds\nI'll send the drawings on Monday.\n",
        talk(5, 11),
    ),
    Fixture(
        "Teams chat as copied",
        "time-name-line",
        "[14/01 10:02] Mara Quill\nGood morning to all of you.\n\n[14/01 10:05] Jon Pell\n"
        "I'll send the drawings on Monday.\n",
        talk(0, 180),
    ),
    Fixture(
        "Google Meet",
        "meet-text",
        "Jan 14, 2026\nDepot planning - Transcript\nAttendees\nMara Quill, Jon Pell, Ida Roth\nTranscript\n"
        "Mara Quill: Good morning to all of you.\n \n00:05:00\n \nJon Pell: I'll send the drawings on Monday.\n"
        "Meeting ended after 00:23:40 👋\n\nThis editable transcript was computer generated and might contain errors. "
        "People can also change the text after it was created.\n",
        talk(None, 300),
    ),
    Fixture(
        "Gemini notes",
        "gemini-notes",
        "📝 Notes\nJan 14, 2026\nDepot planning\nInvited Mara Quill Jon Pell\nAttachments Depot planning\n"
        "Meeting records Transcript Recording\n\nSummary\nThe depot was planned.\n\nDetails\n"
        "Drawings: Jon will send them.\n\n"
        "Suggested next steps\n[ ] Jon Pell will send the drawings.\n\n"
        "You should review Gemini's notes to make sure they're accurate. Get tips and learn how Gemini takes notes\n"
        "📖 Transcript\nJan 14, 2026\nDepot planning - Transcript\n00:00:00\n \n"
        "Mara Quill: Good morning to all of you.\n"
        "Jon Pell: I'll send the drawings on Monday.\nTranscription ended after 00:23:40\n",
        talk(0, None),
    ),
    Fixture(
        "Webex",
        "name-time-line",
        "Mara Quill (host) 00:00:05\nGood morning to all of you.\n\nJon Pell 00:00:11\n"
        "I'll send the drawings on Monday.\n",
        talk(5, 11, mara="Mara Quill (host)"),
    ),
    Fixture(
        "Otter",
        "otter-text",
        "Depot planning\nWed, Jan 14, 2026 10:00AM • 41:07\n\nSUMMARY KEYWORDS\ndrawings, depot, plan\n\n"
        "SPEAKERS\nMara Quill, Jon Pell\n\nMara Quill  00:05\nGood morning to all of you.\n\n"
        "Jon Pell  00:11\nI'll send the drawings on Monday.\n\nTranscribed by https://otter.ai\n",
        talk(5, 11),
    ),
    Fixture(
        "Fireflies text",
        "fireflies-text",
        "Depot planning\nhttps://app.fireflies.ai/view/abc\n\nMara Quill - 00:05\nGood morning to all of you.\n\n"
        "Jon Pell - 00:11\nI'll send the drawings on Monday.\n",
        talk(5, 11),
    ),
    Fixture(
        "Fireflies Markdown",
        "time-name-colon",
        "# Depot planning\n\n## Overview\n- The depot was planned.\n\n## Transcript\n\n"
        "**[00:05] Mara Quill:** Good morning to all of you.\n\n"
        "**Jon Pell [00:11]:** I'll send the drawings on Monday.\n",
        talk(5, 11),
    ),
    Fixture(
        "Fathom",
        "fathom-text",
        "Depot planning - January 14\n"
        "VIEW RECORDING - 41 mins (No highlights): https://fathom.video/share/abc\n\n---\n\n"
        "0:05 - Mara Quill (Quill & Co)\n  Good morning to all of you.\n\n0:11 - Jon Pell\n"
        "  I'll send the drawings on Monday.\n"
        "  ACTION ITEM: Send the drawings - WATCH: https://fathom.video/share/abc?timestamp=11.2\n",
        talk(5, 11, mara="Mara Quill (Quill & Co)"),
    ),
    Fixture(
        "Fathom Markdown",
        "fathom-text",
        "@[0:05](https://fathom.video/share/abc?timestamp=5) - **Mara Quill**\nGood morning to all of you.\n\n"
        "@[0:11](https://fathom.video/share/abc?timestamp=11) - **Jon Pell**\nI'll send the drawings on Monday.\n",
        talk(5, 11),
    ),
    Fixture(
        "Gong",
        "gong-text",
        "Depot planning\nRecorded on Jan 14, 2026 via Zoom, 41m\n\nParticipants\nMara Quill\nJon Pell\n\nTranscript\n\n"
        "0:05 | Mara\nGood morning to all of you.\n\n0:11 | Jon\nI'll send the drawings on Monday.\n",
        talk(5, 11, mara="Mara", jon="Jon"),
    ),
    Fixture(
        "Grain",
        "grain-text",
        "Depot planning\nhttps://grain.com/share/recording/abc\n\nMara Quill (00:05)\nGood morning to all of you.\n\n"
        "Jon Pell (00:11)\nI'll send the drawings on Monday.\n",
        talk(5, 11),
    ),
    Fixture(
        "tl;dv",
        "tldv-text",
        "Depot planning\nhttps://tldv.io/app/meetings/abc\n\n[00:05] Mara Quill: Good morning to all of you.\n"
        "[00:11] Jon Pell: I'll send the drawings on Monday.\n",
        talk(5, 11),
    ),
    Fixture(
        "Read",
        "read-text",
        "Depot planning\nhttps://app.read.ai/analytics/abc\n\nMara Quill\n00:05\nGood morning to all of you.\n\n"
        "Jon Pell\n00:11\nI'll send the drawings on Monday.\n",
        talk(5, 11),
    ),
    Fixture(
        "Granola",
        "granola-text",
        "Meeting Title: Depot planning\nDate: Jan 14, 2026\nMeeting participants: Mara Quill, Jon Pell\n\n"
        "Transcript:\n \n"
        "Me: Good morning to all of you.  \nThem: I'll send the drawings on Monday.  \n",
        talk(None, None, mara="Me", jon="Them"),
    ),
    Fixture(
        "Meetily Markdown",
        "name-colon",
        '---\ntitle: "Depot planning"\ndate: 2026-01-14T10:00:00\n---\n\n# Depot planning\n\n## Summary\n\n'
        "A plan was made.\n\n"
        "## Transcript\n\n*2026-01-14 10:00:00*\n\n**[Mara Quill]:** Good morning to all of you.\n\n"
        "*2026-01-14 10:01:00*\n\n**[Jon Pell]:** I'll send the drawings on Monday.\n",
        talk(0, 60),
    ),
    Fixture(
        "Rev",
        "name-time-colon",
        "Mara Quill (00:05):\nGood morning to all of you.\n\nJon Pell (00:11):\nI'll send the drawings on Monday.\n",
        talk(5, 11),
    ),
    Fixture(
        "Descript",
        "time-name-colon",
        "[00:00:05] Mara Quill: Good morning to all of you.\n\n"
        "[00:00:11] Jon Pell: I'll send the drawings on Monday.\n",
        talk(5, 11),
    ),
    Fixture(
        "Descript Markdown",
        "name-time-colon",
        "**Mara Quill:** [00:00:05] Good morning to all of you.\n\n"
        "**Jon Pell:** [00:00:11] I'll send the drawings on Monday.\n",
        talk(5, 11),
    ),
    Fixture(
        "Riverside",
        "name-time-line",
        "Mara Quill (00:05.320)\nGood morning to all of you.\n\nJon Pell (00:11.04)\n"
        "I'll send the drawings on Monday.\n",
        talk(5.32, 11.04),
    ),
    Fixture(
        "Sonix",
        "name-time-colon",
        "depot-planning.mp3\n\nMara: [00:00:05] Good morning to all of you.\n\n"
        "Jon: [00:00:11] I'll send the drawings on Monday.\n",
        talk(5, 11, mara="Mara", jon="Jon"),
    ),
    Fixture(
        "Trint",
        "name-time-line",
        "Mara Quill [00:00:05]\nGood morning to all of you.\n\nJon Pell [00:00:11]\n"
        "I'll send the drawings on Monday.\n",
        talk(5, 11),
    ),
    Fixture(
        "Happy Scribe",
        "time-name-line",
        "[00:00:05.12] - Mara Quill\nGood morning to all of you.\n\n[00:00:11.04] - Jon Pell\n"
        "I'll send the drawings on Monday.\n",
        talk(5.12, 11.04),
    ),
    Fixture(
        "Premiere",
        "name-and-time-lines",
        "00:00:05:12 - 00:00:07:03\nMara Quill\nGood morning to all of you.\n\n"
        "00:00:11:00 - 00:00:13:20\nJon Pell\nI'll send the drawings on Monday.\n",
        talk(5, 11),
    ),
    Fixture(
        "Word transcription",
        "time-name-line",
        "Audio file\ndepot.mp3\nTranscript\n00:00:05 Mara Quill\nGood morning to all of you.\n"
        "00:00:11 Jon Pell\nI'll send the drawings on Monday.\n",
        talk(5, 11),
    ),
    Fixture(
        "name-colon-time",
        "name-time-colon",
        "Mara Quill: (00:05)\nGood morning to all of you.\n\nJon Pell: (00:11)\nI'll send the drawings on Monday.\n",
        talk(5, 11),
    ),
    Fixture(
        "a range of times",
        "time-name-colon",
        "[00:00:05 - 00:00:07] Mara Quill: Good morning to all of you.\n"
        "[00:00:11 - 00:00:13] Jon Pell: I'll send the drawings on Monday.\n",
        talk(5, 11),
    ),
    Fixture(
        "YouTube",
        "times",
        "0:00\ngood morning to all of you\n0:03\nand welcome to the depot\n1:00:07\nlet us begin\n",
        [
            Said(None, 0, "good morning to all of you"),
            Said(None, 3, "and welcome to the depot"),
            Said(None, 3607, "let us begin"),
        ],
    ),
    Fixture(
        "YouTube as copied with its spoken times",
        "times",
        "0:00\n0 seconds\ngood morning to all of you\n1:03\n1 minute, 3 seconds\nand welcome to the depot\n",
        [Said(None, 0, "good morning to all of you"), Said(None, 63, "and welcome to the depot")],
    ),
    Fixture(
        "Whisper",
        "times",
        "[00:00.000 --> 00:04.000]  Good morning to all of you.\n[00:04.000 --> 00:07.500]  Let us begin.\n",
        [Said(None, 0, HELLO), Said(None, 4, "Let us begin.")],
    ),
    Fixture(
        "WhisperX text",
        "name-colon",
        "[SPEAKER_00]: Good morning to all of you.\n[SPEAKER_01]: I'll send the drawings on Monday.\n",
        talk(None, None, mara="SPEAKER_00", jon="SPEAKER_01"),
    ),
    Fixture(
        "names in brackets",
        "bracketed-name",
        "[Mara Quill] Good morning to all of you.\n[Laughter] [Jon Pell]\n"
        "[Jon Pell] I'll send the drawings on Monday.\n",
        [Said(MARA, None, HELLO + " [Laughter] [Jon Pell]"), Said(JON, None, SEND)],
    ),
    Fixture(
        "Slack as copied",
        "name-and-time-lines",
        "Wednesday, January 14th\nMara Quill\n  10:02 AM\nGood morning to all of you.\n:wave: 2\n\n"
        "Jon Pell\n  10:05 AM\nI'll send the drawings on Monday. (edited)\n3 replies\nLast reply 2 days ago\n"
        "View thread\n"
        "10:06\nAnd the plan.\n",
        [*talk(0, 180), Said(JON, 240, "And the plan.")],
    ),
    Fixture(
        "Slack with an emoji as status",
        "name-time-line",
        "Mara Quill:palm_tree:  10:02 AM\nGood morning to all of you.\n\nJon Pell  [10:05 AM]\n"
        "I'll send the drawings on Monday.\n",
        talk(0, 180),
    ),
    Fixture(
        "Discord as copied",
        "discord",
        "mara.q — Today at 10:02 AM\nGood morning to all of you.\njon_p — Today at 10:05 AM\n"
        "I'll send the drawings on Monday. (edited)\n",
        talk(0, 180, mara="mara.q", jon="jon_p"),
    ),
    Fixture(
        "DiscordChatExporter",
        "discord",
        "==============================================================\nGuild: Depot\nChannel: general / plan\n"
        "==============================================================\n\n[01/14/2026 10:02 AM] mara.q\n"
        "Good morning to all of you.\n\n"
        "[01/14/2026 10:05 AM] jon_p\nI'll send the drawings on Monday.\n",
        talk(0, 180, mara="mara.q", jon="jon_p"),
    ),
    Fixture(
        "irssi",
        "irc",
        "--- Log opened Wed Jan 14 10:00:00 2026\n10:02 < mara> Good morning to all of you.\n"
        "10:03 -!- ida [~ida@host] has joined #depot\n"
        "10:05 <@jon> I'll send the drawings on Monday.\n10:06  * mara nods\n",
        [*talk(0, 180, mara="mara", jon="jon"), Said("mara", 240, "nods")],
    ),
    Fixture(
        "WeeChat",
        "irc",
        "2026-01-14 10:02:03\tmara\tGood morning to all of you.\n"
        "2026-01-14 10:03:00\t-->\tida (~ida@host) has joined #depot\n"
        "2026-01-14 10:05:03\t@jon\tI'll send the drawings on Monday.\n",
        talk(0, 180, mara="mara", jon="jon"),
    ),
    Fixture(
        "ZNC",
        "irc",
        "[10:02:03] <mara> Good morning to all of you.\n[10:03:00] *** Joins: ida (~ida@host)\n"
        "[10:05:03] <jon> I'll send the drawings on Monday.\n",
        talk(0, 180, mara="mara", jon="jon"),
    ),
    Fixture(
        "WhatsApp, iPhone",
        "whatsapp",
        "[14/01/2026, 10:02:11] Mara Quill: \u200eMessages and calls are end-to-end encrypted. Only people in "
        "this chat can read them.\n"
        "[14/01/2026, 10:02:11] Mara Quill: Good morning to all of you.\n"
        "\u200e[14/01/2026, 10:03:00] Jon Pell: \u200eimage omitted\n"
        "[14/01/2026, 10:05:11] ~ Jon Pell: I'll send the drawings on Monday. \u200e<This message was edited>\n",
        talk(0, 180),
    ),
    Fixture(
        "WhatsApp, Android, German",
        "whatsapp",
        "14.01.26, 10:02 - Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.\n"
        "14.01.26, 10:02 - Mara Quill: Good morning to all of you.\n"
        "14.01.26, 10:03 - Mara Quill hat Ida Roth hinzugefügt.\n14.01.26, 10:04 - Jon Pell: <Medien ausgeschlossen>\n"
        "14.01.26, 10:05 - Jon Pell: I'll send the drawings on Monday.\n",
        talk(0, 180),
    ),
    Fixture(
        "WhatsApp, Android, US",
        "whatsapp",
        "1/14/26, 10:02\u202fAM - Mara Quill: Good morning to all of you.\n"
        "1/14/26, 10:05\u202fAM - Jon Pell: I'll send the drawings\non Monday.\n",
        talk(0, 180),
    ),
    Fixture(
        "WhatsApp, Finnish",
        "whatsapp",
        "[14.1.2026 klo 10.02.11] Mara Quill: Good morning to all of you.\n"
        "[14.1.2026 klo 10.05.11] Jon Pell: I'll send the drawings on Monday.\n",
        talk(0, 180),
    ),
    Fixture(
        "Telegram",
        "telegram",
        "Mara Quill, [14.01.2026 10:02]\nGood morning to all of you.\n\nJon Pell, [14.01.2026 10:05]\n"
        "I'll send the drawings on Monday.\n",
        talk(0, 180),
    ),
    Fixture(
        "Skype",
        "time-name-colon",
        "[10:02:11] Mara Quill: Good morning to all of you.\n[10:05:11] Jon Pell: I'll send the drawings on Monday.\n",
        talk(0, 180),
    ),
    Fixture(
        "Google Chat as copied",
        "name-time-line",
        "Mara Quill, 10:02 AM\nGood morning to all of you.\nJon Pell, 10:05 AM, Edited\n"
        "I'll send the drawings on Monday.\n",
        talk(0, 180),
    ),
    Fixture(
        "WeChat",
        "name-time-line",
        "Mara Quill 2026/1/14 10:02:11\nGood morning to all of you.\n\nJon Pell 2026/1/14 10:05:11\n"
        "I'll send the drawings on Monday.\n",
        talk(0, 180),
    ),
    Fixture(
        "LINE",
        "irc",
        "10:02\tMara Quill\tGood morning to all of you.\n10:05\tJon Pell\tI'll send the drawings on Monday.\n",
        talk(0, 180),
    ),
    Fixture(
        "a council's minutes",
        "name-colon",
        "Cllr. Mara Quill: Good morning to all of you.\nAld. Pell: I'll send the drawings on Monday.\n"
        "The clerk: Noted.\nThe Minister (Ms Roth): I thank the clerk.\nTHE CHAIR: Next.\n",
        [
            Said("Cllr. Mara Quill", None, HELLO),
            Said("Ald. Pell", None, SEND),
            Said("The clerk", None, "Noted."),
            Said("The Minister (Ms Roth)", None, "I thank the clerk."),
            Said("THE CHAIR", None, "Next."),
        ],
    ),
    Fixture(
        "a council's minutes, French",
        "name-colon",
        "M. Pell : Bonjour à tous.\nLa présidente : Merci.\nMme Quill : J'envoie les plans lundi.\n"
        "L'animatrice : À demain.\n",
        [
            Said("M. Pell", None, "Bonjour à tous."),
            Said("La présidente", None, "Merci."),
            Said("Mme Quill", None, "J'envoie les plans lundi."),
            Said("L'animatrice", None, "À demain."),
        ],
    ),
    Fixture(
        "a hearing",
        "hearing",
        "Q.  Did you draw the plan?\nA.  I did, on Monday.\nMS. QUILL:  Objection.\nTHE COURT:  Overruled.\n"
        "Q.  Go on.\n",
        [
            Said("Q", None, "Did you draw the plan?"),
            Said("A", None, "I did, on Monday."),
            Said("MS. QUILL", None, "Objection."),
            Said("THE COURT", None, "Overruled."),
            Said("Q", None, "Go on."),
        ],
    ),
    Fixture(
        "a hearing with numbered lines",
        "hearing",
        " 1   Q.  Did you draw the plan?\n 2   A.  I did, on Monday.\n",
        [Said("Q", None, "Did you draw the plan?"), Said("A", None, "I did, on Monday.")],
    ),
    Fixture(
        "the record of an assembly",
        "assembly-record",
        "  Mr. PELL. Madam President, I rise today.\nThe roads are long.\n"
        "  The PRESIDING OFFICER. Without objection.\n  Ms. QUILL. I thank my colleague.\n",
        [
            Said("Mr. PELL", None, "Madam President, I rise today. The roads are long."),
            Said("The PRESIDING OFFICER", None, "Without objection."),
            Said("Ms. QUILL", None, "I thank my colleague."),
        ],
    ),
    Fixture(
        "Markdown list",
        "list",
        "# Depot planning\n\n- **Mara Quill:** Good morning to all of you.\n"
        "- **Jon Pell:** I'll send the drawings on Monday.\n",
        talk(None, None),
    ),
    Fixture(
        "Markdown headings",
        "name-time-line",
        "# Depot planning\n\n### Mara Quill (00:05)\n\nGood morning to all of you.\n\n### Jon Pell (00:11)\n\n"
        "I'll send the drawings on Monday.\n",
        talk(5, 11),
    ),
    Fixture(
        "names on lines of their own",
        "name-lines",
        "Mara Quill\nGood morning to all of you.\n\nJon Pell\nI'll send the drawings on Monday.\n\nMara Quill\n"
        "Thank you, Jon.\n",
        [*talk(None, None), Said(MARA, None, THANKS)],
    ),
    Fixture(
        "bold names on lines of their own",
        "name-lines",
        "**Mara Quill**\nGood morning to all of you.\n\n**Jon Pell**\nI'll send the drawings on Monday.\n\n"
        "**Mara Quill**\nThank you, Jon.\n",
        [*talk(None, None), Said(MARA, None, THANKS)],
    ),
]
