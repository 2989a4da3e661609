"""The offline engine is one object for the whole process, and is imported when it is first used."""

from __future__ import annotations

import asyncio
import copy
import pickle
import subprocess
import sys

from meetkit.insights.analysis import OFFLINE, analyze, analyze_async
from meetkit.insights.transcript import read_transcript

TALK = read_transcript("Ann: I'll send the plan by Friday.\nBen: We decided to renew.")


def test_importing_the_meeting_service_loads_no_engine() -> None:
    program = (
        "import sys\n"
        "from meetkit import meeting_service\n"
        "from meetkit.insights.analysis import OFFLINE, analyze\n"
        "assert OFFLINE.name == 'offline'\n"
        "engines = ('meetkit.insights.offline', 'meetkit.insights.model')\n"
        "loaded = [name for name in sys.modules if name.startswith(engines)]\n"
        "assert loaded == [], loaded\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_a_copy_of_the_engine_is_the_engine() -> None:
    assert pickle.loads(pickle.dumps(OFFLINE)) is OFFLINE
    assert copy.deepcopy(OFFLINE) is OFFLINE


def test_awaiting_it_gives_the_same_insights() -> None:
    insights = analyze(TALK)

    assert asyncio.run(analyze_async(TALK)) == insights
    assert insights.action_items.items
    assert insights.decisions.items
    assert {section.engine for section in insights.sections.values()} == {"offline"}
