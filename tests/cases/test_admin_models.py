"""Model versions in the administration pages: what was measured, and the way to the card."""

from django.test import Client
from django.urls import reverse

from accounts.models import User
from cases.models import ModelVersion
from tests.factories import ModelVersionFactory

MANIFEST = {
    "thresholds": {"rule_out": 0.06, "rule_in": 0.55},
    "metrics": {
        "auc": {"value": 0.93, "low": 0.91, "high": 0.95},
        "levels": {
            "sensitivity_at_rule_out": {"value": 0.953, "low": 0.931, "high": 0.97},
            "specificity_at_rule_in": {"value": 0.951, "low": 0.93, "high": 0.966},
        },
    },
}


def test_the_figures_and_the_card(
    client: Client, operator: User, model_version: ModelVersion
) -> None:
    client.force_login(operator)
    measured = ModelVersionFactory(manifest=MANIFEST)
    assert "0.930 (95 % interval 0.910 to 0.950)" in _page(client, "changelist")
    page = _page(client, "change", measured)
    assert "AUC: 0.930 (95 % interval 0.910 to 0.950)" in page
    lower = "Lower threshold: below it no fracture found (0.060): Sensitivity: 0.953"
    upper = "Upper threshold: above it fracture suspected (0.550): Specificity: 0.951"
    assert lower in page
    assert upper in page
    assert f'href="/models/{measured.pk}/"' in page
    ModelVersion.objects.update(manifest={})
    assert "Not measured." in _page(client, "change", measured)


def _page(client: Client, view: str, *models: ModelVersion) -> str:
    address = reverse(f"admin:cases_modelversion_{view}", args=[one.pk for one in models])
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()
