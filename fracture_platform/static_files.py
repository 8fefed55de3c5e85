"""Style sheets, scripts and icons as browsers get them."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Names carry the hash of what is in the file, in the imports of scripts too: after an update
    no page runs a new module with an old one from the browser's cache."""

    support_js_module_import_aggregation = True
