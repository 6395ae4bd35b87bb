"""Providers that every project knows: where they are, and where their keys are.

It does not know how any of them is spoken to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from vouch.project.config import Provider

KNOWN: Final[Mapping[str, Provider]] = {
    "openai": Provider("https://api.openai.com/v1", "OPENAI_API_KEY", responses=True),
    "openrouter": Provider("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    "groq": Provider("https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    "anthropic": Provider("https://api.anthropic.com/v1", "ANTHROPIC_API_KEY", dialect="anthropic"),
    "google": Provider("https://generativelanguage.googleapis.com/v1beta", "GEMINI_API_KEY", dialect="google"),
    "mistral": Provider("https://api.mistral.ai/v1", "MISTRAL_API_KEY", dialect="mistral"),
    "cohere": Provider("https://api.cohere.com/v2", "COHERE_API_KEY", dialect="cohere"),
    "bedrock": Provider("https://bedrock-runtime.us-east-1.amazonaws.com", dialect="bedrock"),
    "deepseek": Provider("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
    "together": Provider("https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    "ollama": Provider("http://127.0.0.1:11434/v1"),
    "vllm": Provider("http://127.0.0.1:8000/v1"),
}
"""Providers that need no entry in vouch.toml; an entry of the same name replaces one."""
