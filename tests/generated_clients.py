"""Calls every operation of a service through a generated client; run in that client's own environment.

Arguments: the OpenAPI document, the client's folder, the service's URL, an access token.
"""

from __future__ import annotations

import importlib
import io
import json
import sys
import typing
from pathlib import Path
from typing import Any

# What others need the ids of.
FIRST = ("create_user", "create_contact", "create_meeting", "create_team", "create_api_key", "sync_calendar")
# After which others could not be called any more.
LAST = ("revoke_api_key", "delete_team", "delete_calendar", "delete_meeting", "erase_contact", "erase_user")
VERY_LAST = ("change_password", "log_out", "erase_own_account")
ICS = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n"


class Caller:
    """Calls operations, and remembers the ids of what they create."""

    def __init__(self, document: dict[str, Any], package: str, url: str, token: str) -> None:
        self.package = package
        module = importlib.import_module(package)
        self.client = module.AuthenticatedClient(base_url=url, token=token)
        self.operations = [
            (path, method, operation)
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ]
        self.ids: dict[str, str] = {"name": "work", "provider": "github", "event_id": "1"}

    def order(self, operation: dict[str, Any]) -> int:
        name = operation["operationId"]
        if name in FIRST:
            return FIRST.index(name) - len(FIRST)
        later = (*LAST, *VERY_LAST)
        return later.index(name) + 1 if name in later else 0

    def call_all(self) -> dict[str, int]:
        statuses = {}
        for path, _, operation in sorted(self.operations, key=lambda entry: self.order(entry[2])):
            statuses[operation["operationId"]] = self.call(path, operation)
        return statuses

    def call(self, path: str, operation: dict[str, Any]) -> int:
        name = operation["operationId"]
        tag = operation["tags"][0].replace(" ", "_")
        function = importlib.import_module(f"{self.package}.api.{tag}.{name}").sync_detailed
        arguments = {
            parameter["name"]: self.ids.get(parameter["name"], "unknown")
            for parameter in operation.get("parameters", ())
            if parameter["in"] == "path"
        }
        if content := operation.get("requestBody", {}).get("content"):
            arguments["body"] = self.body(function, content)
        response = function(client=self.client, **arguments)
        status = int(response.status_code)
        assert str(status) in operation["responses"], (name, status, response.content)
        has_body = "content" in operation["responses"][str(status)]
        is_text = not response.headers.get("content-type", "").partition(";")[0].endswith("json")
        assert not has_body or is_text or response.parsed is not None, (name, status, response.content)
        self.remember(name, path, response.content)
        return status

    def body(self, function: Any, content: dict[str, Any]) -> Any:
        kind = typing.get_type_hints(function)["body"]
        kinds = [part for part in (typing.get_args(kind) or (kind,)) if hasattr(part, "from_dict")]
        media = next(iter(content.values()))
        if "multipart/form-data" in content and len(content) == 1:
            file = sys.modules[f"{self.package}.types"].File(payload=io.BytesIO(ICS), file_name="a.ics")
            return kinds[0](file=file, user_id=self.ids["user_id"])
        example = media.get("example") or next(iter(media["examples"].values()))["value"]
        example = {field: self.ids.get(field, value) for field, value in example.items() if field != "name" or value}
        for field in ("user_ids", "attendee_ids", "managers", "hosts"):
            if field in example:
                example[field] = [self.ids["user_id"]]
        # Nobody is both, and each is a user that exists.
        if "members" in example:
            example["members"] = []
        return kinds[0].from_dict(example)

    def remember(self, name: str, path: str, content: bytes) -> None:
        if name.startswith(("create_", "invite", "list_users", "analyze")) and content.startswith(b"{"):
            value = json.loads(content)
            value = value.get("key") or value
            value = (value.get("items") or [value])[0]
            kind = path.rstrip("/").rpartition("/")[2].rstrip("s")
            key = {"api-key": "key_id"}.get(kind, f"{kind}_id")
            if isinstance(value, dict) and "id" in value:
                # What was created here is acted on, not whoever a list begins with.
                self.ids[key] = self.ids[key] if name == "list_users" and key in self.ids else value["id"]


def main() -> None:
    """Print the status of each operation, as JSON."""
    document, folder, url, token = sys.argv[1:]
    sys.path.insert(0, folder)
    (package,) = (path.name for path in Path(folder).iterdir() if (path / "client.py").exists())
    caller = Caller(json.loads(Path(document).read_text()), package, url, token)
    sys.stdout.write(json.dumps(caller.call_all()))


if __name__ == "__main__":
    main()
