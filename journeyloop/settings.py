"""
Settings: every value comes from the environment, and every name is in .env.example.

`make run` keeps its own values in `$JL_DATA_DIR/run.env`; that file is read only when DATABASE_URL is not
set: a command typed beside a running `make run` finds the same database, and a deployment never reads it.
"""

import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from redis.connection import parse_url

from journeyloop import crypto
from journeyloop.logs import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

if not os.environ.get("DATABASE_URL"):
    run_env = Path(os.environ.get("JL_DATA_DIR", BASE_DIR / ".local")) / "run.env"
    if not run_env.is_file():
        raise ImproperlyConfigured(
            f"There is no database: DATABASE_URL is not set and {str(run_env)!r} does not exist. Either run "
            "`make run` once, which starts an embedded PostgreSQL and writes that file, or set DATABASE_URL."
        )
    env.read_env(run_env)

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="for-development-only" if DEBUG else "")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
FIELD_ENCRYPTION_KEYS = env.list(
    "FIELD_ENCRYPTION_KEYS", default=["for-development-only-and-never-for-anything-else"] if DEBUG else []
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if DEBUG else [])
TENANCY_SINGLE_ROLE = env.bool("TENANCY_SINGLE_ROLE", default=False)


SECRET_KEY_LENGTH = 50


def refuse_unsafe_production() -> None:
    """Name every missing value at once: an operator should not have to boot five times."""
    needed = ["SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "ALLOWED_HOSTS", "EMAIL_URL"]
    if not TENANCY_SINGLE_ROLE:
        needed += ["DATABASE_OWNER_URL", "DATABASE_SYSTEM_URL"]
    missing = [name for name in needed if not os.environ.get(name)]
    if missing:
        raise ImproperlyConfigured(
            f"Production needs {', '.join(missing)}; docs/operating.md says what each one is. Where "
            "the database offers one role only, TENANCY_SINGLE_ROLE=1 accepts walls in code alone."
        )
    if len(SECRET_KEY) < SECRET_KEY_LENGTH:
        raise ImproperlyConfigured(
            f"SECRET_KEY has {len(SECRET_KEY)} characters; sessions and links need {SECRET_KEY_LENGTH}."
        )
    if "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS=* is for development; name the hosts that serve this site.")


if not DEBUG:
    refuse_unsafe_production()
if key_faults := crypto.faults_of(FIELD_ENCRYPTION_KEYS):
    raise ImproperlyConfigured(
        f"FIELD_ENCRYPTION_KEYS cannot be used: {', '.join(key_faults)}. They are random texts with commas "
        "between them, the newest first: python -c 'import secrets; print(secrets.token_urlsafe(32))'."
    )

# --- The house -------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "journeyloop.tenancy",
    "coaching",
    "companion",
    "client_portal",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    # The templates of its widgets; ours stand before them (FORM_RENDERER).
    "django.forms",
    # Only for the templates of the queue's pages (operator_pages.py); no admin is served.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "template_partials",
    "csp",
    "ninja",
    "django_rq",
]

MIDDLEWARE = [
    "journeyloop.request_line.RequestLine",
    # Whatever is answered below, files and refusals too, leaves with what these four add.
    "journeyloop.browser_rules.BrowserRules",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "companion.api.rest.middleware.ApiErrors",
    "journeyloop.outages.DatabaseOutage",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "coaching.accounts.activity.SessionActivity",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "coaching.accounts.middleware.CoachOfRequest",
    "coaching.accounts.second_step.SecondStep",
]

ROOT_URLCONF = "journeyloop.urls"
ASGI_APPLICATION = "journeyloop.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["journeyloop.quick_tags"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "coaching.accounts.context.people",
            ],
        },
    }
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- PostgreSQL: three roles (docs/operating.md) ---------------------------------------------------


def database(name: str, *, pool: int = 0) -> dict[str, Any]:
    """Read one database URL; the URL's own options win over ours."""
    config: dict[str, Any] = dict(env.db_url(name, default=os.environ["DATABASE_URL"]))
    options: dict[str, Any] = dict(config.get("OPTIONS") or {})
    host = options.get("host") or config.get("HOST") or ""
    if host not in {"", "localhost", "127.0.0.1", "::1"} and not host.startswith("/"):
        options.setdefault("sslmode", "require")
    if pool:
        # Left to itself the pool pauses longer after each failure, and would sleep when the database is back.
        # And whoever would wait behind so many hears at once that it cannot be asked.
        waits = {"timeout": 5, "max_waiting": 72, "reconnect_timeout": 2}
        options["pool"] = {"min_size": 1, "max_size": pool, **waits}
    # The pool keeps connections; Django must give them back after each request.
    return {**config, "ENGINE": "journeyloop.postgres", "OPTIONS": options, "CONN_MAX_AGE": 0}


DATABASES = {
    "default": database("DATABASE_URL", pool=8),
    "system": database("DATABASE_SYSTEM_URL", pool=2),
    "owner": database("DATABASE_OWNER_URL"),
}

# --- Redis: nothing here that PostgreSQL cannot rebuild --------------------------------------------

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")


def redis_arguments(url: str) -> dict[str, Any]:
    """Turn a URL into arguments for redis.Redis; rediss:// is accepted with a self-signed certificate."""
    arguments: dict[str, Any] = dict(parse_url(url))  # type: ignore[no-untyped-call] # redis-py leaves it untyped
    if arguments.pop("connection_class", None):
        # parse_url answers TLS with a class, which redis.Redis does not take.
        arguments |= {"ssl": True, "ssl_cert_reqs": arguments.get("ssl_cert_reqs", "none")}
    return {"health_check_interval": 30, "socket_keepalive": True, "socket_connect_timeout": 2, **arguments}


EVENTSTREAM_REDIS = redis_arguments(REDIS_URL)
EVENTSTREAM_STORAGE_CLASS = "companion.api.events.library.EventLog"
EVENTSTREAM_CHANNELMANAGER_CLASS = "companion.api.events.library.CoachChannels"
RQ_QUEUES = {
    "default": {
        "URL": REDIS_URL,
        "SSL_CERT_REQS": "none",
        "DEFAULT_TIMEOUT": 60,
        "SERIALIZER": "rq.serializers.JSONSerializer",  # a pickle could run anything
    }
}
RQ = {"COMMIT_MODE": "on_db_commit"}

CACHES = {
    # Where allauth counts failed sign-ins and keeps used codes: PostgreSQL, so that it holds in every
    # process, over restarts, and while Redis is away.
    "default": {"BACKEND": "coaching.accounts.tallies.TallyCache"},
    # What may be forgotten at any moment. By session key among other things, which is whatever a cookie says.
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}

# --- People ----------------------------------------------------------------------------------------

AUTH_USER_MODEL = "coaching.User"
SESSION_ENGINE = "coaching.accounts.sessions"
# E-mail addresses are unique without regard to case, by a constraint that this check cannot see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["coaching.accounts.backend.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "coaching.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {"signup": "coaching.accounts.forms.CoachSignUpForm"}
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}
PASSWORD_RESET_TIMEOUT = 60 * 60
ACCOUNT_EMAIL_VERIFICATION = "optional" if DEBUG else "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Heroku's router appends the real address last; nothing before it can be trusted.
ALLAUTH_TRUSTED_PROXY_COUNT = 0 if DEBUG else 1
# Every address that people sign in with was confirmed; a second one may be added later on.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# A coach or an operator without a second step sees nothing but the way to set one up.
MFA_REQUIRED = not DEBUG
MFA_ADAPTER = "coaching.accounts.second_step.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "JourneyLoop"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
USERSESSIONS_TRACK_ACTIVITY = True
# A sign-in ends after three days without a visit, and after two weeks in any case (accounts/activity.py).
SESSION_COOKIE_AGE = 3 * 24 * 3600
SESSION_LONGEST_AGE = 14 * 24 * 3600

# --- Browser security ------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "manifest-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# The token reaches htmx through hx-headers in the page, so no script needs to read the cookie.
CSRF_COOKIE_HTTPONLY = True
if not DEBUG:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True

# --- Words, time, files ----------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Mail ------------------------------------------------------------------------------------------

# Providers with an API are written as postmark://TOKEN; every scheme of django-environ works too.
MAIL_PROVIDERS = {
    "postmark": "POSTMARK_SERVER_TOKEN",
    "sendgrid": "SENDGRID_API_KEY",
    "mailgun": "MAILGUN_API_KEY",
    "resend": "RESEND_API_KEY",
    "brevo": "BREVO_API_KEY",
}
mail_scheme, _, mail_key = env.str("EMAIL_URL", default="consolemail://").partition("://")
if mail_scheme in MAIL_PROVIDERS:
    EMAIL_BACKEND = f"anymail.backends.{mail_scheme}.EmailBackend"
    ANYMAIL = {MAIL_PROVIDERS[mail_scheme]: mail_key.rstrip("/@")}
else:
    vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="JourneyLoop <hello@localhost>")

# --- The companion ---------------------------------------------------------------------------------

ANTHROPIC_API_KEY = env.str("ANTHROPIC_API_KEY", default="")
ANTHROPIC_BASE_URL = env.str("ANTHROPIC_BASE_URL", default="")
# Empty: Anthropic when there is a key, otherwise the offline model.
COMPANION_MODEL = env.str("COMPANION_MODEL", default="")
COMPANION_PHASE_1 = env.bool("COMPANION_PHASE_1", default=True)
COMPANION_PHASE_2 = env.bool("COMPANION_PHASE_2", default=True)
COMPANION_OLD_ANALYSIS = env.bool("COMPANION_OLD_ANALYSIS", default=True)
COMPANION_PHASE_3 = env.bool("COMPANION_PHASE_3", default=False)
# Empty: recordings are refused. openai:MODEL is that company's; own:MODEL speaks the same at its address.
TRANSCRIBER = env.str("TRANSCRIBER", default="")
TRANSCRIBER_API_KEY = env.str("TRANSCRIBER_API_KEY", default="")
TRANSCRIBER_BASE_URL = env.str("TRANSCRIBER_BASE_URL", default="")
if TRANSCRIBER.startswith("own:") and not TRANSCRIBER_BASE_URL:
    # Without it the sound would go to a company that nobody has agreed to.
    raise ImproperlyConfigured("TRANSCRIBER=own:… needs the address of your server in TRANSCRIBER_BASE_URL.")
TURNS_PER_WORKER = env.int("TURNS_PER_WORKER", default=32)
# tiktoken looks here instead of the network; the file is loaded on the first count, not at start.
os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(BASE_DIR / "journeyloop" / "vendor" / "tiktoken"))

# Where a chaos run breaks this process (failpoints.py). Nowhere, ever, in production.
JL_FAIL = env.str("JL_FAIL", default="") if DEBUG else ""

LOGGING = logging_settings(readable=DEBUG)
