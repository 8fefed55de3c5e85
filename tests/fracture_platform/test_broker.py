"""The embedded broker: which server, where its socket lies, and that it keeps what it was given."""

import signal
import time
from pathlib import Path

import pytest
import redis
from celery import Celery
from pytest_django import Settings

from fracture_platform import broker
from fracture_platform.running import broker_server
from tests.embedded_broker import EmbeddedBroker

pytestmark = pytest.mark.xdist_group("broker")


@pytest.mark.parametrize(
    ("on_path", "chosen"),
    [
        (["redis-server", "valkey-server"], "redis-server"),
        (["valkey-server"], "valkey-server"),
        ([], "_binaries"),
    ],
)
def test_a_server_on_the_path_goes_before_the_one_in_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, on_path: list[str], chosen: str
) -> None:
    for name in on_path:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chosen in broker_server.server_binary()


def test_the_folder_of_the_sockets_is_private_and_its_place_is_fixed(tmp_path: Path) -> None:
    folder = broker.private_folder(tmp_path)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert broker.private_folder(tmp_path) == folder
    assert broker.embedded_socket(tmp_path).parent == folder
    assert len(str(broker.embedded_socket(tmp_path))) <= broker.LONGEST_SOCKET_PATH
    folder.rmdir()


def test_a_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    folder = broker.private_folder(tmp_path)
    folder.chmod(0o755)
    with pytest.raises(broker.UnsafeFolderError, match="0700"):
        broker.private_folder(tmp_path)
    folder.rmdir()


def test_a_link_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    link = broker.sockets_folder(tmp_path)
    link.symlink_to(elsewhere)
    with pytest.raises(broker.UnsafeFolderError):
        broker.private_folder(tmp_path)
    link.unlink()


def test_a_path_too_long_for_a_socket_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("deep" * 30)))
    with pytest.raises(broker.UnsafeFolderError, match="TMPDIR"):
        broker.private_folder(tmp_path)


@pytest.mark.broker
def test_a_killed_server_comes_back_on_its_stale_socket_with_its_messages(
    server: EmbeddedBroker,
) -> None:
    app = Celery(broker=broker.celery_url(server.url))
    app.send_task("a.task", ["an-id"], queue="somewhere")
    client = redis.Redis.from_url(server.url)
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert client.config_get("port") == {"port": "0"}
    time.sleep(1.2)  # the file is synced every second
    server.end(signal.SIGKILL)
    assert broker.embedded_socket(server.var_dir).exists()
    assert not broker.is_up(server.url)
    server.start()
    assert redis.Redis.from_url(server.url).llen("somewhere") == 1


@pytest.mark.broker
def test_asking_a_broker_that_does_not_answer_costs_less_than_a_second(
    server: EmbeddedBroker, tmp_path: Path
) -> None:
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)
    try:
        for url in (server.url, broker.embedded_url(tmp_path / "nowhere"), "redis://127.0.0.1:1/0"):
            began = time.monotonic()
            assert not broker.is_up(url)
            assert time.monotonic() - began < 1
    finally:
        server.process.send_signal(signal.SIGCONT)


def test_celery_gets_the_same_address(settings: Settings) -> None:
    assert broker.celery_url("redis://host:6379/1") == "redis://host:6379/1"
    assert broker.celery_url("unix:///a/b.sock?db=0") == "redis+socket:///a/b.sock?virtual_host=0"
    assert settings.CELERY_BROKER_URL.startswith("redis+socket://")
