"""Every change of people and invitations."""

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
    "deactivate",
    "end_sessions",
    "invite",
    "reactivate",
    "remove_second_step",
    "rename",
    "revoke",
    "send_invitation",
    "send_to_administrators",
]
