"""Signatures: a key that signs certificates, and whether a signature is by it (Ed25519, RFC 8032).

It does not know what is signed. A private key is a PEM file that only its owner may read; a public key is a line of
Base64, to be given to whoever relies on a certificate.
"""

from __future__ import annotations

import base64
import os
from importlib import import_module
from pathlib import Path
from typing import Any

from vouch.errors import ConfigError, UsageError


def new_key(file: Path) -> str:
    """Make a private key in `file`, and give its public key. Raises `UsageError` where there is a file already."""
    ed25519, serialization = _load()
    private = ed25519.Ed25519PrivateKey.generate()
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(private.private_bytes(*form))
    except OSError as error:
        raise UsageError(f"no key was made in {str(file)!r} ({error.strerror}); name a file that is new") from error
    return _public(private.public_key())


def sign(data: bytes, file: Path) -> tuple[str, str]:
    """The public key of the private key in `file`, and the signature of `data` by it."""
    private = _read(file)
    return _public(private.public_key()), base64.b64encode(private.sign(data)).decode()


def is_by(public: str, data: bytes, signature: str) -> bool:
    """Whether `signature` is the one that the private key of `public` gives for `data`."""
    ed25519, _ = _load()
    try:
        key = ed25519.Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), data)
    except (ValueError, TypeError, import_module("cryptography.exceptions").InvalidSignature):
        return False
    return True


def _read(file: Path) -> Any:
    ed25519, serialization = _load()
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except OSError as error:
        raise UsageError(
            f"the key {str(file)!r} cannot be read ({error.strerror}); `vouch certify --new-key FILE` makes one"
        ) from error
    except (ValueError, TypeError) as error:
        raise UsageError(f"{str(file)!r} holds no private key without a password, as PEM: {error}") from error
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise UsageError(f"the key in {str(file)!r} is not of Ed25519; `vouch certify --new-key FILE` makes one")
    return key


def _public(key: Any) -> str:
    return base64.b64encode(key.public_bytes_raw()).decode()


def _load() -> tuple[Any, Any]:
    try:
        # Late, because the package is an optional extra.
        asymmetric = import_module("cryptography.hazmat.primitives.asymmetric.ed25519")
        return asymmetric, import_module("cryptography.hazmat.primitives.serialization")
    except ImportError as error:
        raise ConfigError("signatures need the package `cryptography`: pip install vouch-llm[sign]") from error
