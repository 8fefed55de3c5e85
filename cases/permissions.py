"""Who may do what with a case that they can see. What is seen is `CaseQuerySet.visible_to`."""

from accounts.models import ApiKey, Organization, User
from accounts.permissions import may_administer
from cases.models import Case

READERS = (User.Role.CLINICIAN, User.Role.SUPERVISING_READER)


def may_submit(user: User) -> bool:
    """Everybody who belongs to an organization that is active: a case needs one that sent it."""
    return user.is_active and user.organization is not None and user.organization.is_active


def may_correct(user: User, case: Case) -> bool:
    """Only who sent a case knows what was meant; the operator may help out."""
    return user.is_operator or user.organization_id == case.submitting_organization_id


def may_withdraw(user: User, case: Case) -> bool:
    return may_correct(user, case)


def may_rerun(user: User, case: Case) -> bool:
    """Both sides of a case."""
    return user.is_operator or user.organization_id in {
        case.submitting_organization_id,
        case.reading_organization_id,
    }


def may_cancel(user: User, case: Case) -> bool:
    """Whoever may ask for an analysis may take back what still waits."""
    return may_rerun(user, case)


def may_add(user: User, case: Case) -> bool:
    """Both sides; not the operator, who has no organization to have sent anything."""
    return may_submit(user) and may_rerun(user, case)


def may_read(user: User, case: Case) -> bool:
    """A final read is for clinicians of the organization that was asked to read."""
    return (
        user.is_active
        and user.role in READERS
        and user.organization_id == case.reading_organization_id
    )


def works_from_worklist(user: User) -> bool:
    """Clinicians whose organization reads its own cases; others mostly send and look up."""
    own = user.organization
    if own is None or user.role not in READERS:
        return False
    return own.default_reading_organization_id in {None, own.pk}


def reading_choices(user: User) -> list[Organization]:
    """Who may be asked to read what this person submits, the default first."""
    own = user.organization
    if own is None:
        return []
    default = default_reading(own)
    return [own] if default == own else [default, own]


def default_reading(own: Organization) -> Organization:
    """Who reads what an organization submits, unless it asks for another."""
    default = own.default_reading_organization
    return default if default and default.is_active else own


def may_administer_webhooks(user: User, organization: Organization | None) -> bool:
    """Who administers the organization, and its own programs whose key has the scope `admin`.

    To such a program nothing else of the organization opens: neither its people nor its keys.
    """
    if not user.is_service_account:
        return may_administer(user, organization)
    key: ApiKey | None = getattr(user, "api_key", None)
    return (
        organization is not None
        and organization.pk == user.organization_id
        and user.is_open
        and key is not None
        and key.is_live
        and key.allows(ApiKey.Scope.ADMIN)
    )
