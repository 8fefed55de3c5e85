"""JSON to frozen dataclasses, by their type hints.

Fields that a class does not have are ignored, so that a newer server does no harm; one without a
default that is missing is an error, for nothing may be made up in its place.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from fracture_client.errors import UnexpectedAnswer

T = TypeVar("T")
_PLAIN = (str, int, float, bool)


def record(kind: type[T], data: Any) -> T:
    """One record. Raises UnexpectedAnswer for what is none."""
    try:
        return _record(kind, data)
    except (KeyError, TypeError, ValueError) as error:
        told = f"without {error}" if isinstance(error, KeyError) else str(error)
        raise UnexpectedAnswer(f"The answer is no {kind.__name__}: {told}.") from None


def _record(kind: type[T], data: Any) -> T:
    if not isinstance(data, Mapping):
        raise TypeError(f"{type(data).__name__} where an object should be")
    values = {
        name: _value(hint, data[name])
        for name, (hint, needed) in _fields(cast("Any", kind)).items()
        if needed or name in data
    }
    return kind(**values)


@cache
def _fields(kind: Any) -> dict[str, tuple[Any, bool]]:
    """Type and whether it must be there, by name."""
    hints = get_type_hints(kind)
    return {
        one.name: (
            hints[one.name],
            one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING,
        )
        for one in dataclasses.fields(kind)
    }


def _value(hint: Any, data: Any) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        (inner,) = (one for one in arguments if one is not type(None))
        return None if data is None else _value(inner, data)
    if origin is tuple:
        return tuple(_value(arguments[0], one) for one in _checked(list, data))
    if origin is not None:
        return {str(key): _value(arguments[1], one) for key, one in _checked(dict, data).items()}
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return _record(hint, data)
    return _scalar(hint, data)


def _scalar(hint: Any, data: Any) -> Any:
    if hint is datetime:
        return datetime.fromisoformat(_checked(str, data))
    if hint is float:
        return float(_checked(int, data) if isinstance(data, int) else _checked(float, data))
    return _checked(hint, data) if hint in _PLAIN else data


def _checked(kind: Any, data: Any) -> Any:
    if not isinstance(data, kind) or (isinstance(data, bool) and kind is not bool):
        raise TypeError(f"{type(data).__name__} where {kind.__name__} should be")
    return data
