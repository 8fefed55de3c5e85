"""The system's Chromium for the tests of the running site."""

from typing import Any

import pytest

from tests.browser import ARGUMENTS, chromium


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": chromium(), "args": ARGUMENTS, "headless": True}
