"""The CNN and the process that holds it.

Nothing is imported here: a web process may name this package for free.
"""
