"""`verify_cases` finds what was changed behind the services' back, and mends it if asked to."""

import io

import pytest
from django.core.management import call_command

from cases.management.commands import verify_cases
from cases.models import Case
from cases.services.status import mark_withdrawn, update_case
from tests.factories import AnalysisFactory, CaseFactory

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, str]:
    """Exit status and output."""
    output = io.StringIO()
    try:
        call_command("verify_cases", *arguments, stdout=output, stderr=io.StringIO())
    except SystemExit as end:
        return int(str(end.code)), output.getvalue()
    return 0, output.getvalue()


def cases(number: int) -> list[Case]:
    rows = [AnalysisFactory(succeeded=True).radiograph.case for _ in range(number)]
    for row in rows:
        update_case(case_id=row.pk)
    return rows


def test_all_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_cases, "CHUNK", 2)
    mark_withdrawn(case_id=cases(5)[0].pk, reason="wrong patient")
    assert run() == (0, "5 cases, 0 wrong.\n")


def test_without_any_case() -> None:
    assert run() == (0, "0 cases, 0 wrong.\n")


def test_differences_are_listed_and_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_cases, "CHUNK", 2)
    rows = cases(5)
    wrong = rows[3]
    Case.objects.filter(pk=wrong.pk).update(level="no_fracture_found", urgency=13)
    fresh = CaseFactory()  # nothing to be analysed: finished
    for arguments, last in (((), "wrong; --repair mends them"), (("--repair",), "repaired")):
        status, output = run(*arguments)
        assert status == 1
        lines = dict(line.split(": ", 1) for line in output.splitlines()[:-1])
        assert set(lines) == {str(wrong.pk), str(fresh.pk)}
        assert "no_fracture_found" in lines[str(wrong.pk)]
        assert output.splitlines()[-1] == f"6 cases, 2 {last}."
    wrong.refresh_from_db()
    assert (wrong.level, wrong.urgency) == ("fracture", 10)
    assert run() == (0, "6 cases, 0 wrong.\n")
