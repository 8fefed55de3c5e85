"""Who calls, and what is used of the limits."""

from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api import docs
from cases.api.limits import bounds_of
from cases.api.permissions import ANY
from cases.api.serializers.account import MeSerializer, UsageSerializer
from cases.api.views.base import ApiView
from cases.intake.uploads import configured_limits
from cases.permissions import reading_choices
from cases.selectors.waiting import unfinished_analyses


class MeView(ApiView):
    scopes: ClassVar = {"GET": ANY}

    @extend_schema(**docs.ME, responses={200: MeSerializer})
    def get(self, request: Request) -> Response:
        who = {
            "name": str(self.person),
            "organization": self.person.organization,
            "key": self.key,
            "reading_organizations": reading_choices(self.person),
        }
        return Response(MeSerializer(who).data)


class UsageView(ApiView):
    scopes: ClassVar = {"GET": ANY}

    @extend_schema(**docs.USAGE, responses={200: UsageSerializer})
    def get(self, request: Request) -> Response:
        own = self.person.organization
        files = configured_limits()
        usage = {
            "requests_per_minute": self._requests(),
            "unfinished_analyses": own
            and {
                "limit": settings.API_UNFINISHED_PER_ORGANIZATION,
                "used": unfinished_analyses(own.pk),
            },
            "submission": {
                "max_files": files.max_files,
                "max_file_bytes": files.max_bytes,
                "max_request_bytes": files.max_request_bytes,
                "max_pixels": files.max_pixels,
            },
        }
        return Response(UsageSerializer(usage).data)

    def _requests(self) -> list[dict[str, Any]]:
        """As they were counted when this very request came in."""
        if self.rate_uses:
            return [
                {
                    "name": use.name,
                    "limit": use.limit,
                    "used": use.used,
                    "resets_in": use.resets_in,
                }
                for use in self.rate_uses
            ]
        bounds = bounds_of(self.person, self.request.auth)
        unknown = {"used": None, "resets_in": None}
        return [{"name": name, "limit": limit, **unknown} for name, limit in bounds.values()]
