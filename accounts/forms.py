"""Forms of the account pages. What is allowed is decided by the services."""

from typing import Any

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiKey, Organization, User
from accounts.permissions import roles_in
from accounts.services.api_keys import DEFAULT_DAYS


def _role_choices(organization: Organization) -> list[tuple[str, Any]]:
    return [(role.value, role.label) for role in roles_in(organization)]


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, organization: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = forms.ChoiceField(
            label=_("Role"), choices=_role_choices(organization)
        )


class KeyForm(forms.Form):
    """A new API key."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("Which program uses it; the name stands in the record of what it does."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=ApiKey.Scope.choices,
        initial=[ApiKey.Scope.SUBMIT, ApiKey.Scope.READ],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.TypedChoiceField(
        label=_("Valid for"),
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("1 year")), (1095, _("3 years"))],
        coerce=int,
        initial=DEFAULT_DAYS,
    )


class PeoplesResetPasswordForm(ResetPasswordForm):  # type: ignore[misc]  # allauth has no types
    """The account of an API key has no password to be forgotten."""

    users: list[User]

    def clean_email(self) -> str:
        email: str = super().clean_email()
        self.users = [user for user in self.users if not user.is_service_account]
        return email


class ReadingForm(forms.ModelForm):
    class Meta:
        model = Organization
        fields = ["read_first", "overdue_after_minutes"]

    @classmethod
    def of(cls, organization: Organization) -> "ReadingForm | None":
        """Filled in; None for a partner, whose people read nothing."""
        if organization.kind != Organization.Kind.HOSPITAL:
            return None
        return cls(instance=organization)


class AcceptForm(forms.Form):
    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        help_text=_("As colleagues know you; it stands beside what you do here."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=_("At least 10 characters. Several words make a good one."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label=_("Password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("password") != cleaned.get("password_again"):
            self.add_error("password_again", _("The two passwords are not the same."))
        return cleaned


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
