"""The site can be installed; what a browser then keeps of it is the same for everybody."""

import io
import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from accounts.models import User
from fracture_platform import installable


def on_disk(address: str) -> bytes:
    path = finders.find(address.removeprefix("/static/"))
    assert isinstance(path, str), address
    return Path(path).read_bytes()


def test_the_manifest_names_the_site_and_icons_that_are_there(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    found = answer.json()
    assert (found["name"], found["start_url"], found["display"]) == (
        "Fracture platform",
        "/",
        "standalone",
    )
    assert {(one["sizes"], one["purpose"]) for one in found["icons"]} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for icon in found["icons"]:
        image = Image.open(io.BytesIO(on_disk(icon["src"])))
        assert f"{image.width}x{image.height}" == icon["sizes"]
        assert (image.format, icon["type"]) == ("PNG", "image/png")
        if icon["purpose"] == "maskable":  # every launcher cuts another shape out of it
            assert image.convert("RGBA").getchannel("A").getextrema() == (255, 255)


def test_the_service_worker_names_what_it_keeps_and_nothing_of_a_case(client: Client) -> None:
    answer = client.get("/service-worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    found = re.match(r"self\.SHELL = (.*);\nimportScripts\((.*)\);\n$", answer.content.decode())
    assert found
    shell = json.loads(found.group(1))
    assert shell["page"] == "/offline/"
    assert all(one.startswith("/static/") for one in shell["files"])
    for one in (*shell["files"], json.loads(found.group(2))):
        assert on_disk(one)


@pytest.mark.parametrize("path", ["/offline/", "/manifest.webmanifest", "/service-worker.js"])
def test_it_is_the_same_for_everybody_and_sets_no_cookie(
    path: str, owner: User, client: Client
) -> None:
    anonymous = client.get(path)
    client.force_login(owner)
    signed_in = client.get(path)
    assert anonymous.content == signed_in.content
    assert owner.email.encode() not in signed_in.content
    assert not anonymous.cookies
    assert "Cookie" not in signed_in.get("Vary", "")


def test_the_offline_page_asks_for_nothing_that_is_not_kept(client: Client) -> None:
    page = client.get("/offline/").content.decode()
    assert "No network" in page
    asked = set(re.findall(r'(?:href|src)="([^"]+)"', page))
    shell = client.get("/service-worker.js").content.decode()
    assert asked
    assert all(json.dumps(one) in shell for one in asked)


def test_another_page_makes_another_version(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = client.get("/service-worker.js").content
    assert client.get("/service-worker.js").content == before
    monkeypatch.setattr(installable, "render_to_string", lambda _: "<p>another</p>")
    assert client.get("/service-worker.js").content != before


def test_pages_lead_to_the_manifest_and_may_use_it(client: Client, db: None) -> None:
    page = client.get("/account/login/")
    assert '<link rel="manifest" href="/manifest.webmanifest">' in page.content.decode()
    policy = page["Content-Security-Policy"].split("; ")
    assert {"manifest-src 'self'", "worker-src 'self'"} <= set(policy)


def test_the_name_is_translated(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installable, "_", lambda words: f"«{words}»")
    assert client.get("/manifest.webmanifest").json()["name"] == "«Fracture platform»"
