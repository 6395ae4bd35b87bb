"""Tests of signatures: by whom, over what, and what is no key."""

from __future__ import annotations

import base64
import stat
import sys
from pathlib import Path

import pytest

from vouch.errors import ConfigError, UsageError
from vouch.proof.signing import is_by, new_key, sign


def test_a_signature_is_by_its_key_over_exactly_this(tmp_path: Path) -> None:
    public = new_key(tmp_path / "deep" / "key.pem")
    other = new_key(tmp_path / "other.pem")
    signer, signature = sign(b"a claim", tmp_path / "deep" / "key.pem")
    assert signer == public != other
    assert is_by(public, b"a claim", signature)
    assert not is_by(public, b"another claim", signature)
    assert not is_by(other, b"a claim", signature)
    for wrong in ("", "no base64!", base64.b64encode(b"too short").decode(), "ä"):
        assert not is_by(wrong, b"a claim", signature)
        assert not is_by(public, b"a claim", wrong)


def test_the_test_vector_of_the_standard() -> None:
    # RFC 8032, section 7.1, test 2.
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert is_by(base64.b64encode(public).decode(), bytes.fromhex("72"), base64.b64encode(signature).decode())


def test_a_private_key_is_its_owners_alone_and_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    new_key(file)
    before = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(UsageError, match="name a file that is new"):
        new_key(file)
    assert file.read_bytes() == before


def test_what_is_no_key_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be read .*--new-key FILE"):
        sign(b"", tmp_path / "absent.pem")
    (tmp_path / "text.pem").write_text("not a key")
    with pytest.raises(UsageError, match="holds no private key"):
        sign(b"", tmp_path / "text.pem")
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import x25519

    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "other.pem").write_bytes(x25519.X25519PrivateKey.generate().private_bytes(*form))
    with pytest.raises(UsageError, match="is not of Ed25519"):
        sign(b"", tmp_path / "other.pem")


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)
    with pytest.raises(ConfigError, match=r"pip install vouch-llm\[sign\]"):
        new_key(tmp_path / "key.pem")
