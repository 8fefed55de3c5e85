"""Places are bounded, go by the order of coming, and are not lost when somebody gives up."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from cases.services.turns import Turns


def test_a_long_upload_lets_a_short_one_in_between() -> None:
    turns = Turns(2)
    order: list[str] = []

    def file(name: str) -> None:
        with turns.place(seconds=30):
            time.sleep(0.02)
            order.append(name)

    def long_upload() -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(file, ["long"] * 20))

    long = threading.Thread(target=long_upload)
    long.start()
    while not order:
        time.sleep(0.001)
    file("short")
    long.join()
    assert order.count("long") == 20
    # Those under way, at most, and those that stood in line before it.
    assert order.index("short") <= 6


def test_no_more_than_the_places_at_once() -> None:
    turns = Turns(2)
    lock = threading.Lock()
    running = most = 0

    def act(_: int) -> None:
        nonlocal running, most
        with turns.place(seconds=30):
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.002)
            with lock:
                running -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(60)))
    assert most == 2


def test_who_gives_up_takes_no_place_along() -> None:
    turns = Turns(1)
    with turns.place(seconds=0):
        for seconds in (0, 0.01):
            with pytest.raises(TimeoutError), turns.place(seconds=seconds):
                pytest.fail("there is no second place")
    with turns.place(seconds=0):
        pass


def test_an_error_gives_the_place_back() -> None:
    turns = Turns(1)
    with pytest.raises(RuntimeError), turns.place(seconds=0):
        raise RuntimeError
    with turns.place(seconds=0):
        pass
