"""Moments that are sent: only with their offset from UTC, for nobody can guess somebody's clock."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django_filters import IsoDateTimeFilter
from django_filters.fields import IsoDateTimeField
from rest_framework import serializers

from cases.api.codes import CODES
from cases.api.problems import wrong

_WITH_OFFSET = re.compile(r".*T.*(?:Z|[+-]\d\d:?\d\d)", re.IGNORECASE | re.ASCII)


class MomentField(serializers.DateTimeField):
    """Of a body."""

    def to_internal_value(self, value: Any) -> Any:
        moment = super().to_internal_value(value)
        if not _WITH_OFFSET.fullmatch(str(value).strip()):
            raise serializers.ValidationError([wrong("no_offset")])
        return moment


class _FormField(IsoDateTimeField):
    def to_python(self, value: Any) -> Any:
        moment = super().to_python(value)
        if moment is not None and not _WITH_OFFSET.fullmatch(str(value).strip()):
            raise ValidationError(CODES["no_offset"], code="no_offset")
        return moment


class MomentFilter(IsoDateTimeFilter):
    """Of an address."""

    field_class = _FormField
