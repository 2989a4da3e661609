"""The tutorial's way through the service works as pasted: sign up, create a meeting, prepare it, analyse it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.servers import running_server

ROOT = Path(__file__).parents[1]


def walk() -> str:
    """The shell commands of the tutorial that need the service, one after the other."""
    served = (ROOT / "docs" / "tutorial.md").read_text("utf-8").split("meetkit serve", 1)[1]
    return "\n".join(re.findall(r"^```sh\n(.*?)^```$", served, re.M | re.S))


@pytest.fixture(scope="module", autouse=True)
def _curl() -> None:
    """In CI it is installed, elsewhere nothing is without being asked for."""
    if "CI" in os.environ and not shutil.which("curl"):
        for step in (("update",), ("install", "-y", "--no-install-recommends", "curl")):
            subprocess.run(["apt-get", "-qq", *step], check=True, capture_output=True, timeout=600)
    if not shutil.which("curl"):
        pytest.skip("no curl on this machine; on Debian `apt-get install curl` brings it")


def test_the_tutorials_way_through_the_service_works_as_pasted(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        pasted = walk().replace("127.0.0.1:8000", f"127.0.0.1:{server.port}").replace("\ncurl ", "\necho; curl ")
        done = subprocess.run(
            ["bash", "-eu", "-c", pasted], capture_output=True, text=True, check=False, cwd=ROOT, timeout=60
        )

    account, brief, insights, items = (json.loads(line) for line in done.stdout.splitlines() if line)
    assert account["email"] == "ada@example.com"
    assert brief["talking_points"]
    assert "Send the revised quote" in [item["task"] for item in insights["action_items"]["items"]]
    assert "Send the revised quote" in [item["task"] for item in items["items"]]
