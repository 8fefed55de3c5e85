"""Every code that an error of the API can carry, with the sentence where nothing is more exact.

The codes are part of the API: add to them, never rename one.
"""

from typing import Final

from cases.intake import errors as intake

ABOUT_FIELDS: Final[dict[str, str]] = {
    "required": "This field is required.",
    "null": "This field may not be null.",
    "blank": "This field may not be blank.",
    "empty": "This may not be empty.",
    "invalid": "The value is not of the kind that this field takes.",
    "invalid_choice": "The value is none of those offered.",
    "max_length": "The text is too long.",
    "min_length": "The text is too short.",
    "max_value": "The number is too large.",
    "min_value": "The number is too small.",
    "max_string_length": "The text of the number is too long.",
    "overflow": "The number or moment is out of every range.",
    "date": "Send a moment, not a day alone.",
    "no_offset": "Send the moment with its offset from UTC, as 2026-12-01T10:00:00Z.",
    "make_aware": "The moment does not exist in the time zone.",
    "not_a_list": "Send a list.",
    "no_name": "The file has no name: send one with it.",
    "null_characters_not_allowed": "Null characters are not allowed.",
    "surrogate_characters_not_allowed": "Characters of the range D800 to DFFF are not allowed.",
    "year": "Use a year from 1900 to 2200.",
    "passed": "This moment has passed: choose a later one.",
    "unknown_field": "There is no such field: leave it out, or mend its name.",
    "unknown_parameter": "There is no such parameter in the address: leave it out, or mend it.",
    "repeated_field": "This field was sent more than once.",
    "not_offered": "This organization does not read for yours.",
    "too_many_views": "There are more views than files.",
    "invalid_cursor": "This is no place in the list: start without a cursor.",
    "comment_wanted": "Say in the comment what the other finding is.",
    "reader_wanted": "Say by e-mail address which clinician has read the case.",
    "reader_unwanted": "You read in your own name: leave the reader out.",
    "reader_unknown": "No clinician of your organization has this e-mail address.",
    "only_radiograph": "It is the only radiograph: withdraw the case instead.",
    "not_of_this_case": "This belongs to no radiograph of the case.",
    "url_refused": "Nothing is sent to such an address.",
    "unknown_event_types": "An event is unknown, or none was chosen.",
}
ABOUT_REQUESTS: Final[dict[str, str]] = {
    "parse_error": "The body cannot be read: check its format.",
    "body_too_large": "The body is too large.",
    "bad_request": "The request cannot be understood.",
    "not_authenticated": "Send an API key as `Authorization: Bearer fxp_...`.",
    "scheme_unknown": "Send the API key as `Authorization: Bearer fxp_...`.",
    "key_unknown": "There is no such API key: check it.",
    "key_expired": "This API key has expired: make a new one.",
    "key_revoked": "This API key was revoked: use another one.",
    "organization_closed": "The key's organization is closed.",
    "link_expired": "The link has run out or was changed: ask for a new one.",
    "permission_denied": "This is not allowed to you.",
    "scope_missing": "The key does not have the scope that this needs.",
    "not_reading": "Only the organization that was asked to read the case records reads.",
    "not_found": "There is nothing here that you may see.",
    "method_not_allowed": "The address does not know this method.",
    "not_acceptable": "The answer cannot be had in that form: accept application/json.",
    "unsupported_media_type": "The body is of a type that is not taken here.",
    "idempotency_key_invalid": "An Idempotency-Key has 1 to 255 visible ASCII characters.",
    "idempotency_key_reused": (
        "This Idempotency-Key stands for other content: use a new one for a new submission."
    ),
    "in_flight": "The first submission with this Idempotency-Key is still at work: ask again.",
    "case_withdrawn": "The case was withdrawn: nothing more can be changed.",
    "nothing_waits": "No analysis of the case waits: there is nothing to cancel.",
    "no_active_model": "No model is active: the case waits for one.",
    "cannot_be_analysed": "The software cannot assess this radiograph.",
    "cannot_be_read": "The read cannot be recorded as it was sent.",
    "too_many_endpoints": "An organization has no more endpoints: change or remove one.",
    "two_secrets": "The earlier secret signs still: wait until it does not, or end both (at_once).",
    "endpoint_off": "The endpoint is switched off: switch it on first.",
    "delivery_waits": "The event waits to be sent already.",
    "throttled": "Too many requests: wait for the seconds that Retry-After names.",
    "too_many_unfinished": (
        "Too many analyses of your organization are unfinished: wait until some are done."
    ),
    "error": "Something broke here: tell whoever runs the platform the request_id.",
    "unavailable": "The database does not answer just now: try again soon.",
}
CODES: Final[dict[str, str]] = {**intake.CODES, **ABOUT_FIELDS, **ABOUT_REQUESTS}
