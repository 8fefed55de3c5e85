"""Questions that several selectors ask of the same rows."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import User
    from cases.models.case import Case  # noqa: F401  (named as a string below)


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: "User") -> Self:
        """The cases that this person's organization submitted or reads; all for the operator."""
        if not user.is_active:
            return self.none()
        if user.is_operator:
            return self
        if user.organization_id is None:
            return self.none()
        return self.filter(
            Q(submitting_organization=user.organization_id)
            | Q(reading_organization=user.organization_id)
        )
