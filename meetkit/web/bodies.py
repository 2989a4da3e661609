"""Values that the bodies of several capabilities are built from."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import ConfigDict, Field, model_validator

from meetkit.models.base import Many, Value
from meetkit.models.time import WorkHours

Key = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]([ -~]*[!-~])?$")]
"""An idempotency key: visible ASCII, with spaces only within."""
WorkWeek = Annotated[Many[WorkHours], Field(max_length=100)]


class Listing(Value):
    """A page of a list."""

    next: str | None = Field(default=None, description="The `after` of the next page; null at the end.")


def null_only_where_it_clears(schema: dict[str, Any], model: type[Any]) -> None:
    """Make the fields of a patch schema non-nullable unless null clears them."""
    for name, field in schema["properties"].items():
        # A default would read as if leaving a field out sent it.
        field.pop("default", None)
        if name not in model.clearable | {"expected_version"} and "anyOf" in field:
            (only,) = [choice for choice in field.pop("anyOf") if choice != {"type": "null"}]
            field.update(only)


class Patch(Value):
    """Fields to change; an omitted one is unchanged."""

    model_config = ConfigDict(json_schema_extra=null_only_where_it_clears)
    clearable: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="after")
    def _refuse_empty(self) -> Self:
        for name, value in self.changes.items():
            if value is None and name not in self.clearable:
                raise ValueError(f"{name} cannot be empty; omit it to leave it unchanged")
        return self

    @property
    def changes(self) -> dict[str, Any]:
        """The fields that the request has."""
        return {name: getattr(self, name) for name in self.model_fields_set}
