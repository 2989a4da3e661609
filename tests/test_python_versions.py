"""The wheel works on every Python that its metadata names, as far as this machine has them; what it says is true."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path
from zipfile import ZipFile

import pytest

import meetkit
from tests.installs import ROOT, build_wheel, environment, execute, install

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
VERSIONS = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
# What a user does first; all modules but the migrations and those for pytest are imported.
PROGRAM = """
import importlib, pkgutil
import meetkit
from meetkit import meeting_service as meetings
for module in pkgutil.walk_packages(meetkit.__path__, "meetkit."):
    if not module.name.startswith(("meetkit.migrations", "meetkit.testing", "meetkit.__main__")):
        importlib.import_module(module.name)
assert meetings.find_available_slots(["user_1", "user_3"], "2025-11-20", 30, None)
assert meetings.analyze_meeting("hist_meeting_1").summary.engine == "offline"
assert meetings.generate_pre_meeting_prep("meeting_1").talking_points
from fastapi.testclient import TestClient
from meetkit.settings import Settings
from meetkit.web import create_app
with TestClient(create_app(Settings(database_url="sqlite:///a.db"))) as client:
    assert client.get("/readyz").status_code == 200
"""


def interpreter(version: str) -> str | None:
    """Return a Python of that version: on the path, or of pyenv, whose own commands may refuse to run it."""
    candidates = [shutil.which(f"python{version}"), *(Path.home() / ".pyenv/versions").glob(f"{version}.*/bin/python")]
    for candidate in map(str, filter(None, candidates)):
        done = subprocess.run([candidate, "-V"], capture_output=True, text=True, check=False)
        if done.returncode == 0 and done.stdout.startswith(f"Python {version}."):
            return candidate
    return None


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        return HeaderParser().parsestr(archive.read(name).decode())


@pytest.mark.parametrize("version", [version for version in VERSIONS if version != RUNNING])
def test_the_wheel_with_all_extras_works(version: str, wheel: Path, tmp_path: Path) -> None:
    found = interpreter(version)
    if found is None:
        pytest.skip(f"no Python {version} on this machine")
    python = environment(tmp_path, found)
    install(tmp_path, f"{wheel}[all]")

    for arguments in (("-c", PROGRAM), ("-m", "meetkit", "demo")):
        done = execute(python, "-W", "error", *arguments, cwd=tmp_path)
        assert done.returncode == 0, done.stderr


def test_the_versions_begin_where_the_requirement_does() -> None:
    assert PROJECT["requires-python"] == f">={VERSIONS[0]}"


def test_the_metadata_names_licence_and_authors_and_no_address_that_is_not_there(metadata: Message) -> None:
    """The repository has no public address yet, so none is named."""
    assert metadata["License-Expression"] == "MIT"
    assert metadata.get_all("License-File") == ["LICENSE", "NOTICE"]
    assert metadata["Author"] in (ROOT / "LICENSE").read_text("utf-8")
    assert metadata.get_all("Project-URL") is None
    assert metadata["Version"] == meetkit.__version__


def test_the_changelog_dates_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(rf"^## \[{re.escape(meetkit.__version__)}\] - \d{{4}}-\d\d-\d\d$", changelog, re.MULTILINE)
