"""The list of cases: filters in the address, pages by htmx, no bad input that breaks it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from accounts.models import Organization, User
from cases.models import Case, ModelVersion
from cases.services.submission import submit_case
from tests.cases.files import upload
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import html, text
from tests.factories import CaseFactory


def test_the_list_shows_what_one_may_see(
    case: Case, reader: User, stranger: User, sign_in: SignIn
) -> None:
    page = text(sign_in(reader).get("/cases/"))
    assert "ISL-0417 Fracture suspected Wrist" in page
    assert "Island Telemedicine → Harbour Hospital" in page
    assert "ISL-0417" not in text(sign_in(stranger).get("/cases/"))


def test_an_empty_list_says_what_to_do(stranger: User, operator: User, sign_in: SignIn) -> None:
    page = sign_in(stranger).get("/cases/")
    assert "No case yet" in text(page)
    assert 'href="/cases/new/"' in html(page)
    assert "New case" not in text(sign_in(operator).get("/cases/"))


def test_filters_are_in_the_address(
    case: Case, reader: User, hospital: Organization, sign_in: SignIn
) -> None:
    CaseFactory(submitting_organization=hospital, patient_reference="HH-1", body_region="ankle")
    client = sign_in(reader)
    for query, shown, hidden in (
        ({"reference": "HH"}, "HH-1", "ISL-0417"),
        ({"reference": "ISL-0417", "exact": "on"}, "ISL-0417", "HH-1"),
        ({"level": "fracture"}, "ISL-0417", "HH-1"),
        ({"region": "ankle"}, "HH-1", "ISL-0417"),
        ({"status": "finished"}, "ISL-0417", "HH-1"),
        ({"received_from": "2200-12-31"}, "No case matches", "ISL-0417"),
    ):
        page = client.get("/cases/", query)
        assert shown in text(page)
        assert hidden not in text(page)
    assert "No case matches" in text(client.get("/cases/", {"reference": "ZZ"}))


def test_further_pages_come_as_a_page_or_as_rows(
    reader: User, hospital: Organization, sign_in: SignIn
) -> None:
    for number in range(27):
        CaseFactory(submitting_organization=hospital, patient_reference=f"R-{number:02d}")
    client = sign_in(reader)
    first = client.get("/cases/", {"reference": "R-"})
    assert "R-26" in text(first)
    assert "R-01" not in text(first)
    more = first.context["more"]
    assert more.startswith("reference=R-&after=")

    whole = client.get(f"/cases/?{more}")
    assert "R-01" in text(whole)
    assert "Back to the newest" in text(whole)
    rows = client.get(f"/cases/?{more}", headers={"HX-Request": "true", "HX-Target": "more"})
    assert "R-00" in text(rows)
    assert "<html" not in html(rows)
    assert 'id="more"' not in html(rows)


def test_htmx_is_sent_the_results_alone_except_from_its_history(
    case: Case, reader: User, sign_in: SignIn
) -> None:
    client = sign_in(reader)
    headers = {"HX-Request": "true", "HX-Target": "results"}
    assert "<html" not in html(client.get("/cases/", headers=headers))
    back = client.get("/cases/", headers={**headers, "HX-History-Restore-Request": "true"})
    assert "<html" in html(back)


def test_the_number_of_queries_does_not_grow(
    reader: User,
    hospital: Organization,
    model_version: ModelVersion,
    sign_in: SignIn,
    django_assert_num_queries: Any,
) -> None:
    client = sign_in(reader)
    for number in range(12):
        CaseFactory(submitting_organization=hospital, patient_reference=f"R-{number}")
    # Session, person, cases sent, cases to read, radiographs, their reads, model.
    with django_assert_num_queries(7):
        assert client.get("/cases/").status_code == 200


def test_the_demonstration_is_said_where_its_answers_are_listed(
    case: Case, reader: User, model_version: ModelVersion, sign_in: SignIn
) -> None:
    page = text(sign_in(reader).get("/cases/"))
    assert "Demonstration model, AUC 0.70" in page
    assert "Decision support, not a cleared medical device." in page


def test_a_case_is_found_by_a_number_of_ones_own_system(
    owner: User, reader: User, model_version: ModelVersion, sign_in: SignIn
) -> None:
    for reference, number in (("WITH", "ACC-5"), ("WITHOUT", "ACC-51")):
        submit_case(
            submitted_by=owner,
            files=[upload()],
            patient_reference=reference,
            external_ids={"accession": number},
        )
    page = sign_in(owner).get("/cases/", {"number": " ACC-5 "})
    assert [one.patient_reference for one in page.context["page"].cases] == ["WITH"]
    assert 'value="ACC-5"' in html(page) or 'value=" ACC-5 "' in html(page)
    # Whoever reads the case cannot try out the sender's numbers.
    assert "No case matches" in text(sign_in(reader).get("/cases/", {"number": "ACC-5"}))


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/New_York", "UTC"])
@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2201-01-01", "9999-12-31"])
def test_a_day_beyond_the_calendar_is_told(
    reader: User, sign_in: SignIn, settings: Any, zone: str, day: str
) -> None:
    settings.TIME_ZONE = zone
    for name in ("received_from", "received_to"):
        page = sign_in(reader).get("/cases/", {name: day})
        assert page.status_code == 400
        assert "Use a year from 1900 to 2200." in text(page)


def test_a_wrong_filter_is_told_and_shows_nothing(
    case: Case, reader: User, sign_in: SignIn
) -> None:
    response = sign_in(reader).get("/cases/", {"level": "broken"})
    assert response.status_code == 400
    assert "This filter cannot be used" in text(response)
    assert "ISL-0417" not in text(response)


@pytest.mark.django_db
@bounds(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    query=st.dictionaries(
        st.sampled_from(
            [
                "reference",
                "exact",
                "level",
                "status",
                "region",
                "received_from",
                "received_to",
                "number",
                "after",
            ]
        ),
        st.one_of(
            st.text(max_size=70),
            st.sampled_from(["fracture", "0001-01-01", "9999-12-31", "MjAyNg", "\x00", "🦴"]),
        ),
    )
)
def test_no_query_breaks_the_list(reader: User, sign_in: SignIn, query: dict[str, str]) -> None:
    assert sign_in(reader).get("/cases/", query).status_code in {200, 400}
