"""Every change of people, invitations and API keys."""

from accounts.services.api_keys import create_key, note_use, revoke_key
from accounts.services.invitations import accept, invite, revoke
from accounts.services.mail import send_invitation, send_to_administrators
from accounts.services.organizations import change_reading
from accounts.services.people import (
    change_role,
    deactivate,
    end_sessions,
    reactivate,
    remove_second_step,
    rename,
)

__all__ = [
    "accept",
    "change_reading",
    "change_role",
    "create_key",
    "deactivate",
    "end_sessions",
    "invite",
    "note_use",
    "reactivate",
    "remove_second_step",
    "rename",
    "revoke",
    "revoke_key",
    "send_invitation",
    "send_to_administrators",
]
