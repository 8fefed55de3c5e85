"""Whether a clinician's conclusion and the software's level say the same."""

from collections.abc import Mapping

from cases.vocabulary import Conclusion, FindingLevel

AGREES: Mapping[tuple[str, str], bool] = {
    (FindingLevel.FRACTURE.value, Conclusion.FRACTURE.value): True,
    (FindingLevel.FRACTURE.value, Conclusion.NO_FRACTURE.value): False,
    (FindingLevel.NO_FRACTURE_FOUND.value, Conclusion.FRACTURE.value): False,
    (FindingLevel.NO_FRACTURE_FOUND.value, Conclusion.NO_FRACTURE.value): True,
}
"""Where both decided; one that is uncertain agrees with nothing."""
DECIDED = frozenset(level for level, _ in AGREES)
"""The levels that one can agree or disagree with."""


def contradicts(level: str, conclusion: str) -> bool:
    """Whether both decided, and one of them says that there is a fracture."""
    return AGREES.get((level, conclusion)) is False
