"""Tests of which adapter a provider's dialect stands for."""

from __future__ import annotations

from typing import get_args

import pytest

from vouch.models.bedrock.client import Bedrock
from vouch.models.http.pool import HttpPool
from vouch.project.config import Dialect, Provider
from vouch.project.engines.dialects import model_at
from vouch.project.providers import KNOWN


@pytest.mark.parametrize("dialect", get_args(Dialect))
def test_every_dialect_has_its_adapter(dialect: Dialect) -> None:
    provider = Provider("https://models.example", headers={"x": "y"}, dialect=dialect)
    model = model_at(provider, "mine/m-1", http=HttpPool(), key="k-123")
    assert type(model).__name__.lower() == dialect
    assert model.name == "mine/m-1"


def test_amazons_credentials_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AK1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    model = model_at(KNOWN["bedrock"], "bedrock/m", http=HttpPool(), key=None)
    assert isinstance(model, Bedrock)
    assert model._sign is not None
    assert "hidden" not in repr(model)


def test_known_providers_name_a_dialect_each() -> None:
    assert {name: provider.dialect for name, provider in KNOWN.items() if provider.dialect != "openai"} == {
        "anthropic": "anthropic",
        "google": "google",
        "mistral": "mistral",
        "cohere": "cohere",
        "bedrock": "bedrock",
    }
