"""What every endpoint has in common."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import ApiKey, User
from cases.api.errors import request_id
from cases.api.limits import Use
from cases.api.problems import unknown
from cases.api.serializers.common import EmptySerializer, StrictSerializer
from cases.api.throttles import rate_headers

SUBMIT, READ, ADMIN = ApiKey.Scope.SUBMIT, ApiKey.Scope.READ, ApiKey.Scope.ADMIN


class ApiView(APIView):
    """`scopes` says by method which scope a key needs; a method without one is closed.
    `parameters` are all that the address may carry: a misspelt filter must not find everything.
    `takes` is what `sent` understands."""

    http_method_names = ["get", "head", "post"]
    scopes: ClassVar[Mapping[str, str]] = {}
    parameters: ClassVar[frozenset[str]] = frozenset()
    takes: ClassVar[type[StrictSerializer]] = EmptySerializer
    rate_uses: Sequence[Use] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        strange = sorted(set(request.query_params) - self.parameters)
        if strange:
            known = self.parameters
            raise ValidationError(
                {name: [unknown("unknown_parameter", name, known)] for name in strange}
            )

    def perform_authentication(self, request: Request) -> None:
        """Counts as soon as it is known who asks: what the key may not do is asked for, too."""
        super().perform_authentication(request)
        super().check_throttles(request)

    def check_throttles(self, request: Request) -> None:
        """That was done."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        done = super().finalize_response(request, response, *args, **kwargs)
        if not done.has_header("Cache-Control"):
            done["Cache-Control"] = "private, no-store"
        done["X-Request-ID"] = request_id()
        for name, value in rate_headers(self.rate_uses).items():
            done[name] = value
        return done

    def sent(self) -> dict[str, Any]:
        """The body, understood. Raises ValidationError, field by field."""
        form = self.takes(data=self.request.data)
        form.is_valid(raise_exception=True)
        return dict(form.validated_data)

    @property
    def person(self) -> User:
        """Who asks: a person, or the account of a key."""
        return cast("User", self.request.user)

    @property
    def key(self) -> ApiKey | None:
        auth = self.request.auth
        return auth if isinstance(auth, ApiKey) else None
