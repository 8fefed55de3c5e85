"""Style sheets, scripts and icons as browsers get them."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = (
    r"""(?P<matched>import(?s:(?P<import>[\s{].*?))\s*from\s*["'](?P<url>\.{1,2}/.*?)["']\s*;)""",
    """import%(import)s from "%(url)s";""",
)
"""What a module of ours takes from another one beside it."""


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Names carry the hash of what is in the file, in the imports of our scripts too: after an
    update no page runs a new module with an old one from the browser's cache.

    (Django's own switch for that would look into the scripts of libraries as well, and django-htmx
    brings one whose import only a bundler understands.)
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", (IMPORT,)))
