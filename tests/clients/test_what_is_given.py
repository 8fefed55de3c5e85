"""Mistakes of a caller are told in words before anything is sent; downloads are whole or not at
all."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fracture_client import Client, ConnectionFailed, NotFound, UnexpectedAnswer
from fracture_client.values import moment
from tests.clients.stubborn import Answer, Stubborn, error
from tests.clients.test_retries import CASE, KEY, client

NAIVE = datetime(2199, 1, 1)  # noqa: DTZ001  # that is what is refused


@pytest.mark.parametrize(
    ("ask", "kind", "says"),
    [
        (lambda api: api.submit([], patient_reference="P"), ValueError, "one file at least"),
        (lambda api: api.submit(b"x", patient_reference="P"), TypeError, "list of files"),
        (lambda api: api.submit([b"x"], patient_reference="P", views="frontal"), TypeError, "list"),
        (lambda api: api.add_radiographs(CASE, []), ValueError, "one file at least"),
        (lambda api: api.add_radiographs("abc", [b"x"]), ValueError, "'abc' is no id of a case"),
        (lambda api: api.case("../me"), ValueError, "no id of a case"),
        (lambda api: api.wait(""), ValueError, "no id of a case"),
        (lambda api: api.case(None), ValueError, "None is no id of a case"),
        (lambda api: api.withdraw(CASE, "twice", "x"), ValueError, "no id of a radiograph"),
        (lambda api: api.download("x", "x.png"), ValueError, "no id of a radiograph"),
        (lambda api: api.download(CASE, "x.png", rendition="../x"), ValueError, "no rendition"),
        (lambda api: api.download_heatmap("x", "x.png"), ValueError, "no id of an analysis"),
        (lambda api: api.webhooks.remove("x"), ValueError, "no id of an endpoint"),
        (lambda api: api.webhooks.replay("x"), ValueError, "no id of a delivery"),
        (lambda api: api.webhooks.change(CASE), ValueError, "nothing to change"),
        (lambda api: api.webhooks.create("https://a.b", "case.finished"), TypeError, "list"),
        (lambda api: api.webhooks.replay_failed(CASE, NAIVE), ValueError, "no time zone"),
        (lambda api: api.cases(changed_from=NAIVE), ValueError, "changed_from has no time zone"),
    ],
)
def test_a_mistake_is_told_before_anything_is_sent(
    stubborn: Stubborn, ask: Callable[[Client], object], kind: type[Exception], says: str
) -> None:
    with pytest.raises(kind, match=says):
        ask(client(stubborn.address, []))
    assert not stubborn.heard


@pytest.mark.parametrize("key", ["", "order 17", "bestellung-ü", "x" * 256, "a\r\nX: y"])
def test_a_key_that_fits_into_no_header(stubborn: Stubborn, key: str) -> None:
    with pytest.raises(ValueError, match="visible ASCII"):
        client(stubborn.address, []).submit([b"x"], patient_reference="P", idempotency_key=key)
    assert not stubborn.heard


@pytest.mark.parametrize(
    ("deadline", "kind", "says"),
    [(NAIVE, ValueError, "no time zone"), ("2199-01-01T00:00:00Z", TypeError, "as a datetime")],
)
def test_a_deadline_is_a_moment(
    stubborn: Stubborn, deadline: datetime, kind: type[Exception], says: str
) -> None:
    with pytest.raises(kind, match=f"reading_deadline .*{says}"):
        client(stubborn.address, []).submit(
            [b"x"], patient_reference="P", reading_deadline=deadline
        )
    assert not stubborn.heard
    told = datetime.fromisoformat("2199-01-01T02:00:00+02:00")
    assert moment(told, "x") == datetime(2199, 1, 1, tzinfo=UTC).isoformat()


@pytest.mark.parametrize(
    "following", ["http://x/api/v1/cases/?page=2", "http://x/?cursor=", "http://[", 7, {}]
)
def test_a_page_that_leads_nowhere(stubborn: Stubborn, following: object) -> None:
    stubborn.answers = [Answer(200, {"results": [], "next": following})]
    with pytest.raises(UnexpectedAnswer, match="no page"):
        list(client(stubborn.address, []).cases())


def test_a_list_that_goes_round_in_circles_ends(stubborn: Stubborn) -> None:
    same = {"results": [], "next": "http://x/api/v1/cases/?cursor=abc"}
    stubborn.answers = [Answer(200, same) for _n in range(5)]
    with pytest.raises(UnexpectedAnswer, match="same one again"):
        list(client(stubborn.address, []).cases())
    assert len(stubborn.heard) == 2


def test_further_radiographs_are_sent_again_under_the_key_of_case_and_content(
    stubborn: Stubborn,
) -> None:
    api = client(stubborn.address, [])
    other = CASE.replace("5d", "6d")
    stubborn.answers = [Answer(0), *(error(422, "damaged", "radiographs.0") for _n in range(4))]
    for case, files in ((CASE, [b"a"]), (CASE, [b"a"]), (other, [b"a"]), (CASE, [b"b"])):
        with pytest.raises(Exception, match="damaged"):
            api.add_radiographs(case, files)
    first, again, once_more, *others = [row[2]["Idempotency-Key"] for row in stubborn.heard]
    assert first == again == once_more
    assert len({first, *others}) == 3
    assert stubborn.heard[0][1] == f"/api/v1/cases/{CASE}/radiographs/"


@pytest.mark.parametrize(
    "ask",
    [
        lambda api: api.withdraw(CASE, "twice"),
        lambda api: api.record_read(CASE, reader_email="a@b.example", conclusion="unsure"),
        lambda api: api.webhooks.create("https://a.b", ["case.finished"]),
        lambda api: api.webhooks.rotate_secret(CASE),
        lambda api: api.webhooks.switch_off(CASE),
        lambda api: api.webhooks.remove(CASE),
    ],
)
def test_what_changes_something_is_sent_once(
    stubborn: Stubborn, ask: Callable[[Client], object]
) -> None:
    stubborn.answers = [Answer(0)]
    with pytest.raises(ConnectionFailed):
        ask(client(stubborn.address, []))
    assert len(stubborn.heard) == 1


def test_half_an_image_is_none(stubborn: Stubborn, tmp_path: Path) -> None:
    """Broken off, then refused, then whole: nothing is left over but the image."""
    to = tmp_path / "image.png"
    short = Answer(200, "half", {"Content-Length": "400", "Connection": "close"})
    with Client(stubborn.address, KEY, retries=1, timeout=1, pause=lambda _s: None) as api:
        stubborn.answers = [short, short]
        with pytest.raises(ConnectionFailed):
            api.download(CASE, to)
        stubborn.answers = [error(404, "not_found")]
        with pytest.raises(NotFound):
            api.download(CASE, to)
        assert not list(tmp_path.iterdir())
        stubborn.answers = [short, Answer(200, "whole")]
        assert api.download(CASE, to).read_text() == "whole"
        stubborn.answers = [short, short]
        with pytest.raises(ConnectionFailed):
            api.download(CASE, to)
        stubborn.answers = [Answer(200, "whole")]
        with pytest.raises(FileNotFoundError):
            api.download(CASE, tmp_path / "no folder" / "image.png")
    assert list(tmp_path.iterdir()) == [to]
    assert to.read_text() == "whole"
