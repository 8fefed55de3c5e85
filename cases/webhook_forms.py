"""What administrators fill in about webhooks. What is allowed is decided by the services."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import WebhookEndpoint
from cases.vocabulary import WebhookEventType


class EndpointForm(forms.Form):
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("Where your system waits, as https://host/path."),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    event_types = forms.MultipleChoiceField(
        label=_("Events"),
        choices=WebhookEventType.choices,
        initial=WebhookEventType.values,
        widget=forms.CheckboxSelectMultiple,
    )

    @classmethod
    def of(cls, endpoint: WebhookEndpoint) -> "EndpointForm":
        """Filled in."""
        names = ("url", "description", "event_types")
        return cls(initial={name: getattr(endpoint, name) for name in names})


class ReplayForm(forms.Form):
    days = forms.TypedChoiceField(
        label=_("Since"),
        coerce=int,
        choices=[(1, _("a day ago")), (3, _("3 days ago")), (30, _("30 days ago"))],
    )

    def clean_days(self) -> int:
        days: Any = self.cleaned_data["days"]
        return int(days)
