"""Which model is asked, and what was measured of it."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from cases.api import docs
from cases.api.serializers.models import ModelSerializer
from cases.api.views.base import READ, ApiView
from cases.selectors.model_versions import active_model_version, get_model_version
from cases.views.guard import found


class ActiveModelView(ApiView):
    scopes: ClassVar = {"GET": READ}

    @extend_schema(**docs.ACTIVE_MODEL, responses={200: ModelSerializer})
    def get(self, request: Request) -> Response:
        model = active_model_version()
        if model is None:
            raise NotFound("No model is active: cases wait for one.")
        return Response(ModelSerializer(model, context={"request": request}).data)


class ModelView(ApiView):
    scopes: ClassVar = {"GET": READ}

    @extend_schema(**docs.MODEL, responses={200: ModelSerializer})
    def get(self, request: Request, model_version_id: UUID) -> Response:
        model = found(get_model_version, model_version_id=model_version_id)
        return Response(ModelSerializer(model, context={"request": request}).data)
