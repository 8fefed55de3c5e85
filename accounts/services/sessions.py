"""What is kept of people's sessions: as long as the session itself, and no longer."""

import structlog
from allauth.usersessions.models import UserSession

log = structlog.get_logger(__name__)


def forget_ended_sessions() -> int:
    """Remove the address and the browser noted for sessions that are gone; how many were removed.

    Signing out and running out end a session and leave that note. Ask after `clearsessions`,
    for a session that has run out is there until then. A session that lives keeps its note, however
    old: without it nobody could end that session.
    """
    removed = 0
    for session in UserSession.objects.order_by("pk").iterator():
        if not session.exists():
            session.delete()
            removed += 1
    log.info("ended_sessions_forgotten", sessions=removed)
    return removed
