"""The base of all values: frozen, closed to unknown fields, with text that any store can hold."""

from __future__ import annotations

import difflib
import re
import uuid
from collections.abc import Collection, Iterable, KeysView, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    VERSION,
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from meetkit.errors import InvalidRequestError, brief_repr
from meetkit.models import email_addresses

ModelT = TypeVar("ModelT", bound=BaseModel)
T = TypeVar("T")

# Validation ends at the first invalid value, as an error for each of a million would cost much.
Many = Annotated[tuple[T, ...], Field(fail_fast=True)]

STORED_VALUES: dict[str, Any] = {"is_stored": True}
"""The validation context of stored values, which may hold email addresses of earlier versions that are now refused."""

# Bounds of messages, which may be about input of any size.
_MAX_PROBLEMS = 8
_MAX_NAME = 80
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# Not allowed in a line of text: control characters, and the separators of lines and paragraphs.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# Lines that match are valid; only the others are examined further, which saves time on most.
_PLAIN_LINE = re.compile(r"(?=\S)[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]*")

_VISIBLE_ASCII = re.compile("[!-~]")
# A letter, number, mark of punctuation, symbol, or a character that this version of Unicode does not know yet. Of these
# the Default_Ignorable_Code_Point ones, such as U+3164 HANGUL FILLER, show nothing, and neither do the blanks among
# symbols and letters, which no property tells: Braille, hieroglyphs, and a note without a head.
_VISIBLE = (
    r"[[\p{L}\p{N}\p{P}\p{S}\p{Co}\p{Cn}]"
    r"--[\p{Default_Ignorable_Code_Point}\u{2800}\u{13441}\u{13442}\u{1D159}\u{FFFC}]]"
)


class FieldError(ValueError):
    """A field refuses its value; `message_without_value` says why without the value."""

    def __init__(self, message: str, message_without_value: str) -> None:
        """Take the message with the value, and the message without it."""
        super().__init__(message)
        self.message_without_value = message_without_value


# An import would otherwise build the validators of all models. Before 2.14, Pydantic builds one wrongly where two
# threads come first at once. By `True`, rather than 1, it would build adapters late too, which FastAPI does not expect.
_BUILD_AT_FIRST_USE = int(tuple(map(int, VERSION.split(".")[:2])) >= (2, 14))


class DeferredModel(BaseModel):
    """A model of Pydantic whose validator is built with its first use."""

    model_config = ConfigDict(defer_build=_BUILD_AT_FIRST_USE)  # type: ignore[typeddict-item]  # see above

    @classmethod
    def model_rebuild(
        cls,
        *,
        force: bool = False,
        raise_errors: bool = True,
        _parent_namespace_depth: int = 0,
        _types_namespace: Mapping[str, Any] | None = None,
    ) -> bool | None:
        """Build the validator as Pydantic does, but regardless of the variables where the model is first used."""
        return super().model_rebuild(
            force=force, raise_errors=raise_errors, _parent_namespace_depth=0, _types_namespace=_types_namespace
        )


class Value(DeferredModel):
    """A frozen value. Unknown fields are refused by name, unless a model allows them."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    # Fields computed on output. On input they are ignored, so that a dump can be loaded again.
    output_only: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        # The common case is decided without building further sets.
        known_names = _input_names(cls)
        if cls.model_config["extra"] == "allow" or data.keys() <= known_names:
            return data
        if unknown := [name for name in data if name not in known_names and name not in cls.output_only]:
            raise ValueError(unknown_names(unknown, known_names))
        return {name: value for name, value in data.items() if name not in cls.output_only}


@cache
def _input_names(model: type[BaseModel]) -> KeysView[str]:
    """Return the names that the fields of a model have on input, in their order."""
    return dict.fromkeys(field.alias or name for name, field in model.model_fields.items()).keys()


def build_models(base: type[DeferredModel] = DeferredModel) -> None:
    """Build the validators of all imported models, for a process that uses most of them."""
    for model in base.__subclasses__():
        model.model_rebuild()
        build_models(model)


def at_most(count: int) -> BeforeValidator:
    """Refuse a mapping of more names before it is validated, as an error for each of them costs much."""

    def check(value: Any) -> Any:
        if isinstance(value, Mapping) and len(value) > count:
            raise ValueError(f"has at most {count:,} names, not {len(value):,}")
        return value

    return BeforeValidator(check)


def new_id(kind: str) -> str:
    """Return a new id, e.g. `meeting_3f2a…`."""
    return f"{kind}_{uuid.uuid4().hex}"


def cut(items: Iterable[T], *, offset: int, limit: int | None) -> list[T]:
    """Return a page of the items: at most `limit` after the first `offset`."""
    return list(islice(items, offset, None if limit is None else offset + limit))


def unknown_names(unknown: Collection[object], known_names: Iterable[str], noun: str = "field") -> str:
    """Return the message about unknown names: which they are, what was probably meant, and which names exist."""
    fields = list(known_names)
    # Sorted, so that equal mistakes have equal messages.
    names = sorted(str(name)[:_MAX_NAME] for name in islice(unknown, _MAX_PROBLEMS))
    parts = []
    for name in names:
        close = difflib.get_close_matches(name, fields, n=1)
        parts.append(f"{name!r} (did you mean {close[0]!r}?)" if close else repr(name))
    if len(unknown) > _MAX_PROBLEMS:
        parts.append(f"and {len(unknown) - _MAX_PROBLEMS} more")
    return f"unknown {noun} {', '.join(parts)}; known {noun}s: {', '.join(fields)}"


def parse(model: type[ModelT], data: object) -> ModelT:
    """Validate `data` as `model`, or raise `InvalidRequestError` with a message in one line."""
    try:
        return model.model_validate(dict(data) if isinstance(data, Mapping) else data)
    except ValidationError as error:
        raise InvalidRequestError(describe(error)) from error


def describe(error: ValidationError, *, values: bool = True) -> str:
    """Return a validation error as one line: `field: problem; field: problem`.

    Without `values`, the line shows no value of a field.
    """
    return describe_errors(error.errors(include_url=False, include_input=False), values=values)


def describe_errors(errors: Sequence[Mapping[str, Any]], *, values: bool = True) -> str:
    """Return one line as `describe` does, for errors as Pydantic lists them, or a framework that passes them on."""
    lines = []
    for item in errors[:_MAX_PROBLEMS]:
        path = ".".join(str(part)[:_MAX_NAME] for part in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        cause = item.get("ctx", {}).get("error")
        if isinstance(cause, FieldError) and not values:
            message = cause.message_without_value
        lines.append(f"{path}: {message}" if path else message)
    if len(errors) > _MAX_PROBLEMS:
        lines.append(f"and {len(errors) - _MAX_PROBLEMS} more problems")
    return "; ".join(dict.fromkeys(lines))


def is_storable(value: object) -> bool:
    """Return whether a value is text that every store can hold, as all ids are."""
    return isinstance(value, str) and not _UNSTORABLE.search(value)


def check_storable(name: str, value: str) -> None:
    """Refuse text that not every store can hold.

    Raises:
        InvalidRequestError: it is not text, or holds a NUL character or half of a surrogate pair.
    """
    if not is_storable(value):
        raise InvalidRequestError(f"{name}: must be text without NUL characters and halves of surrogate pairs")


def _storable(value: Any) -> Any:
    # PostgreSQL stores no NUL, and no encoding has lone surrogates. Refused here, every store can hold the rest.
    if isinstance(value, str) and (match := _UNSTORABLE.search(value)):
        character = "a NUL character" if match[0] == "\x00" else "half of a surrogate pair"
        raise ValueError(f"holds {character} at position {match.start()}, which cannot be stored")
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


def check_visible(value: str) -> str:
    """Return a text with a visible character; refuse others as a validator does."""
    if value and not _VISIBLE_ASCII.search(value) and not _shows(value):
        raise ValueError("must have a visible character; spaces, fillers and combining marks alone show nothing")
    return value


def check_names(fields: Mapping[str, Any], names: Iterable[str]) -> None:
    """Refuse names in a request that show nothing; stored ones may be older than the rule.

    Raises:
        InvalidRequestError: a field of these names is text without a visible character.
    """
    for name in names:
        if isinstance(value := fields.get(name), str):
            try:
                check_visible(value)
            except ValueError as error:
                raise InvalidRequestError(f"{name}: {error}") from None


def _shows(value: str) -> bool:
    """Return whether one of a text's characters is visible by its Unicode properties, which `re` does not know."""
    try:
        _visible_pattern().validate_python(value)
    except ValidationError:
        return False
    return True


@cache
def _visible_pattern() -> TypeAdapter[str]:
    return TypeAdapter(Annotated[str, Field(pattern=_VISIBLE)])


def check_one_line(value: str) -> str:
    """Return a text without control characters and line breaks; refuse others as a validator does."""
    if match := CONTROL.search(value):
        raise ValueError(f"must be one line of text; there is a control character at position {match.start()}")
    return value


def _line(value: Any) -> Any:
    """Check `_storable`, `_not_blank` and `check_one_line` at once, as meetings hold many lines and each call costs."""
    if isinstance(value, str) and not _PLAIN_LINE.fullmatch(value):
        check_one_line(_storable(value))
        if value:  # The minimum length reports an empty line.
            _not_blank(value)
    return value


def _address(value: str, info: ValidationInfo) -> str:
    problem = email_addresses.form_problem(value)
    if problem is None and info.context is not STORED_VALUES:
        problem = email_addresses.mailing_problem(value)
    if problem:
        raise FieldError(f"{brief_repr(value)} {problem}", problem)
    return value


def _whole(value: Any) -> Any:
    # JSON has one kind of number: 60.0 is 60.
    return int(value) if isinstance(value, float) and value.is_integer() else value


# The patterns of lines in JSON Schemas, for clients that generate requests from them.
_IN_LINE = r"[^\u0000-\u001f\u007f-\u009f\u2028\u2029]"
_IN_WORD = r"[^\s\u0000-\u001f\u007f-\u009f\u2028\u2029]"
_ONE_LINE_PATTERN = f"^{_IN_LINE}*{_IN_WORD}{_IN_LINE}*$"
_STORABLE_PATTERN = r"^[^\u0000]*$"

# The bounds stand next to `str`, where Pydantic checks them itself and its message says "characters".
STORABLE = BeforeValidator(_storable)
NOT_BLANK = AfterValidator(_not_blank)
Text = Annotated[str, Field(max_length=10_000_000), STORABLE]
Paragraph = Annotated[str, Field(min_length=1, max_length=5000), STORABLE, NOT_BLANK]
Phrase = Annotated[str, Field(min_length=1, max_length=2000), STORABLE, NOT_BLANK]
WHOLE = BeforeValidator(_whole)
# Within 32 bits, in which databases take limits and offsets.
Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000), WHOLE]
Offset = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000), WHOLE]
SearchText = Annotated[str, Field(max_length=1000, json_schema_extra={"pattern": _STORABLE_PATTERN}), STORABLE]
Line = Annotated[
    str,
    Field(min_length=1, max_length=200, json_schema_extra={"pattern": _ONE_LINE_PATTERN}),
    BeforeValidator(_line),
]
Name = Annotated[Line, AfterValidator(check_visible)]
"""A name or title in a request; stored ones may be older than the rule."""
Email = Annotated[
    str,
    Field(max_length=254, json_schema_extra={"format": "email"}),
    STORABLE,
    AfterValidator(check_one_line),
    AfterValidator(_address),
]
