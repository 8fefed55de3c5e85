"""What is tried again and what is not, before a real server that fails first."""

import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from fracture_client import (
    ApiError,
    Client,
    ConnectionFailed,
    NotAllowed,
    Refused,
    Throttled,
    UnencryptedAddress,
    UnexpectedAnswer,
)
from tests.clients.stubborn import ME, Answer, Stubborn, error
from tests.running_site import free_port

KEY = "fxp_abcdefgh_verysecretverysecretverysecretverysecre"
CASE = "5d1c0f0e-7a55-4b0e-9d2c-1d7c1a3c8a10"


def client(address: str, pauses: list[float], retries: int = 4) -> Client:
    return Client(address, KEY, retries=retries, timeout=5, pause=pauses.append)


@pytest.mark.parametrize("status", [0, 429, 502, 503, 504])
def test_a_question_is_asked_again(stubborn: Stubborn, status: int) -> None:
    stubborn.answers = [Answer(status, "busy"), Answer(status, "busy")]
    pauses: list[float] = []
    assert client(stubborn.address, pauses).me().name == "gateway"
    assert len(stubborn.heard) == 3
    assert 0.25 <= pauses[0] <= 0.5 <= pauses[1] <= 1.0


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 500])
def test_what_another_try_does_not_mend_is_told_at_once(stubborn: Stubborn, status: int) -> None:
    stubborn.answers = [error(status, "some_code", "radiographs.0")]
    with pytest.raises(ApiError) as raised:
        client(stubborn.address, []).me()
    told = raised.value
    assert (told.status, told.code, told.detail) == (status, "some_code", "No.")
    assert (told.attr, told.request_id) == ("radiographs.0", "r-1")
    assert len(stubborn.heard) == 1


def test_the_server_is_left_alone_as_long_as_it_wants(stubborn: Stubborn) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    stubborn.answers = [
        error(429, "throttled", Retry_After="17"),
        error(503, "unavailable", Retry_After=moment),
    ]
    pauses: list[float] = []
    client(stubborn.address, pauses).me()
    assert pauses[0] == 17
    assert 37 < pauses[1] <= 40


def test_a_wish_for_an_hour_is_told_and_not_waited_for(stubborn: Stubborn) -> None:
    stubborn.answers = [error(429, "throttled", Retry_After="3600")]
    with pytest.raises(Throttled) as raised:
        client(stubborn.address, []).me()
    assert raised.value.retry_after == 3600


def test_tries_come_to_an_end(stubborn: Stubborn) -> None:
    stubborn.answers = [Answer(502, "<html>") for _n in range(9)]
    with pytest.raises(ApiError) as raised:
        client(stubborn.address, [], retries=2).me()
    assert (raised.value.code, len(stubborn.heard)) == ("http_502", 3)


def test_a_submission_goes_again_whole_under_the_same_key(stubborn: Stubborn) -> None:
    stubborn.answers = [Answer(0), error(409, "in_flight"), error(422, "damaged", "radiographs.0")]
    with pytest.raises(Refused):
        client(stubborn.address, []).submit([b"pixels"], patient_reference="P-1")
    keys = {headers["Idempotency-Key"] for _m, _p, headers, _b in stubborn.heard}
    assert len(stubborn.heard) == 3
    assert len(keys) == 1
    assert all(b"pixels" in body and b"P-1" in body for _m, _p, _h, body in stubborn.heard)


def test_the_key_of_a_submission_follows_from_its_content(stubborn: Stubborn) -> None:
    stubborn.answers = [error(422, "damaged") for _n in range(5)]
    api = client(stubborn.address, [])
    for files, reference in [([b"a"], "P"), ([b"a"], "P"), ([b"b"], "P"), ([b"a"], "Q")]:
        with pytest.raises(Refused):
            api.submit(files, patient_reference=reference)
    with pytest.raises(Refused):
        api.submit([b"a"], patient_reference="P", idempotency_key="my-own")
    first, again, *others = [row[2]["Idempotency-Key"] for row in stubborn.heard]
    assert first == again
    assert len({first, *others}) == 4
    assert others[-1] == "my-own"


@pytest.mark.parametrize("status", [0, 429, 503])
def test_a_request_without_a_key_of_its_own_is_never_sent_twice(
    stubborn: Stubborn, status: int
) -> None:
    stubborn.answers = [Answer(status, "busy")]
    with pytest.raises((ConnectionFailed, ApiError)):
        client(stubborn.address, []).cancel(CASE)
    assert len(stubborn.heard) == 1


def test_the_key_does_not_follow_a_redirect(stubborn: Stubborn) -> None:
    stubborn.answers = [Answer(302, "", {"Location": f"{stubborn.address}/elsewhere"})]
    with pytest.raises(ApiError) as raised:
        client(stubborn.address, []).me()
    assert raised.value.code == "redirected"
    assert len(stubborn.heard) == 1


def test_nobody_there() -> None:
    pauses: list[float] = []
    began = time.monotonic()
    with pytest.raises(ConnectionFailed, match="did not answer"):
        client(f"http://127.0.0.1:{free_port()}", pauses).me()
    assert len(pauses) == 4
    assert time.monotonic() - began < 5


def test_the_key_is_told_to_nobody(stubborn: Stubborn, caplog: pytest.LogCaptureFixture) -> None:
    stubborn.answers = [Answer(503, "busy"), error(401, "key_revoked")]
    with caplog.at_level(logging.DEBUG), client(stubborn.address, []) as api:
        with pytest.raises(NotAllowed) as raised:
            api.me()
        told = f"{api!r}{vars(api)!r}{raised.value!r}{caplog.text}"
    assert "request" in caplog.text
    assert "verysecret" not in told
    with pytest.raises(ValueError, match="API key") as broken:
        Client(stubborn.address, f"{KEY}\nX: y")
    assert "verysecret" not in str(broken.value)


def test_http_is_warned_about_except_on_this_machine(recwarn: pytest.WarningsRecorder) -> None:
    for address in ("http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1", "https://a.b"):
        Client(address, KEY).close()
    assert not recwarn.list
    with pytest.warns(UnencryptedAddress, match="unencrypted"):
        Client("http://radiographs.example", KEY).close()
    for address in ("radiographs.example", "ftp://a.b", "https://name:word@a.b"):
        with pytest.raises(ValueError, match="looks like"):
            Client(address, KEY)


def test_a_newer_server_may_tell_more_but_not_less(stubborn: Stubborn) -> None:
    more = {**ME, "mood": 1}
    less = {name: value for name, value in ME.items() if name != "reading_organizations"}
    stubborn.answers = [Answer(200, more), Answer(200, less), Answer(200, "<html>")]
    api = client(stubborn.address, [])
    assert api.me().name == "gateway"
    with pytest.raises(UnexpectedAnswer, match="reading_organizations"):
        api.me()
    with pytest.raises(UnexpectedAnswer, match="no JSON"):
        api.me()
