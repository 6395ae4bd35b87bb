"""Whether a model's answer fits the schema that was asked for, and what to tell the model when it does not.

It does not know who asked.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import jsonschema_rs

from vouch.errors import AppError


def value_of(text: str, schema: dict[str, Any]) -> object:
    """The value in an answer: the words themselves where the schema is of a string, otherwise its JSON."""
    if schema.get("type") == "string":
        return text.strip()
    return json.loads(_without_fence(text), parse_constant=_refuse)


def problem_of(text: str, schema: dict[str, Any]) -> str:
    """What is wrong with an answer, as a message its model can act on; empty when it fits."""
    validator = _validator(json.dumps(schema, sort_keys=True))
    try:
        value = value_of(text, schema)
        errors = list(validator.iter_errors(value))
    except (ValueError, RecursionError) as error:
        return f"Your answer is not valid JSON ({error}). Answer again with JSON alone, nothing around it."
    if not errors:
        return ""
    places = "; ".join(
        f"{'/'.join(str(part) for part in error.instance_path) or 'it'}: {error.message}" for error in errors[:5]
    )
    return f"Your answer does not fit what was asked for ({places}). Answer again, all of it, mended."


@lru_cache(maxsize=256)
def _validator(schema: str) -> jsonschema_rs.Validator:
    try:
        return jsonschema_rs.validator_for(json.loads(schema))
    except ValueError as error:
        raise AppError(f"outputs is not a JSON Schema: {error}") from error


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


def _without_fence(text: str) -> str:
    """Models like to put JSON into a fenced block though they were asked not to."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```"):
        return text[3:-3].removeprefix("json").strip()
    return text
