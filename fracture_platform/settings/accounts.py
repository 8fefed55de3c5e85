"""Signing in: by e-mail address, through one door, with limits that need no broker."""

from fracture_platform.settings.environment import env

# One backend alone: a second one would check every wrong password twice.
AUTHENTICATION_BACKENDS = ["accounts.backends.SignInBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an address is proved by the invitation that reached it
ACCOUNT_FORMS = {"reset_password": "accounts.forms.PeoplesResetPasswordForm"}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a person hears of a changed password or second step
ACCOUNT_RATE_LIMITS = {"invite": "60/h/user", "make_key": "60/h/user"}

MFA_ADAPTER = "accounts.mfa.EncryptingAdapter"
MFA_TOTP_ISSUER = "Fracture platform"
# The invitation proved the address; a password reset would otherwise leave it unproved for ever.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off

# How many proxies of ours stand before the site. X-Forwarded-For is believed for that many hops
# and no further; with 0 the limits count the address that connects.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

# A sign-in ends with the browser, and at the latest after a long shift: wards share computers.
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
