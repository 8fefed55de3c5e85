"""Why a file is not taken."""


class RefusedError(Exception):
    """One sentence: what is wrong with the file, and a way out."""
