"""The list of cases: filters in the address, pages by htmx, no bad input that breaks it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Organization, User
from cases.models import Case, ModelVersion
from tests.cases.views.conftest import SignIn
from tests.cases.views.page import html, text
from tests.factories import CaseFactory


def test_the_home_page_lists_what_one_may_see(
    case: Case, reader: User, stranger: User, sign_in: SignIn
) -> None:
    page = text(sign_in(reader).get("/"))
    assert "ISL-0417 Fracture suspected Wrist" in page
    assert "Island Telemedicine → Harbour Hospital" in page
    assert "ISL-0417" not in text(sign_in(stranger).get("/"))


def test_an_empty_list_says_what_to_do(stranger: User, operator: User, sign_in: SignIn) -> None:
    page = sign_in(stranger).get("/")
    assert "No case yet" in text(page)
    assert 'href="/cases/new/"' in html(page)
    assert "New case" not in text(sign_in(operator).get("/"))


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
    ):
        page = client.get("/", query)
        assert shown in text(page)
        assert hidden not in text(page)
    assert "No case matches" in text(client.get("/", {"reference": "ZZ"}))


def test_further_pages_come_as_a_page_or_as_rows(
    reader: User, hospital: Organization, sign_in: SignIn
) -> None:
    for number in range(27):
        CaseFactory(submitting_organization=hospital, patient_reference=f"R-{number:02d}")
    client = sign_in(reader)
    first = client.get("/", {"reference": "R-"})
    assert "R-26" in text(first)
    assert "R-01" not in text(first)
    more = first.context["more"]
    assert more.startswith("reference=R-&after=")

    whole = client.get(f"/?{more}")
    assert "R-01" in text(whole)
    assert "Back to the newest" in text(whole)
    rows = client.get(f"/?{more}", headers={"HX-Request": "true", "HX-Target": "more"})
    assert "R-00" in text(rows)
    assert "<html" not in html(rows)
    assert 'id="more"' not in html(rows)


def test_htmx_is_sent_the_results_alone_except_from_its_history(
    case: Case, reader: User, sign_in: SignIn
) -> None:
    client = sign_in(reader)
    headers = {"HX-Request": "true", "HX-Target": "results"}
    assert "<html" not in html(client.get("/", headers=headers))
    back = client.get("/", headers={**headers, "HX-History-Restore-Request": "true"})
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
    with django_assert_num_queries(
        6
    ):  # session, person, cases sent, cases to read, radiographs, model
        assert client.get("/").status_code == 200


def test_the_demonstration_is_said_where_its_answers_are_listed(
    case: Case, reader: User, model_version: ModelVersion, sign_in: SignIn
) -> None:
    page = text(sign_in(reader).get("/"))
    assert "Demonstration model, AUC 0.70" in page
    assert "Decision support, not a cleared medical device." in page


def test_a_wrong_filter_is_told_and_shows_nothing(
    case: Case, reader: User, sign_in: SignIn
) -> None:
    response = sign_in(reader).get("/", {"level": "broken"})
    assert response.status_code == 400
    assert "This filter cannot be used" in text(response)
    assert "ISL-0417" not in text(response)


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
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
    assert sign_in(reader).get("/", query).status_code in {200, 400}
