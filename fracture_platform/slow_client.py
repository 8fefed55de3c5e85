"""A client that sent too slowly while others waited."""

import errno


class SlowClient(ConnectionResetError):
    """For gunicorn and Django a client that went away; it may send the same again."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "The client is too slow.")
