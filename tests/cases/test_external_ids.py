"""Identifiers of other systems are sealed per organization."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import external_ids

HERE, THERE = uuid4(), uuid4()


@given(st.text(max_size=80))
def test_what_was_encrypted_comes_back(value: str) -> None:
    token = external_ids.encrypt(value, organization_id=HERE)
    assert external_ids.decrypt(token, organization_id=HERE) == value
    assert len(value) < 3 or value not in token


def test_another_organization_cannot_read_it() -> None:
    token = external_ids.encrypt("ACC-1", organization_id=HERE)
    with pytest.raises(external_ids.UnreadableIdentifier):
        external_ids.decrypt(token, organization_id=THERE)


@pytest.mark.parametrize("token", ["", "nonsense", "gAAAAA==", "\u00e9"])
def test_a_damaged_value_is_told_as_such(token: str) -> None:
    with pytest.raises(external_ids.UnreadableIdentifier):
        external_ids.decrypt(token, organization_id=HERE)


def test_a_fingerprint_differs_by_organization_kind_and_value() -> None:
    marks = {
        external_ids.fingerprint(value, kind=kind, organization_id=organization)
        for value in ("1", "2")
        for kind in ("accession", "order")
        for organization in (HERE, THERE)
    }
    assert len(marks) == 8
    assert external_ids.fingerprint("1", kind="order", organization_id=HERE) in marks


def test_after_a_new_key_the_old_rows_are_still_read_and_found(settings: Any) -> None:
    old = settings.FIELD_ENCRYPTION_KEYS
    token = external_ids.encrypt("ACC-1", organization_id=HERE)
    mark = external_ids.fingerprint("ACC-1", kind="accession", organization_id=HERE)

    settings.FIELD_ENCRYPTION_KEYS = ["a-new-key-" + "n" * 40, *old]
    assert external_ids.decrypt(token, organization_id=HERE) == "ACC-1"
    marks = external_ids.fingerprints("ACC-1", kind="accession", organization_id=HERE)
    assert mark in marks
    assert external_ids.fingerprint("ACC-1", kind="accession", organization_id=HERE) != mark

    newer = external_ids.encrypt("ACC-1", organization_id=HERE)
    settings.FIELD_ENCRYPTION_KEYS = old
    with pytest.raises(external_ids.UnreadableIdentifier):
        external_ids.decrypt(newer, organization_id=HERE)
