"""Who may be signed in, asked at sign-in and again at every request."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User


class SignInBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """By e-mail address. A closed account or organization ends every session at once."""

    def user_can_authenticate(self, user: User) -> bool:
        return user.may_sign_in

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("organization").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
