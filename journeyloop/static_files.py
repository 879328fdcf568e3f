"""How static files are named in production."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise ships no types
    """Names that change with the content, also inside the import lines of scripts."""

    support_js_module_import_aggregation = True
