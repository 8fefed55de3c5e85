"""People, organizations and invitations in the administration pages."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import services
from accounts.models import ApiKey, Invitation, Organization, User
from accounts.permissions import may_change, roles_in
from accounts.scoped_admin import ScopedAdmin

OwnOnly = ("organization", admin.RelatedOnlyFieldListFilter)


class PersonForm(ModelForm):
    """The roles that the person's organization has, and no others."""

    class Meta:
        model = User
        fields = ["name", "role", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role, organization = self.fields.get("role"), self.instance.organization
        if isinstance(role, forms.ChoiceField) and organization is not None:
            role.required = True
            role.choices = [(known.value, known.label) for known in roles_in(organization)]


@admin.register(User)
class PersonAdmin(ScopedAdmin):
    """People come by invitation and are closed, never deleted: the record names them."""

    form = PersonForm
    organization_lookups = ("organization",)
    list_display = ("email", "name", "organization", "role", "is_active", "last_login")
    list_filter = ("is_active", "role", OwnOnly)
    list_select_related = ("organization",)
    search_fields = ("email__istartswith", "name__istartswith")
    fields = ("email", "name", "organization", "role", "is_active", "last_login", "date_joined")
    readonly_fields = ("email", "organization", "last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).exclude(role=User.Role.SERVICE_ACCOUNT)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if not self._opens(request):
            return False
        user: User = request.user  # type: ignore[assignment]  # signed in
        return obj is None or (isinstance(obj, User) and may_change(user, obj))

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        """By the services alone, which also end the sessions of whom is closed."""
        user: User = request.user  # type: ignore[assignment]  # signed in
        person = User.objects.select_related("organization").get(pk=obj.pk)
        if obj.name != person.name:
            services.rename(person=person, actor=user, name=obj.name)
        if obj.role != person.role:
            services.change_role(person=person, actor=user, role=obj.role)
        if obj.is_active != person.is_active:
            change_account = services.reactivate if obj.is_active else services.deactivate
            change_account(person=person, actor=user)


@admin.register(Organization)
class OrganizationAdmin(ScopedAdmin):
    """Administrators see their own; only the operator makes and changes organizations."""

    organization_lookups = ("pk",)
    list_display = ("name", "kind", "is_active", "default_reading_organization", "created_at")
    list_filter = ("kind", "is_active")
    list_select_related = ("default_reading_organization",)
    search_fields = ("name__istartswith",)
    fields: ClassVar = (
        "name",
        "kind",
        "is_active",
        "default_reading_organization",
        "overdue_after_minutes",
        "read_first",
        "created_at",
    )
    readonly_fields = ("created_at",)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return isinstance(request.user, User) and request.user.is_operator

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return isinstance(request.user, User) and request.user.is_operator


@admin.register(Invitation)
class InvitationAdmin(ScopedAdmin):
    """To look at; inviting and revoking are on the page of the organization's people."""

    organization_lookups = ("organization",)
    list_display = (
        "email",
        "organization",
        "role",
        "invited_by",
        "created_at",
        "expires_at",
        "state",
    )
    list_filter = ("role", OwnOnly)
    list_select_related = ("organization", "invited_by")
    search_fields = ("email__istartswith",)
    fields = (*list_display[:-1], "accepted_at", "revoked_at")
    readonly_fields = fields

    @admin.display(description=_("state"))
    def state(self, invitation: Invitation) -> str:
        return invitation.state


@admin.register(ApiKey)
class ApiKeyAdmin(ScopedAdmin):
    """To look at and to revoke. *Add* leads to the page of the organization's keys: it asks for the
    password again and shows the key, once."""

    organization_lookups = ("organization",)
    actions = ("revoke_chosen",)
    list_display = (
        "name",
        "prefix",
        "organization",
        "scopes",
        "created_by",
        "expires_at",
        "last_used_at",
        "state",
    )
    list_filter = (OwnOnly,)
    list_select_related = ("organization", "created_by")
    search_fields = ("name__istartswith", "prefix__startswith")
    fields = (*list_display[:-1], "created_at", "revoked_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._opens(request)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return redirect("organization_keys")

    @admin.display(description=_("state"))
    def state(self, key: ApiKey) -> str:
        return key.state

    @admin.action(description=_("Revoke the chosen keys"), permissions=["act"])
    def revoke_chosen(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        user: User = request.user  # type: ignore[assignment]  # signed in
        rows = queryset.select_related("organization")
        revoked = sum(services.revoke_key(key=key, actor=user) for key in rows)
        said = ngettext("%(n)d key was revoked.", "%(n)d keys were revoked.", revoked)
        messages.success(request, said % {"n": revoked})
