"""Tests of Amazon's signature against the vectors that Amazon published, and against its own library where it is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from vouch.models.bedrock.signing import Credentials, Signer, credentials_from, region_of

KEYS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
THEN = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)


def signature(url: str, **headers: str) -> str:
    signer = Signer(KEYS, region="us-east-1", service="service")
    return signer.sign(url, headers, b"", method="GET", now=THEN)["authorization"]


def test_the_published_vectors() -> None:
    assert signature("https://example.amazonaws.com/") == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, "
        "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    )
    ordered = signature("https://example.amazonaws.com/?Param1=value1&Param2=value2")
    assert ordered.endswith("Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")
    assert signature("https://example.amazonaws.com/?Param2=value2&Param1=value1") == ordered


def test_a_session_has_a_token_and_nothing_secret_is_shown() -> None:
    keys = Credentials("AK", "sec-ret", "to-ken")
    signed = Signer(keys, region="eu-west-1").sign("https://h/model/m%3A1/converse", {"User-Agent": "x"}, b"{}")
    assert signed["x-amz-security-token"] == "to-ken"
    assert "SignedHeaders=host;x-amz-date;x-amz-security-token," in signed["authorization"]
    assert "sec-ret" not in repr(keys) + str(signed)
    assert "to-ken" not in repr(keys)


def test_where_keys_and_region_come_from() -> None:
    assert credentials_from({}) is None
    assert credentials_from({"AWS_ACCESS_KEY_ID": "a"}) is None
    found = credentials_from({"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "c"})
    assert found == Credentials("a", "b", "c")
    assert region_of("bedrock-runtime.eu-west-1.amazonaws.com") == "eu-west-1"
    assert region_of("bedrock-mantle.us-east-2.api.aws") == "us-east-2"
    assert region_of("127.0.0.1") == "us-east-1"


@pytest.mark.parametrize(
    "url",
    [
        "https://bedrock-runtime.us-east-1.amazonaws.com/model/m/converse",
        "https://bedrock-runtime.us-east-1.amazonaws.com/model/arn%3Aaws%3Abedrock%2Fa%20b/converse-stream",
        "https://bedrock-runtime.us-east-1.amazonaws.com/model/m%3A0/converse?b=2&a=1&c=x%20y",
    ],
)
def test_amazons_own_library_signs_alike(url: str) -> None:
    auth = pytest.importorskip("botocore.auth")
    awsrequest = pytest.importorskip("botocore.awsrequest")
    credentials = pytest.importorskip("botocore.credentials")
    request = awsrequest.AWSRequest("POST", url, {"content-type": "application/json"}, b'{"a": 1}')
    auth.SigV4Auth(credentials.Credentials(KEYS.access_key, KEYS.secret_key), "bedrock", "us-east-1").add_auth(request)
    moment = datetime.strptime(request.context["timestamp"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    ours = Signer(KEYS, region="us-east-1").sign(url, {"content-type": "application/json"}, b'{"a": 1}', now=moment)
    assert ours["authorization"] == request.headers["Authorization"]
