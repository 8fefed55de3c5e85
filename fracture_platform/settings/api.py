"""The REST API: closed unless a view says who may come in, JSON alone, bounded in every way."""

from typing import Any

from fracture_platform.settings.environment import env

REST_FRAMEWORK: dict[str, Any] = {
    # The key first: its challenge is what the anonymous are answered.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api_authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["cases.api.permissions.StatedScope"],
    "DEFAULT_THROTTLE_CLASSES": ["cases.api.throttles.Throttle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["cases.api.parsers.BoundedJSONParser"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "cases.api.schema.Schema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
}
DRF_STANDARDIZED_ERRORS: dict[str, Any] = {
    "EXCEPTION_HANDLER_CLASS": "cases.api.errors.Handler",
    "EXCEPTION_FORMATTER_CLASS": "cases.api.errors.Formatter",
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
}

# In a minute. What is used of them stands in every answer's RateLimit header and under /usage/.
API_REQUESTS_PER_KEY = env.int("API_REQUESTS_PER_KEY", default=600)
API_REQUESTS_PER_ORGANIZATION = env.int("API_REQUESTS_PER_ORGANIZATION", default=1800)
# Analyses that wait or run, of the cases that one organization has submitted.
API_UNFINISHED_PER_ORGANIZATION = env.int("API_UNFINISHED_PER_ORGANIZATION", default=500)
# How long a link to an image works without the key.
API_LINK_SECONDS = env.int("API_LINK_SECONDS", default=300)

# What the description of the API begins with; cases.api.guide puts the guide after it.
API_INTRODUCTION = """\
Submit cases with their radiographs, follow their analyses, fetch the answers. It supports a \
decision and never makes one: whoever shows an answer shows its sentence with it.

*Authorize* takes an API key of your organization; *Try it out* then really sends what you fill in.\
"""
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Fracture platform API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "LICENSE": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # JavaScript, for it names a plugin of ours (static/js/try_it_out.js). Nothing is asked of
    # another host, not even whether the schema is valid.
    "SWAGGER_UI_SETTINGS": "{deepLinking: true, validatorUrl: null, plugins: [TryItOut]}",
    "WEBHOOKS": "cases.api.events.EVENTS",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "cases.api.examples.add_refusals",
        "cases.api.guide.add_guide",
    ],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": True,
    "ENUM_NAME_OVERRIDES": {
        "CaseStatus": "cases.vocabulary.CaseStatus",
        "CaseLevel": "cases.vocabulary.CaseLevel",
        "FindingLevel": "cases.vocabulary.FindingLevel",
        "AnalysisStatus": "cases.vocabulary.AnalysisStatus",
        "BodyRegion": "cases.vocabulary.BodyRegion",
        "Side": "cases.vocabulary.Side",
        "View": "cases.vocabulary.View",
        "Sex": "cases.vocabulary.Sex",
        "Priority": "cases.vocabulary.Priority",
        "Source": "cases.vocabulary.Source",
        "Conclusion": "cases.vocabulary.Conclusion",
        "Agreement": "cases.vocabulary.Agreement",
        "OtherFinding": "cases.vocabulary.OtherFinding",
        "PixelSpacingKind": "cases.vocabulary.PixelSpacingKind",
        "WebhookEventType": "cases.vocabulary.WebhookEventType",
        "DeliveryStatus": "cases.vocabulary.DeliveryStatus",
        "Scope": "accounts.models.ApiKey.Scope",
        "OrganizationKind": "accounts.models.Organization.Kind",
    },
    "TAGS": [
        {"name": "cases", "description": "Submit cases and follow them."},
        {"name": "images", "description": "Radiographs and heatmaps, every look recorded."},
        {"name": "reads", "description": "What clinicians concluded."},
        {"name": "models", "description": "Which model is asked, and what was measured of it."},
        {"name": "webhooks", "description": "Where your own system is told what happened."},
        {"name": "account", "description": "Who you are here, and the limits."},
    ],
}
