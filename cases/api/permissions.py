"""What a view asks of who calls it: closed unless it says which scope opens it."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts.models import ApiKey
from cases.api.problems import Problem

ANY = "any"
"""For whoever has a key at all."""


def may_look(request: Request) -> bool:
    """Whether answers may be told: to people as far as the selectors let them, to a key of the
    scope `read`. One that only submits is given a receipt."""
    return not isinstance(request.auth, ApiKey) or request.auth.allows(ApiKey.Scope.READ)


class StatedScope(BasePermission):
    """A view states `scopes` by method. People who signed in may what their role may: the services
    know that. A method that the view does not have is left to be answered as such."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        method = "GET" if request.method == "HEAD" else str(request.method)
        scope = getattr(view, "scopes", {}).get(method)
        if scope is None:
            return method == "OPTIONS" or not hasattr(view, method.lower())
        if scope == ANY:
            return True
        if isinstance(request.auth, ApiKey) and not request.auth.allows(scope):
            said = f"The key does not have the scope {scope}, which this needs."
            raise Problem("scope_missing", status=403, detail=said)
        return True
