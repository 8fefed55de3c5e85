"""Administration pages that show people their own organization's rows and nothing else.

Nothing may be added, changed or deleted unless a page says so, and what may be seen follows from
the role, not from Django's permission rows: there are none to forget.
"""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.admin import ModelAdmin, RelatedFieldListFilter, ShowFacets
from django.core.paginator import Paginator
from django.db.models import ForeignKey, Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import cached_property

from accounts.models import Organization, User
from accounts.selectors import (
    administered_organizations,
    administered_people,
    known_organizations,
)

SECRETS = {
    "password",
    "token_sha256",
    "secret_sha256",
    "encrypted_secret",
    "encrypted_previous_secret",
}


class CappedPaginator(Paginator):
    """Counts no further than `most` rows; who looks for more narrows the list down."""

    most = 5000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return rows.order_by()[: self.most].count() if isinstance(rows, QuerySet) else len(rows)


class OrganizationFilter(RelatedFieldListFilter):
    """Offers the organizations that the person works with, without a look at any row."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: ModelAdmin
    ) -> list[tuple[str, Any]]:
        user: User = request.user  # type: ignore[assignment]  # the site asks who is signed in
        return [(str(one.pk), one.name) for one in known_organizations(user)]


class ScopedAdmin(ModelAdmin):
    """`organization_lookups` lead from a row to the organizations that it belongs to.

    A search finds a whole id by `id_lookups`, anything else as it stands by `search_fields`.
    """

    organization_lookups: ClassVar[tuple[str, ...]] = ()
    operators_only: ClassVar[bool] = False
    id_lookups: ClassVar[tuple[str, ...]] = ("pk",)
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # each count would read the whole table
    view_on_site = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        user: User = request.user  # type: ignore[assignment]  # the site asks who is signed in
        if user.is_operator:
            return rows
        if self.operators_only or not user.is_organization_administrator:
            return rows.none()
        mine = Q(pk__in=[])
        for lookup in self.organization_lookups:
            mine |= Q(**{lookup: user.organization_id})
        return rows.filter(mine)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            wanted: dict[str, Any] = dict.fromkeys(self.id_lookups, UUID(term))
        except ValueError:
            wanted = dict.fromkeys(map(str, self.get_search_fields(request)), term)
        found = Q(pk__in=[])
        for lookup, value in wanted.items():
            found |= Q(**{lookup: value})
        return queryset.filter(found), False

    def in_scope(self, request: HttpRequest, row: Model) -> bool:
        """The same question asked of one row, however the page came by it."""
        return self.get_queryset(request).filter(pk=row.pk).exists()

    def _opens(self, request: HttpRequest) -> bool:
        user = request.user
        if not isinstance(user, User) or not user.may_sign_in:
            return False
        return user.is_operator or (user.is_organization_administrator and not self.operators_only)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._opens(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._opens(request) and (obj is None or self.in_scope(request, obj))

    def has_act_permission(self, request: HttpRequest) -> bool:
        """May use this page's actions; they see only rows of `get_queryset`."""
        return self._opens(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """A filter in the address must not answer questions about hashes letter by letter."""
        if SECRETS & set(lookup.split("__")):
            return False
        return super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Choices, too, end at the organization; a model that is not known offers none."""
        user = request.user
        if isinstance(user, User) and not user.is_operator:
            choices: dict[Any, QuerySet[Any]] = {
                Organization: administered_organizations(user),
                User: administered_people(user),
            }
            related: Any = db_field.related_model
            kwargs["queryset"] = choices.get(related, related._default_manager.none())
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponseBase:
        """Django would go to the index with a message; a foreign id is simply not there."""
        raise Http404


class ScopedInline:
    """Read-only rows below a row that was already found to be in scope."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return getattr(request.user, "is_staff", False)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
