"""Models of providers, each asked in the dialect that its provider speaks.

It does not know where providers and keys are written down.
"""

from __future__ import annotations

import os

from vouch.contracts.model import Model
from vouch.models.anthropic.client import Anthropic
from vouch.models.azure.client import Azure
from vouch.models.bedrock.client import Bedrock
from vouch.models.bedrock.signing import credentials_from
from vouch.models.cohere.client import Cohere
from vouch.models.google.client import Google
from vouch.models.http.pool import HttpPool
from vouch.models.litellm.client import LiteLLM
from vouch.models.mistral.client import Mistral
from vouch.models.openai.client import OpenAI
from vouch.project.config import Provider


def model_at(provider: Provider, name: str, *, http: HttpPool, key: str | None) -> Model:
    """The model `name` of a provider. One at Amazon without a key is asked with the credentials of the environment."""
    address, headers = provider.address, provider.headers
    match provider.dialect:
        case "anthropic":
            return Anthropic(name, http=http, address=address, key=key, headers=headers)
        case "google":
            return Google(name, http=http, address=address, key=key, headers=headers)
        case "mistral":
            return Mistral(name, http=http, address=address, key=key, headers=headers)
        case "cohere":
            return Cohere(name, http=http, address=address, key=key, headers=headers)
        case "azure":
            return Azure(name, http=http, address=address, key=key, headers=headers)
        case "bedrock":
            credentials = None if key else credentials_from(os.environ)
            return Bedrock(name, http=http, address=address, key=key, headers=headers, credentials=credentials)
        case "litellm":
            return LiteLLM(name, address=address, key=key, headers=headers)
        case "openai":
            return OpenAI(name, http=http, address=address, key=key, headers=headers)
