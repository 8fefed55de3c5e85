"""Webhook endpoints of an organization, by its own programs and its administrators."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organization
from cases.api import docs, pagination
from cases.api.problems import Problem, Unprocessable, wrong
from cases.api.serializers import webhooks as forms
from cases.api.serializers.common import EmptySerializer
from cases.api.views.base import ADMIN, ApiView
from cases.models import WebhookEndpoint
from cases.permissions import may_administer_webhooks
from cases.selectors import webhooks as selectors
from cases.services.webhooks import endpoints, replaying
from cases.services.webhooks.endpoints import WebhookRefused
from cases.views.guard import found


class WebhookView(ApiView):
    """What a service refuses is about a field, or about how the endpoint stands."""

    scopes: ClassVar[Mapping[str, str]] = {"POST": ADMIN}

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(_told(exc) if isinstance(exc, WebhookRefused) else exc)

    def endpoint(self, endpoint_id: UUID) -> WebhookEndpoint:
        one: WebhookEndpoint = found(
            selectors.get_endpoint, user=self.person, endpoint_id=endpoint_id
        )
        return one

    def shown(self, endpoint_id: UUID, *, secret: str = "", status: int = 200) -> Response:
        """As it stands now, with its secret if that is new."""
        one = found(selectors.get_endpoint_shown, user=self.person, endpoint_id=endpoint_id)
        kind = forms.EndpointSecretSerializer if secret else forms.EndpointSerializer
        return Response(kind(one, context={"secret": secret}).data, status=status)

    def delivery(self, delivery_id: UUID) -> Response:
        """On its way; ask the list what came of it."""
        one = found(selectors.get_delivery, user=self.person, delivery_id=delivery_id)
        return Response(forms.DeliverySerializer(one).data, status=202)


def _told(problem: WebhookRefused) -> Exception:
    if problem.field:
        return Unprocessable({problem.field: [wrong(problem.code, problem.message)]})
    return Problem(problem.code, status=409, detail=problem.message)


class EndpointsView(WebhookView):
    scopes: ClassVar = {"GET": ADMIN, "POST": ADMIN}
    takes = forms.EndpointSubmissionSerializer

    @extend_schema(**docs.LIST_WEBHOOKS, responses={200: forms.EndpointsSerializer})
    def get(self, request: Request) -> Response:
        self._own_organization()
        rows = selectors.endpoints_shown(user=self.person)
        return Response({"results": forms.EndpointSerializer(rows, many=True).data})

    @extend_schema(
        **docs.CREATE_WEBHOOK,
        request=forms.EndpointSubmissionSerializer,
        responses={201: forms.EndpointSecretSerializer},
    )
    def post(self, request: Request) -> Response:
        organization = self._own_organization()
        if organization is None:
            raise PermissionDenied("You have no organization: make endpoints on the page of one.")
        endpoint, secret = endpoints.create_endpoint(
            organization=organization, actor=self.person, **self.sent()
        )
        response = self.shown(endpoint.pk, secret=secret, status=201)
        response["Location"] = request.build_absolute_uri(
            reverse("api_webhook", args=[endpoint.pk])
        )
        return response

    def _own_organization(self) -> Organization | None:
        """The operator has none, and sees those of all."""
        own = self.person.organization
        if not may_administer_webhooks(self.person, own):
            raise PermissionDenied("Only administrators of an organization see its webhooks.")
        return own


class EndpointView(WebhookView):
    http_method_names = ["get", "head", "patch", "delete"]
    scopes: ClassVar = {"GET": ADMIN, "PATCH": ADMIN, "DELETE": ADMIN}
    takes = forms.EndpointChangeSerializer

    @extend_schema(**docs.GET_WEBHOOK, responses={200: forms.EndpointSerializer})
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        return self.shown(endpoint_id)

    @extend_schema(
        **docs.CHANGE_WEBHOOK,
        request=forms.EndpointChangeSerializer,
        responses={200: forms.EndpointSerializer},
    )
    def patch(self, request: Request, endpoint_id: UUID) -> Response:
        endpoint = self.endpoint(endpoint_id)
        endpoints.change_some(endpoint=endpoint, actor=self.person, changes=self.sent())
        return self.shown(endpoint_id)

    @extend_schema(**docs.REMOVE_WEBHOOK, responses={204: None})
    def delete(self, request: Request, endpoint_id: UUID) -> Response:
        endpoint = self.endpoint(endpoint_id)
        endpoints.remove_endpoint(endpoint=endpoint, actor=self.person)
        return Response(status=204)


class SecretView(WebhookView):
    takes = forms.SecretSerializer

    @extend_schema(
        **docs.ROTATE_WEBHOOK_SECRET,
        request=forms.SecretSerializer,
        responses={200: forms.EndpointSecretSerializer},
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        endpoint = self.endpoint(endpoint_id)
        secret = endpoints.rotate_secret(endpoint=endpoint, actor=self.person, **self.sent())
        return self.shown(endpoint_id, secret=secret)


class SendTestView(WebhookView):
    @extend_schema(
        **docs.TEST_WEBHOOK, request=EmptySerializer, responses={202: forms.DeliverySerializer}
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        endpoint = self.endpoint(endpoint_id)
        self.sent()
        return self.delivery(endpoints.send_test(endpoint=endpoint, actor=self.person).pk)


class DeliveriesView(WebhookView):
    scopes: ClassVar = {"GET": ADMIN}
    parameters = pagination.PARAMETERS | {"status"}

    @extend_schema(**docs.DELIVERIES, responses={200: forms.DeliveryPageSerializer})
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        endpoint = self.endpoint(endpoint_id)
        status = request.query_params.get("status")
        asked = forms.DeliveriesAskedSerializer(data={} if status is None else {"status": status})
        asked.is_valid(raise_exception=True)
        size, cursor = pagination.size_of(request), pagination.cursor_of(request)
        with pagination.no_bad_cursor():
            page = selectors.deliveries_page(
                endpoint, **asked.validated_data, cursor=cursor, size=size
            )
        shown = forms.DeliverySerializer(page.deliveries, many=True).data
        return pagination.page(request, page.next_cursor, shown)


class ReplayFailedView(WebhookView):
    takes = forms.ReplayFailedSerializer

    @extend_schema(
        **docs.REPLAY_FAILED,
        request=forms.ReplayFailedSerializer,
        responses={202: forms.ReplayedSerializer},
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        endpoint = self.endpoint(endpoint_id)
        done = replaying.replay_failed(endpoint=endpoint, actor=self.person, **self.sent())
        return Response({"replayed": done}, status=202)


class ReplayView(WebhookView):
    @extend_schema(
        **docs.REPLAY, request=EmptySerializer, responses={202: forms.DeliverySerializer}
    )
    def post(self, request: Request, delivery_id: UUID) -> Response:
        delivery = found(selectors.get_delivery, user=self.person, delivery_id=delivery_id)
        self.sent()
        if not replaying.replay(delivery=delivery, actor=self.person):
            raise Problem("delivery_waits", status=409)
        return self.delivery(delivery_id)
