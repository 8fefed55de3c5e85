"""Files of private storage whose rows are not committed yet."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath

from cases.models.radiograph import private_storage


@contextmanager
def removed_on_error() -> Iterator[list[str]]:
    """Collects names of stored files; whatever is still listed when an error comes is removed.

    Clear the list as the transaction's last step: a connection that breaks during the commit
    leaves unknown whether the rows stand, and they must not lose their files. If they do not
    stand, the tidying finds files that no row names, a day later.
    """
    names: list[str] = []
    try:
        yield names
    except BaseException:
        remove(names)
        raise


def remove(names: Iterable[str]) -> None:
    """Remove files and the folders that they leave empty; what cannot be removed is left to the
    tidying, and never hides the error that led here."""
    names = list(names)
    folders = {str(PurePosixPath(name).parent) for name in names}
    for name in [*names, *folders]:
        with suppress(Exception):
            private_storage().delete(name)
