"""Engines behind an address that speaks OpenAI's API.

It does not know how the API is spoken.
"""

from __future__ import annotations

from typing import Final

from vouch.contracts.model import Model
from vouch.models.http.pool import HttpPool
from vouch.models.openai.client import OpenAI
from vouch.project.config import Provider
from vouch.project.engines.setup import Setup

KNOWN: Final = {
    "openai": Provider("https://api.openai.com/v1", "OPENAI_API_KEY"),
    "openrouter": Provider("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    "groq": Provider("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    "mistral": Provider("https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    "deepseek": Provider("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
    "together": Provider("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    "ollama": Provider("http://127.0.0.1:11434/v1"),
    "vllm": Provider("http://127.0.0.1:8000/v1"),
}
"""Providers that need no entry in vouch.toml; an entry of the same name replaces one."""


def connect(name: str, setup: Setup) -> Model:
    """The model of this name; raises `ConfigError` when its key is missing."""
    provider_name = name.split("/", 1)[0]
    provider = setup.config.providers.get(provider_name) or KNOWN[provider_name]
    http = setup.config.http
    pool = setup.shared(
        "http",
        lambda: HttpPool(
            connect_timeout=http.connect, first_byte_timeout=http.first_byte, idle_timeout=http.between_bytes
        ),
    )
    return OpenAI(name, http=pool, address=provider.address, key=setup.key(name, provider), headers=provider.headers)
