"""How a webhook is signed, where it may go, how it gets there, and when it is tried again."""
