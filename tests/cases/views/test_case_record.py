"""What a case's page tells of the record: its timeline, and the numbers of other systems."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from cases import external_ids
from cases.models import Analysis, Case, CaseEvent, ExternalIdentifier
from cases.selectors.timeline import SHOWN, timeline
from cases.services import status
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import address, part, poll, text
from tests.factories import AnalysisFactory, RadiographFactory


def test_however_often_it_was_looked_at_the_page_reads_as_many_rows(
    page: Client, analysis: Analysis, owner: User, reader: User
) -> None:
    case = analysis.radiograph.case
    CaseEvent.objects.bulk_create(
        CaseEvent(case=case, kind=kind, actor=actor)
        for kind, actor in [
            *[(CaseEvent.Kind.VIEWED, owner), (CaseEvent.Kind.VIEWED, reader)] * 200,
            *[(CaseEvent.Kind.QUEUED, None)] * (SHOWN + 10),
        ]
    )
    found = timeline(case=case)
    assert len(found.events) == SHOWN
    assert found.more == SHOWN + 10 + 2 - SHOWN
    told = part(page.get(address(case)), "timeline")
    assert "201 times" in told  # the reader's, this look included
    assert "12 earlier entries are kept, not shown." in told


def test_the_timeline_is_read_once_something_changed(page: Client, case: Case) -> None:
    AnalysisFactory(radiograph=RadiographFactory(case=case))
    status.update_case(case_id=case.pk)
    question = poll(page.get(address(case)))
    assert question
    with CaptureQueriesContext(connection) as asked:
        page.get(question)
    assert not any("cases_caseevent" in query["sql"] for query in asked)


def test_the_timeline_tells_a_correction_in_words(
    page: Client, analysis: Analysis, owner: User
) -> None:
    case = analysis.radiograph.case
    CaseEvent.objects.create(
        case=case,
        kind=CaseEvent.Kind.CORRECTED,
        actor=owner,
        detail={"changes": {"side": ["", "left"], "body_region": ["wrist", "hand"]}},
    )
    told = part(page.get(address(case)), "timeline")
    assert "Side: not stated → Left" in told
    assert "Body region: Wrist → Hand" in told
    assert "owner@island.example, Island Telemedicine" in told


def test_numbers_are_shown_to_who_gave_them(
    case: Case, owner: User, reader: User, operator: User, sign_in: SignIn
) -> None:
    radiograph = RadiographFactory(case=case)
    sender = case.submitting_organization_id
    for kind, value, of in (
        ("accession", "ACC-77", None),
        ("study_uid", "1.2.3", None),
        ("study_uid", "1.2.3", radiograph),
        ("sop_uid", "1.2.3.4", radiograph),
    ):
        ExternalIdentifier.objects.create(
            organization_id=sender,
            case=case,
            radiograph=of,
            kind=kind,
            encrypted_value=external_ids.encrypt(value, organization_id=sender),
            fingerprint="",
        )
    own = text(sign_in(owner).get(address(case)))
    assert "Accession number ACC-77" in own
    assert own.count("Study instance UID 1.2.3 ") == 1
    assert "SOP instance UID 1.2.3.4" in own
    for other in (reader, operator):
        assert "Accession number" not in text(sign_in(other).get(address(case)))
    ExternalIdentifier.objects.update(encrypted_value="damaged")
    damaged = text(sign_in(owner).get(address(case)))
    assert "Accession number Cannot be decrypted with the keys of this installation." in damaged
