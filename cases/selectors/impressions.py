"""Read first: whose impression is waited for before the software's answer is sent to them.

An organization can want its readers to look before they are told. Until a reader has said what they
see on the radiographs that a case holds now, nothing that is made for them may depend on the
answer: not a page, an order, a count, a filter, a file. The selectors keep to that, so that no page
has to think of it. One exception is meant: `attention.second_reads`.

An API key of the reading organization hands on what it is told to whoever looks at its screens: it
is told nothing before one of the organization's clinicians has said what they see.
"""

from collections.abc import Sequence

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from accounts.models import User
from cases import permissions
from cases.models import Case, FirstImpression, Radiograph, Read


def reads_first(user: User) -> bool:
    """Whether this person is shown answers only after an impression of their own, or this key only
    after one of anybody in its organization."""
    own = user.organization
    asked = user.role in permissions.READERS or user.is_service_account
    return own is not None and own.read_first and asked


def open_to(user: User, case: str = "") -> Q:
    """Of the cases that a person may see, those whose answer may be sent to them. `case` names the
    way from what is filtered to its case, as `case__`."""
    if not reads_first(user):
        return Q()
    to_read = Q(**{f"{case}reading_organization": user.organization_id})
    place = f"{case}pk"
    return (
        ~to_read
        | Exists(_said(FirstImpression, user).filter(case=OuterRef(place)))
        # Who signed a read before the organization wanted impressions has said enough.
        | Exists(_said(Read, user).filter(case=OuterRef(place)))
    )


def withhold(user: User, cases: Sequence[Case]) -> None:
    """Mark the cases, of which this person may not be told the answer, as `withheld`, and take
    their level away; at most one query."""
    if not cases or not reads_first(user):
        return
    keys = [case.pk for case in cases]
    shown = set(Case.objects.filter(open_to(user), pk__in=keys).values_list("pk", flat=True))
    for case in cases:
        if case.pk not in shown:
            hide(case)


def hide(case: Case) -> None:
    """Mark a case as `withheld`, and take away what its row tells of the answer."""
    case.withheld, case.level, case.urgency = True, "", 0


def impressions_of(case: Case) -> "QuerySet[FirstImpression]":
    """What was said of a case before its answer was shown, oldest first."""
    return FirstImpression.objects.filter(case=case).select_related("reader")


def _said(kind: type[Model], user: User) -> "QuerySet[Model]":
    """What the person said, or anybody of a key's organization, of all radiographs that its case
    holds."""
    said = {"organization": user.organization_id} if user.is_service_account else {"reader": user}
    later = Radiograph.objects.filter(
        case=OuterRef("case"), withdrawn_at__isnull=True, created_at__gt=OuterRef("created_at")
    )
    return kind._default_manager.filter(~Exists(later), **said)
