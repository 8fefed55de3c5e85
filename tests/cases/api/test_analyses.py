"""The analyses of a case, for programs."""

from datetime import timedelta

from django.utils import timezone

from cases.models import Analysis, Case, ModelVersion
from tests.cases.api.calling import Caller, codes
from tests.factories import AnalysisFactory, RadiographFactory


def test_everything_that_was_measured(
    analysis: Analysis, case: Case, sending: Caller, model_version: ModelVersion
) -> None:
    model_version.manifest = {"calibration": {"prevalence": 0.176}}
    model_version.save()
    Analysis.objects.update(timings_ms={"total": 41.5}, engine="litert")
    told = sending.get(f"cases/{case.pk}/analyses/").json()
    assert told["withheld"] is False
    (one,) = told["results"]
    assert one["id"] == str(analysis.pk)
    assert one["radiograph"] == str(analysis.radiograph_id)
    assert (one["status"], one["level"], one["probability"]) == ("succeeded", "fracture", 0.83)
    assert one["calibration_prevalence"] == 0.176
    assert one["thresholds"] == {"rule_out": 0.2, "rule_in": 0.6}
    assert one["class_scores"] == {"fracture": 0.83}
    assert one["marks"] == [{"x": 10.0, "y": 12.0, "width": 20.0, "height": 24.0, "peak": 0.77}]
    assert one["timings_ms"] == {"total": 41.5}
    assert one["model"]["name"] == "phantom-cnn"
    assert one["heatmap_url"] is None
    assert one["error"] is None


def test_why_one_failed_and_the_newest_first(
    analysis: Analysis, case: Case, sending: Caller, model_version: ModelVersion
) -> None:
    failed = AnalysisFactory(
        radiograph=analysis.radiograph,
        model_version=model_version,
        failed=True,
        created_at=timezone.now() + timedelta(minutes=1),
    )
    first, second = sending.get(f"cases/{case.pk}/analyses/").json()["results"]
    assert (first["id"], second["id"]) == (str(failed.pk), str(analysis.pk))
    assert first["error"] == {
        "code": "worker_lost",
        "message": "The analysis was interrupted three times.",
    }
    assert (first["level"], first["probability"], first["thresholds"]) == (None, None, None)


def test_neither_shadow_runs_nor_withdrawn_radiographs(
    analysis: Analysis, case: Case, sending: Caller, model_version: ModelVersion
) -> None:
    AnalysisFactory(radiograph=analysis.radiograph, model_version=model_version, purpose="shadow")
    gone = RadiographFactory(case=case, withdrawn_at=timezone.now(), withdrawal_reason="twice")
    AnalysisFactory(radiograph=gone, model_version=model_version, succeeded=True)
    (one,) = sending.get(f"cases/{case.pk}/analyses/").json()["results"]
    assert one["id"] == str(analysis.pk)


def test_of_others_are_not_there(analysis: Analysis, case: Case, foreign: Caller) -> None:
    response = foreign.get(f"cases/{case.pk}/analyses/")
    assert (response.status_code, codes(response)) == (404, {None: "not_found"})
