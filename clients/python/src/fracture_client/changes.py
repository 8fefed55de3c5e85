"""What changes something: submissions are retried under one key, the rest is sent once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from fracture_client import values
from fracture_client.files import Source, content_key
from fracture_client.parsing import record
from fracture_client.records import Case, Place, Read, Submitted
from fracture_client.transport import Transport, json_of
from fracture_client.values import Id, id_of


class Changes:
    """The half of a Client that acts."""

    _transport: Transport

    def submit(  # noqa: PLR0913  # the fields of a case, by name
        self,
        files: Sequence[Source],
        *,
        patient_reference: str,
        photographs: Sequence[Source] = (),
        views: Sequence[str] = (),
        age_years: int | None = None,
        sex: str = "",
        body_region: str = "",
        side: str = "",
        clinical_question: str = "",
        priority: str = "routine",
        reading_deadline: datetime | None = None,
        reading_organization: Id | None = None,
        accession: str = "",
        order: str = "",
        study_uid: str = "",
        idempotency_key: str | None = None,
    ) -> Submitted:
        """A new case of radiographs (paths, or bytes), queued for analysis. Names of files are not
        sent.

        Without an `idempotency_key` one is made from these fields and the bytes, so that neither a
        retry nor the same call in another process makes a second case: it returns the first, with
        `replayed`. The server remembers keys for 24 hours. To have the same content twice on
        purpose, give keys of your own.
        """
        reading = reading_organization and id_of(reading_organization, "an organization")
        given: dict[str, object] = {
            "patient_reference": patient_reference,
            "age_years": age_years,
            "sex": sex,
            "body_region": body_region,
            "side": side,
            "clinical_question": clinical_question,
            "priority": priority,
            "reading_deadline": values.moment(reading_deadline, "reading_deadline"),
            "reading_organization": reading,
            "accession": accession,
            "order": order,
            "study_uid": study_uid,
        }
        fields: dict[str, str | list[str]] = {
            name: str(value) for name, value in given.items() if value not in (None, "")
        }
        parts = {"radiographs": files, "photographs": photographs}
        return self._sent("cases/", fields, parts, views, idempotency_key, {})

    def add_radiographs(
        self,
        case_id: Id,
        files: Sequence[Source],
        *,
        photographs: Sequence[Source] = (),
        views: Sequence[str] = (),
        idempotency_key: str | None = None,
    ) -> Submitted:
        """Further views of the same encounter, by either organization of the case; it is to be
        read again. Twice is once, as with `submit`: the key is made from the case and the bytes,
        so to add what was withdrawn within 24 hours takes one of your own."""
        case = id_of(case_id, "a case")
        parts = {"radiographs": files, "photographs": photographs}
        address = f"cases/{case}/radiographs/"
        return self._sent(address, {}, parts, views, idempotency_key, {"case": case})

    def _sent(
        self,
        path: str,
        fields: dict[str, str | list[str]],
        parts: Mapping[str, Sequence[Source]],
        views: Sequence[str],
        given_key: str | None,
        about: Mapping[str, str],
    ) -> Submitted:
        """`about` is what the address adds to the content."""
        values.files(*parts.values())
        if views:
            fields = {**fields, "views": values.words(views, "views")}
        if given_key is None:
            key = content_key({**fields, **about}, parts)
        else:
            key = values.idempotency_key(given_key)
        response = self._transport.submit(path, fields, parts, key=key)
        replayed = response.headers.get("Idempotency-Replayed") == "true"
        told = {**json_of(response), "idempotency_key": key, "replayed": replayed}
        return record(Submitted, told)

    def cancel(self, case_id: Id) -> Case:
        """Take the queued analyses of a case out of the queue; what runs goes on. Never retried."""
        return self._done(case_id, "cancel", {})

    def rerun(self, case_id: Id, radiograph_id: Id | None = None) -> Case:
        """Ask the active model again, about one radiograph or about all. Never retried."""
        return self._done(case_id, "rerun", _about(radiograph_id))

    def withdraw(self, case_id: Id, reason: str, radiograph_id: Id | None = None) -> Case:
        """It was sent by mistake (the case, or one radiograph of several): nobody is shown it any
        more. Only the organization that submitted it may, and it is never undone. Never retried."""
        return self._done(case_id, "withdraw", {"reason": reason, **_about(radiograph_id)})

    def record_read(  # the fields of a read, by name
        self,
        case_id: Id,
        *,
        reader_email: str,
        conclusion: str,
        body_region: str = "",
        side: str = "",
        other_findings: Sequence[str] = (),
        comment: str = "",
        analysis: Id | None = None,
        agreement: str = "",
        mark: Place | None = None,
        amending: Id | None = None,
    ) -> Read:
        """What a clinician of your organization concluded: `fracture`, `no_fracture` or `unsure`.
        The read is that person's. `analysis` is the answer that was before them, `agreement` what
        they think of it (`agree`, `disagree`), `amending` their own earlier read. Never retried.
        """
        given = {
            "reader_email": reader_email,
            "conclusion": conclusion,
            "body_region": body_region,
            "side": side,
            "other_findings": values.words(other_findings, "other_findings"),
            "comment": comment,
            "analysis": analysis and id_of(analysis, "an analysis"),
            "agreement": agreement,
            "mark": mark and asdict(mark),
            "amending": amending and id_of(amending, "a read"),
        }
        said = {name: value for name, value in given.items() if value not in (None, "", [])}
        address = f"cases/{id_of(case_id, 'a case')}/reads/"
        return record(Read, json_of(self._transport.post(address, said)))

    def _done(self, case_id: Id, what: str, body: Mapping[str, Any]) -> Case:
        address = f"cases/{id_of(case_id, 'a case')}/{what}/"
        return record(Case, json_of(self._transport.post(address, body)))


def _about(radiograph_id: Id | None) -> dict[str, str]:
    return {} if radiograph_id is None else {"radiograph": id_of(radiograph_id, "a radiograph")}
