"""Static files as a browser gets them: every name, in pages and in scripts, says what is in it."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All static files, as a start collects them."""
    from django.contrib.staticfiles.storage import staticfiles_storage
    from django.test import override_settings

    root = tmp_path_factory.mktemp("static")
    stores: Any = {
        "default": {"BACKEND": "fracture_platform.storage.NoPublicStorage"},
        "staticfiles": {"BACKEND": "fracture_platform.static_files.StaticFiles"},
    }
    with override_settings(STATIC_ROOT=root, STORAGES=stores):
        assert "StaticFiles" in str(staticfiles_storage)
        call_command("collectstatic", verbosity=0, interactive=False)
    return root


def test_a_module_imports_by_the_hash_of_what_it_imports(collected: Path) -> None:
    hashed = [
        path
        for path in (collected / "js").rglob("*.js")
        if re.search(r"\.[0-9a-f]{12}\.js$", path.name)
    ]
    names = {path.name.split(".")[0] for path in hashed}
    assert {"case", "viewer", "tone_worker", "geometry"} <= names
    imports = {
        path: re.findall(r'from\s*"([^"]+)"', path.read_text(encoding="utf-8")) for path in hashed
    }
    assert sum(map(len, imports.values())) > 10
    # One without `from` keeps the plain name, and loads its module, and what that holds, twice.
    found_bare = re.compile(r'^import\s*"', re.MULTILINE)
    bare = [path.name for path in hashed if found_bare.search(path.read_text(encoding="utf-8"))]
    assert bare == []
    for path, found in imports.items():
        for name in found:
            assert re.search(r"\.[0-9a-f]{12}\.js$", name), f"{path.name} imports {name}"
            assert (path.parent / name).is_file()
