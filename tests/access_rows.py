"""The words in which `tests/access_table.py` says who is answered what."""

from dataclasses import dataclass

SIGNED_IN = (
    "owner",
    "colleague",
    "reader",
    "reading_administrator",
    "partner",
    "stranger",
    "administrator",
    "operator",
)
PEOPLE = (*SIGNED_IN, "anonymous")
ADMINISTRATORS = ("administrator", "reading_administrator", "operator")
SIDES = ("owner", "colleague", "administrator", "reader", "reading_administrator")
SUBMITTERS = ("owner", "colleague", "administrator", "operator")

SIGN_IN = "asked to sign in"
ADMIN_SIGN_IN = "sent to the administration's sign-in"
DONE = "let in"  # whatever the page answers to a form that may be empty: 200, 302, 422
Answer = int | str


@dataclass(frozen=True)
class Row:
    route: str
    address: str
    answers: dict[str, Answer]
    method: str = "get"


def answers(
    who: tuple[str, ...] = SIGNED_IN,
    seen: Answer = 200,
    others: Answer = 404,
    anonymous: Answer = SIGN_IN,
    **special: Answer,
) -> dict[str, Answer]:
    """`seen` for `who`, `others` for the rest of those signed in, `special` by person."""
    table = {person: seen if person in who else others for person in SIGNED_IN}
    return {**table, "anonymous": anonymous, **special}


def everybody(answer: Answer) -> dict[str, Answer]:
    return answers(seen=answer, anonymous=answer)
