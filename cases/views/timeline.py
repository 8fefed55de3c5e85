"""A case's events as lines for people."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.models import Case, CaseEvent, Radiograph
from cases.selectors.timeline import Timeline
from cases.vocabulary import Agreement, Conclusion

SIGNS = {
    "received": "upload",
    "radiograph_added": "plus",
    "started": "running",
    "succeeded": "finished",
    "returned": "rerun",
    "corrected": "correct",
    "read": "finished",
    "read_amended": "correct",
    "first_impression": "viewed",
}

Kind = CaseEvent.Kind
SAYING = (Kind.READ, Kind.READ_AMENDED, Kind.FIRST_IMPRESSION)
"""What tells of the answer, by agreeing with it or by leaning on it."""


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `details` are whole phrases; `retry` is the radiograph of an
    analysis that failed and that nothing followed, where the person may ask again."""

    at: datetime
    kind: str
    sign: str
    title: str
    who: str
    details: list[str]
    retry: Radiograph | None = None


def entries(
    told: Timeline, *, many: bool, withheld: bool = False, failed: Collection[UUID] = ()
) -> Iterator[Entry]:
    """Newest first. Of a person's looks at the case only the latest is told, with their number.

    `many` says that the case has several radiographs, so that a line names its own; `withheld` that
    what was said of them is not told yet; `failed` are the keys of the analyses that this person
    may ask for again.
    """
    for event in told.events:
        details = [] if withheld and event.kind in SAYING else list(_details(event))
        times = told.looks.get(event.pk, 1)
        if times > 1:
            details.append(ngettext("%(n)d time", "%(n)d times", times) % {"n": times})
        title = event.get_kind_display()
        if many and event.radiograph:
            title = f"{title}: {event.radiograph}"
        sign = f"icons/{SIGNS.get(event.kind, event.kind)}.svg"
        ended = event.kind == CaseEvent.Kind.FAILED and event.analysis_id in failed
        retry = event.radiograph if ended else None
        yield Entry(event.at, event.kind, sign, title, _who(event), details, retry)


def _who(event: CaseEvent) -> str:
    if event.actor is None:
        return ""
    organization = event.actor.organization
    return f"{event.actor}, {organization}" if organization else str(event.actor)


def _details(event: CaseEvent) -> Iterator[str]:
    detail = event.detail
    if detail.get("reason"):
        yield _("Reason: %(reason)s") % {"reason": detail["reason"]}
    if detail.get("from_dicom"):
        names = ", ".join(_label(name) for name in detail["from_dicom"])
        yield _("From the DICOM header: %(names)s") % {"names": names}
    for words in (Conclusion, Agreement):
        said = detail.get(words.__name__.lower())
        if said in words.values:
            yield str(words(said).label)
    if detail.get("sent_by"):
        yield _("Handed in by %(name)s") % {"name": detail["sent_by"]}
    if detail.get("answer") == "withheld":
        yield _("Without the software's answer")
    if event.kind == Kind.FAILED and event.analysis:
        yield event.analysis.error_message
    if event.kind == Kind.QUEUED and detail.get("model_version"):
        yield str(detail["model_version"])
    for name, (old, new) in detail.get("changes", {}).items():
        yield _("%(name)s: %(old)s → %(new)s") % {
            "name": _label(name),
            "old": _value(name, old),
            "new": _value(name, new),
        }


def _label(name: str) -> str:
    label = str(Case._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    return label[:1].upper() + label[1:]


def _value(name: str, value: Any) -> str:
    if value in (None, ""):
        return _("not stated")
    if name == "reading_deadline":
        moment = parse_datetime(value)
        return date_format(localtime(moment), "DATETIME_FORMAT") if moment else str(value)
    choices = dict(Case._meta.get_field(name).choices or [])  # type: ignore[union-attr]
    return str(choices.get(value, value))
