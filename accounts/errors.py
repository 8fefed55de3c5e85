"""What people are told when a change of accounts is refused."""


class AccountError(Exception):
    """A change that is refused: `code` for programs, `message` a sentence for the person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = str(message)
