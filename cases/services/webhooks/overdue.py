"""Tell the organizations that want to know which of their cases are overdue."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from cases.clock import database_now
from cases.selectors.webhooks import Listener, overdue_listeners, overdue_untold
from cases.services.status import lock_case
from cases.services.webhooks import outbox

BATCH = 200


def tell_overdue() -> int:
    """One look at the cases of those who listen, in bounded batches; how many events were written.

    Where nobody listens this is one query.
    """
    now = database_now()
    told = 0
    for listener in overdue_listeners():
        for cases in overdue_untold(listener, now):
            rows = list(cases.values_list("pk", "reading_deadline")[:BATCH])
            told += sum(_tell(key, deadline, listener) for key, deadline in rows)
    return told


@transaction.atomic
def _tell(case_id: UUID, deadline: datetime | None, listener: Listener) -> bool:
    """Unless it was read, withdrawn or given another deadline since it was looked up."""
    case = lock_case(case_id)
    if case.read_at or case.withdrawn_at or case.reading_deadline != deadline:
        return False
    return outbox.case_overdue(
        case=case, organization_id=listener.organization_id, deadline=deadline
    )
