"""Amazon's signature, version 4: headers that show that a request comes from whoever holds the secret key.

It does not know what is asked for. The rules are those of
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html; a path is encoded twice, as
all services but S3 want it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final, NamedTuple
from urllib.parse import quote, unquote, urlsplit

_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_UNSIGNED: Final = frozenset({"authorization", "user-agent", "connection", "expect", "x-amzn-trace-id"})


class Credentials(NamedTuple):
    """An access key, its secret, and the token of a session where the key is only lent."""

    access_key: str
    secret_key: str
    session_token: str = ""

    def __repr__(self) -> str:
        return f"Credentials({self.access_key!r})"


def credentials_from(environment: Mapping[str, str]) -> Credentials | None:
    """The credentials in the variables that all of Amazon's tools read; None where there are none."""
    access, secret = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    if not access or not secret:
        return None
    return Credentials(access, secret, environment.get("AWS_SESSION_TOKEN", ""))


def region_of(host: str, otherwise: str = "us-east-1") -> str:
    """The region that a host such as `bedrock-runtime.eu-west-1.amazonaws.com` stands in."""
    labels = host.split(".")
    return labels[1] if len(labels) > 3 and labels[-2] in ("amazonaws", "api") else otherwise


class Signer:
    """Signs requests to one service in one region."""

    def __init__(self, credentials: Credentials, *, region: str, service: str = "bedrock") -> None:
        self._credentials = credentials
        self._region = region
        self._service = service

    def sign(
        self, url: str, headers: Mapping[str, str], body: bytes, *, method: str = "POST", now: datetime | None = None
    ) -> dict[str, str]:
        """The headers to add to a request: the moment, the session's token if there is one, and the signature."""
        moment = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
        added = {"x-amz-date": moment}
        if self._credentials.session_token:
            added["x-amz-security-token"] = self._credentials.session_token
        parts = urlsplit(url)
        named = {name.lower(): " ".join(value.split()) for name, value in {**headers, **added}.items()}
        signed = {name: value for name, value in named.items() if name not in _UNSIGNED} | {"host": parts.netloc}
        names = sorted(signed)
        canonical = "\n".join(
            [
                method,
                quote(parts.path or "/", safe="/-_.~"),
                _canonical_query(parts.query),
                *(f"{name}:{signed[name]}" for name in names),
                "",
                ";".join(names),
                sha256(body).hexdigest(),
            ]
        )
        scope = f"{moment[:8]}/{self._region}/{self._service}/aws4_request"
        text = "\n".join([_ALGORITHM, moment, scope, sha256(canonical.encode()).hexdigest()])
        signature = hmac.new(self._key(moment[:8]), text.encode(), sha256).hexdigest()
        credential = f"Credential={self._credentials.access_key}/{scope}"
        added["authorization"] = f"{_ALGORITHM} {credential}, SignedHeaders={';'.join(names)}, Signature={signature}"
        return added

    def _key(self, day: str) -> bytes:
        key = f"AWS4{self._credentials.secret_key}".encode()
        for word in (day, self._region, self._service, "aws4_request"):
            key = hmac.new(key, word.encode(), sha256).digest()
        return key


def _canonical_query(query: str) -> str:
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    encoded = [(quote(unquote(name), safe="-_.~"), quote(unquote(value), safe="-_.~")) for name, _, value in pairs]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))
