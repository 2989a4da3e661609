"""The image, the composition and the alerts, held to their own linters and to the settings and metrics there are."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, get_args

import pytest
from prometheus_client import Metric

from meetkit import settings
from meetkit.models.usage import Outcome, Usage
from meetkit.web.app import service_of
from tests.web_apps import service, signed_in

ROOT = Path(__file__).parents[1]
DOCKERFILE, COMPOSE, EXAMPLE, GUIDE, RULES, CASES = (
    (ROOT / name).read_text("utf-8")
    for name in (
        "Dockerfile",
        "compose.yaml",
        ".env.example",
        "docs/operations.md",
        "deploy/prometheus/rules.yml",
        "deploy/prometheus/rules_test.yml",
    )
)
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
KEYS = {
    "POSTGRES_PASSWORD": "p@ss/word",
    "REDIS_PASSWORD": "abc123",
    "MEETKIT_SECRET_KEYS": "s" * 32,
    "MEETKIT_ENCRYPTION_KEYS": "e" * 43 + "=",
    "MEETKIT_PUBLIC_URL": "https://meetings.example.com",
}


def installed(name: str) -> str:
    """A linter that pip brought."""
    path = shutil.which(name, path=sysconfig.get_path("scripts"))
    if path is None:
        pytest.skip(f"there is no {name} for this kind of machine")
    return path


def run(*command: object) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    words = [*map(str, command)]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=120)


def broken(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def hadolint(folder: Path, dockerfile: str) -> subprocess.CompletedProcess[str]:
    file = folder / "Dockerfile"
    file.write_text(dockerfile, "utf-8")
    return run(installed("hadolint"), "--failure-threshold", "style", file)


def compose(
    folder: Path, text: str, environment: str, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """What Compose makes of these files; variables are set in the `.env`."""
    for name, value in variables.items():
        environment = re.sub(f"^{name}=$", f"{name}={value}", environment, flags=re.MULTILINE)
    (folder / "compose.yaml").write_text(text, "utf-8")
    (folder / ".env").write_text(environment, "utf-8")
    return run(installed("docker-compose"), "--project-directory", folder, "config", *arguments)


def compose_lint(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    file = folder / "compose.yaml"
    file.write_text(text, "utf-8")
    config = ROOT / "deploy" / "compose-lint.yml"
    return run(
        installed("compose-lint"), "check", "--quiet", "--strict-config", "--fail-on", "low", "--config", config, file
    )


@pytest.fixture
def services(tmp_path: Path) -> dict[str, Any]:
    """The services as Compose understands them, once what must be set is set."""
    done = compose(tmp_path, COMPOSE, EXAMPLE, "--format", "json", **KEYS)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["services"]
    return found


@pytest.fixture(scope="session")
def promtool(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Prometheus' own linter; in CI it is fetched, elsewhere nothing is without being asked for."""
    if path := shutil.which("promtool"):
        return path
    if "CI" not in os.environ:
        pytest.skip("no promtool on this machine; on Debian `apt-get install prometheus` brings it")
    folder = tmp_path_factory.mktemp("prometheus")
    # Unpacked rather than installed: a server need not run here.
    for command in (
        "apt-get -qq update",
        "apt-get -qq download prometheus",
        "sh -c 'dpkg-deb --extract prometheus_*.deb .'",
    ):
        subprocess.run(shlex.split(command), cwd=folder, check=True, capture_output=True, timeout=600)
    return str(folder / "usr" / "bin" / "promtool")


def prometheus_folder(folder: Path, rules: str) -> Path:
    """A folder with these rules and the cases that they must pass."""
    (folder / "rules.yml").write_text(rules, "utf-8")
    (folder / "rules_test.yml").write_text(CASES, "utf-8")
    return folder


# The image


def test_hadolint_has_nothing_to_say(tmp_path: Path) -> None:
    done = hadolint(tmp_path, DOCKERFILE)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("USER 10001:10001", "USER root", "DL3002"),
        ("uv==0.13.8", "uv", "DL3013"),
        (":3.13-slim-trixie", "", "DL3006"),
        ('CMD ["meetkit", "serve", "--host", "0.0.0.0"]', "CMD meetkit serve", "DL3025"),
        ("FROM python\n", "FORM python\n", "unexpected"),
    ],
)
def test_hadolint_refuses(old: str, new: str, rule: str, tmp_path: Path) -> None:
    done = hadolint(tmp_path, broken(DOCKERFILE, old, new))
    assert done.returncode != 0
    assert rule in done.stdout + done.stderr


def test_the_image_is_of_pinned_tools_and_extras_that_exist() -> None:
    [uv] = re.findall(r"uv==\S+", DOCKERFILE)
    assert uv in PYPROJECT["tool"]["uv"]["constraint-dependencies"]
    assert {*re.findall(r"--extra (\w+)", DOCKERFILE)} <= PYPROJECT["project"]["optional-dependencies"].keys()
    [python] = re.findall(r"^FROM python:([\d.]+)", DOCKERFILE, re.MULTILINE)
    assert f"Programming Language :: Python :: {python}" in PYPROJECT["project"]["classifiers"]


def test_what_the_image_copies_exists_and_is_all_that_docker_is_sent() -> None:
    copied = {
        source.partition("/")[0]
        for line in re.findall(r"^COPY ([^-].*) \S+$", DOCKERFILE, re.M)
        for source in line.split()
    }
    sent = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE)
    assert copied == {*sent}
    assert all((ROOT / name).exists() for name in sent)


class Health(BaseHTTPRequestHandler):
    """Answers as the path's name says: `/healthz` of a server that is well, or not."""

    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(params=[200, 503])
def health(request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    """The status and the port of a server."""
    handler = type("Handler", (Health,), {"status": request.param})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield request.param, server.server_port
        server.shutdown()


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_the_health_check_fails_where_the_server_is_not_well(health: tuple[int, int]) -> None:
    status, port = health
    [words] = re.findall(r'^  CMD (\["python".*\])$', DOCKERFILE, re.MULTILINE)
    _, *arguments = json.loads(broken(words, ":8000/", f":{port}/"))
    assert (run(sys.executable, *arguments).returncode == 0) is (status == 200)


# The composition


def test_compose_takes_what_is_set(services: dict[str, Any]) -> None:
    assert services.keys() == {"api", "migrate", "postgres", "redis"}
    environment = {name: value for name, value in services["api"]["environment"].items() if value is not None}
    chosen = settings.load(environment)
    assert chosen.environment == "production"
    assert chosen.secret_keys == KEYS["MEETKIT_SECRET_KEYS"]
    assert chosen.redis_url == "redis://:abc123@redis:6379/0"


@pytest.mark.parametrize("name", KEYS)
def test_compose_refuses_to_start_without(name: str, tmp_path: Path) -> None:
    done = compose(tmp_path, COMPOSE, EXAMPLE, "--quiet", **{key: KEYS[key] for key in KEYS if key != name})
    assert done.returncode != 0
    assert f"required variable {name} is missing a value: set it in .env to" in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  read_only: true", "  readonly: true", "readonly"),
        ("condition: service_healthy", "condition: service_well", "condition value must be one of"),
        ("networks: [outside, inside]", "networks: [outside, nowhere]", "undefined network nowhere"),
        ("migrate: {condition", "migrations: {condition", "undefined service"),
        ("${PORT:-8000}", "${PORT:-8000", "invalid interpolation format"),
    ],
)
def test_compose_refuses(old: str, new: str, says: str, tmp_path: Path) -> None:
    done = compose(tmp_path, broken(COMPOSE, old, new), EXAMPLE, "--quiet", **KEYS)
    assert done.returncode != 0
    assert says in done.stderr


def test_only_the_api_can_be_reached_and_only_from_its_machine(services: dict[str, Any]) -> None:
    assert [port["host_ip"] for service in services.values() for port in service.get("ports", [])] == ["127.0.0.1"]
    assert services["postgres"]["networks"].keys() == services["redis"]["networks"].keys() == {"inside"}


def test_compose_lint_has_nothing_to_say(tmp_path: Path) -> None:
    done = compose_lint(tmp_path, COMPOSE)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("  cap_drop: [ALL]", "  cap_drop: []", "CL-0006"),
        ('security_opt: ["no-new-privileges:true"]', "security_opt: []", "CL-0003"),
        ("  read_only: true", "  read_only: false", "CL-0007"),
        ('"127.0.0.1:${PORT', '"${PORT', "CL-0005"),
        ('volumes: ["data:/data"]', 'volumes: ["/var/run/docker.sock:/var/run/docker.sock"]', "CL-0001"),
    ],
)
def test_compose_lint_refuses(old: str, new: str, rule: str, tmp_path: Path) -> None:
    done = compose_lint(tmp_path, broken(COMPOSE, old, new))
    assert done.returncode == 1
    assert rule in done.stdout


def test_the_composition_stops_a_server_later_than_the_server_itself(services: dict[str, Any]) -> None:
    default = settings.Settings()
    [grace] = re.findall(r"^(\d+)s$", services["api"]["stop_grace_period"])
    assert int(grace) > default.drain_seconds + default.shutdown_seconds


@pytest.mark.parametrize(
    "text", [DOCKERFILE, COMPOSE, EXAMPLE, GUIDE, RULES], ids=["image", "compose", "env", "guide", "rules"]
)
def test_settings_that_are_named_exist(text: str) -> None:
    named = {*re.findall(r"MEETKIT_[A-Z_]+", text)}
    assert named
    assert named <= {settings.PREFIX + name.upper() for name in settings.Settings.model_fields}


def test_whatever_the_example_sets_compose_hands_on() -> None:
    names = re.findall(r"^([A-Z_]+)=", EXAMPLE, re.MULTILINE)
    handed = {*re.findall(r"^    ([A-Z_]+):$", COMPOSE, re.MULTILINE), *re.findall(r"\$\{([A-Z_]+)", COMPOSE)}
    assert {*names} <= handed


# The alerts

MATCHERS = re.compile(r'(meetkit_\w+)\{((?:[^}"]|"[^"]*")*)\}')
LABELS = re.compile(r'(\w+) *(?:=~|!~|!=|=) *"')


def documented() -> dict[str, set[str]]:
    """The labels of each metric that the guide lists; those of its values stand in brackets."""
    rows = re.findall(r"^\| `(meetkit_\w+)` \| \w+ \|([^|]*)\|", GUIDE, re.MULTILINE)
    return {name: {*re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", labels))} for name, labels in rows}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Metric]:
    """The metrics of a service that has done something of each kind."""
    app = service(database_url=f"sqlite:///{tmp_path_factory.mktemp('data')}/meetings.db")
    client = signed_in(app)
    assert client.get("/api/v1/meetings").status_code == client.get("/readyz").status_code == 200
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    call = {"at": at, "purpose": "summary", "attempt": 1, "input_tokens": 9, "output_tokens": 9, "seconds": 1.0}
    metrics = service_of(app).metrics
    metrics.observe_usage(Usage.model_validate({**call, "model": "openai:gpt-5-mini", "outcome": "ok"}))
    found = {one.name + ("_total" if one.type == "counter" else ""): one for one in metrics.registry.collect()}
    service_of(app).closing.close()
    return found


def test_the_guide_lists_the_metrics_there_are(measured: dict[str, Metric]) -> None:
    kinds = dict(re.findall(r"^\| `(meetkit_\w+)` \| (\w+) \|", GUIDE, re.MULTILINE))

    assert {name: one.type for name, one in measured.items()} == kinds
    for name, labels in documented().items():
        assert {label for sample in measured[name].samples for label in sample.labels} - {"le"} == labels, name


def test_alerts_find_the_bounds_that_they_ask_for(measured: dict[str, Metric]) -> None:
    rows = re.findall(r"^\| `(meetkit_\w+)` \| histogram \|.*\bbounds? at (.*) \|$", GUIDE, re.MULTILINE)
    assert len(rows) == 3
    for name, bounds in rows:
        found = {float(sample.labels["le"]) for sample in measured[name].samples if "le" in sample.labels}
        assert {*map(float, re.findall(r"[\d.]+", bounds))} <= found, name


@pytest.mark.parametrize(
    ("name", "label"),
    [("meetkit_logins_total", "outcome"), ("meetkit_ready", "part"), ("meetkit_database_pool_connections", "state")],
)
def test_the_values_of_a_label_that_the_guide_lists_are_all_there_are(
    measured: dict[str, Metric], name: str, label: str
) -> None:
    [listed] = re.findall(rf"^\| `{name}` .*`{label}` \(([^)]*)\)", GUIDE, re.MULTILINE)

    assert {sample.labels[label] for sample in measured[name].samples} == {*re.findall(r"`(\w+)`", listed)}


def test_an_outcome_is_counted_from_its_first_time(measured: dict[str, Metric]) -> None:
    name = "meetkit_model_calls_total"
    calls = {one.labels["outcome"]: one.value for one in measured[name].samples if one.name == name}

    assert calls == {**dict.fromkeys(get_args(Outcome), 0), "ok": 1}


@pytest.mark.parametrize("text", [RULES, CASES], ids=["rules", "cases"])
def test_metrics_that_alerts_ask_for_are_in_the_guide_with_their_labels(text: str) -> None:
    metrics = documented()
    assert {name.removesuffix("_bucket") for name in re.findall(r"\bmeetkit_\w+", text)} <= metrics.keys()
    for name, matchers in MATCHERS.findall(text):
        given = {"job", "instance", *(["le"] if name.endswith("_bucket") else [])}
        assert {*LABELS.findall(matchers)} <= metrics[name.removesuffix("_bucket")] | given


def test_each_alert_has_a_case_in_which_it_is_raised_and_one_in_which_it_is_not() -> None:
    alerts = {*re.findall(r"- alert: (\w+)", RULES)}
    assert {*re.findall(r"alertname: (\w+)\n +eval_time: \S+\n +exp_alerts:", CASES)} == alerts
    assert {*re.findall(r"\{alertname: (\w+), eval_time: \S+\}", CASES)} == alerts


def test_promtool_has_nothing_to_say(promtool: str) -> None:
    folder = ROOT / "deploy" / "prometheus"
    for command in (["check", "rules", "rules.yml"], ["check", "config", "--syntax-only", "scrape.yml"]):
        *words, file = command
        done = run(promtool, *words, folder / file)
        assert done.returncode == 0, done.stdout + done.stderr


def test_alerts_are_raised_when_they_should_be(promtool: str, tmp_path: Path) -> None:
    done = run(promtool, "test", "rules", prometheus_folder(tmp_path, RULES) / "rules_test.yml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("old", "new"), [("sum by (job) (", "sum by job ("), ("severity: critical", "severity: [1]"), ("expr:", "exp:")]
)
def test_promtool_refuses_rules_that_cannot_be(old: str, new: str, promtool: str, tmp_path: Path) -> None:
    assert run(
        promtool, "check", "rules", prometheus_folder(tmp_path, broken(RULES, old, new)) / "rules.yml"
    ).returncode


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("> 0.02", "> 0.2"),
        (">= 10", ">= 0"),
        ('part!="model"', 'part="model"'),
        ('outcome!="ok"}[5m])) > 100', 'outcome="ok"}[5m])) > 100'),
        ("|analyze", ""),
        ("unless", "and"),
        ("> 20", "> 40"),
    ],
)
def test_rules_that_say_otherwise_fail_their_cases(old: str, new: str, promtool: str, tmp_path: Path) -> None:
    folder = prometheus_folder(tmp_path, broken(RULES, old, new))
    done = run(promtool, "test", "rules", folder / "rules_test.yml")
    assert done.returncode != 0
    assert "FAILED" in done.stdout + done.stderr
