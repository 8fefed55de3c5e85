"""Every other address below /api/: not found, in the shape of the API's other errors."""

from typing import Any, NoReturn

from django.urls import resolve
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from cases.api.problems import Problem
from cases.api.views.base import ApiView

NOTHING = "api_nothing"


class NothingView(ApiView):
    schema = None
    authentication_classes = []
    permission_classes = [AllowAny]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        whole = f"{request.path_info}/"
        if resolve(whole).url_name != NOTHING:
            said = f"The address ends with a slash: {whole}"
            raise Problem("not_found", status=404, detail=said)
        raise NotFound
