"""Files that a person has begun to upload: their own, and nobody else's."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from cases.models import Upload


def unsent_uploads(user: User) -> QuerySet[Upload]:
    """What this person uploaded, in whole or in part, and has not sent with a case."""
    return _own(user).filter(case=None, expires_at__gt=timezone.now())


def get_upload(*, user: User, upload_id: UUID) -> Upload:
    """One that no case has taken, run out or not. Raises Upload.DoesNotExist."""
    return _own(user).get(pk=upload_id, case=None)


def uploads_in_order(user: User, upload_ids: Sequence[UUID]) -> list[Upload | None]:
    """Those that a form names, in its order, sent or not; None for what is not there."""
    found = _own(user).filter(expires_at__gt=timezone.now()).in_bulk(list(upload_ids))
    return [found.get(one) for one in upload_ids]


def _own(user: User) -> QuerySet[Upload]:
    return Upload.objects.filter(owner=user, organization=user.organization_id)
