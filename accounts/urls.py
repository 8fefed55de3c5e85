"""People's own pages: the account, signing in, the organization, an invitation."""

from django.urls import include, path

from accounts.views.account import account
from accounts.views.closed import closed
from accounts.views.invitation import invitation
from accounts.views.keys import keys, make_key, revoke_key
from accounts.views.organization import (
    change_role,
    deactivate,
    invite,
    organization,
    reactivate,
    remove_second_step,
    revoke,
)
from accounts.views.reading import change_reading

# Pages of the sign-in package that make no sense here: nobody signs up, an e-mail address is
# proved by the invitation that reached it, and everybody has a password.
CLOSED = [
    "signup/",
    "email/",
    "confirm-email/",
    "confirm-email/<path:key>/",
    "password/set/",
    "login/code/confirm/",
]

urlpatterns = [
    *(path(f"account/{page}", closed) for page in CLOSED),
    path("account/", account, name="account"),
    path("account/", include("allauth.urls")),
    path("invitation/<str:token>/", invitation, name="invitation"),
    path("organization/", organization, name="organization"),
    path("organization/invite/", invite, name="organization_invite"),
    path("organization/invitations/<uuid:pk>/revoke/", revoke, name="organization_revoke"),
    path("organization/reading/", change_reading, name="organization_reading"),
    path("organization/keys/", keys, name="organization_keys"),
    path("organization/keys/new/", make_key, name="organization_make_key"),
    path("organization/keys/<uuid:pk>/revoke/", revoke_key, name="organization_revoke_key"),
    path("organization/people/<uuid:pk>/role/", change_role, name="organization_change_role"),
    path("organization/people/<uuid:pk>/deactivate/", deactivate, name="organization_deactivate"),
    path("organization/people/<uuid:pk>/reactivate/", reactivate, name="organization_reactivate"),
    path(
        "organization/people/<uuid:pk>/second-step/",
        remove_second_step,
        name="organization_remove_second_step",
    ),
]
