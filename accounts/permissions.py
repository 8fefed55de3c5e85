"""Who may administer whom."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from accounts.models import Organization, User

Role = User.Role
ROLES: dict[str, list[Role]] = {
    Organization.Kind.HOSPITAL: [
        Role.CLINICIAN,
        Role.SUPERVISING_READER,
        Role.ORGANIZATION_ADMINISTRATOR,
    ],
    Organization.Kind.PARTNER: [Role.PARTNER, Role.ORGANIZATION_ADMINISTRATOR],
}


def roles_in(organization: Organization) -> list[Role]:
    """The roles that people of such an organization can have."""
    return ROLES[organization.kind]


def may_administer(user: User, organization: Organization | None) -> bool:
    """The operator everything; an organization's administrator the own organization alone."""
    if not user.may_sign_in:
        return False
    if user.is_operator:
        return True
    return (
        user.is_organization_administrator
        and organization is not None
        and organization.pk == user.organization_id
    )


def may_change(actor: User, person: User) -> bool:
    """Administrators change their people, never themselves, an operator's account or a key's."""
    if person.pk == actor.pk or person.is_operator or person.is_service_account:
        return False
    return may_administer(actor, person.organization)


def require(allowed: bool) -> None:
    """A service's last line of defence; pages answer 404 before they come this far."""
    if not allowed:
        raise PermissionDenied


def administrators_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The anonymous are asked to sign in; for everybody else the page does not exist."""

    @login_required
    @wraps(view)
    def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not getattr(request.user, "is_staff", False):
            raise Http404
        return view(request, *args, **kwargs)

    return checked
