"""One settings file for every place the portal runs; what differs comes from the environment (deploy/env.example)."""

import json
import sys
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from environs import Env

from config.broker import broker
from config.logs import logging_at
from config.secret import kept_secret

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
TESTING = "pytest" in sys.modules
DEMO = env.bool("PORTAL_DEMO", False)
VAR_DIR = Path(env.str("PORTAL_VAR", str(BASE_DIR / "var")))
SERVERS = {"DATABASE_URL": "postgres://localhost/portal", "REDIS_URL": "redis://127.0.0.1:6379/0"}
PUBLISHED = BASE_DIR / "var" / "demo" / "embedded.json"
if not env.str("DATABASE_URL", "") and not TESTING and PUBLISHED.exists():
    # A demo is running: commands typed beside it work on its servers and its files.
    SERVERS, VAR_DIR = json.loads(PUBLISHED.read_text()), PUBLISHED.parent
SERVERS = {name: env.str(name, url) for name, url in SERVERS.items() if name in ("DATABASE_URL", "REDIS_URL")}

# ---- security -------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or kept_secret(VAR_DIR)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])
HTTPS = env.bool("HTTPS", not (DEBUG or DEMO or TESTING))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_FAILURE_VIEW = "core.views.csrf_failure"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {name: [SELF] for name in ("default-src", "base-uri", "form-action")}
    | {name: [NONE] for name in ("object-src", "frame-ancestors")}
    | {"img-src": [SELF, "data:"]}
}
PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{'MD5' if TESTING else 'Argon2'}PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [  # the minimum length is Django's 8
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
    for name in ("UserAttributeSimilarity", "MinimumLength", "CommonPassword")
] + [{"NAME": "accounts.passwords.ThreeClassesValidator"}]

# ---- applications ---------------------------------------------------------------------------------------
INSTALLED_APPS = [
    *(
        f"django.contrib.{app}"
        for app in ("admin", "auth", "contenttypes", "sessions", "messages", "postgres")
    ),
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "rest_framework.authtoken",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_cotton",
    "csp",
    "django_structlog",
    "health_check",
    "pgtrigger",
    "pghistory",
    *("core", "policies", "accounts", "enterprises", "tiers", "awards", "financing", "reports", "demo"),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "core.middleware.PrivatePagesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "core.forms.PortalRenderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.menu.shell",
            ]
        },
    }
]

# ---- data -----------------------------------------------------------------------------------------------
DATABASES = {
    "default": env.dj_db_url(
        "DATABASE_URL", SERVERS["DATABASE_URL"], conn_max_age=60, conn_health_checks=True
    )
}
DATABASES["default"]["OPTIONS"] = {
    "options": "-c lock_timeout=5000 -c idle_in_transaction_session_timeout=600000"
}
DATABASES["default"]["TEST"] = {"NAME": env.str("PORTAL_TEST_DB", None), "TEMPLATE": "template0"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
MEDIA_ROOT = VAR_DIR / "media"  # never served by URL: files go out through authorised views
FILE_UPLOAD_PERMISSIONS = 0o600
EVIDENCE_MAX_MB, EVIDENCE_MAX_FILES = 20, 300  # a file; files of one enterprise
# What looks at every file before it is kept, such as "enterprises.scanners.clamd"; "" for nothing.
EVIDENCE_SCANNER = env.str("EVIDENCE_SCANNER", "")
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", "127.0.0.1:3310")
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
# Field history: row-level triggers, append-only (a statement-level trigger degrades on long sessions).
PGHISTORY_APPEND_ONLY = True

# ---- login ----------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["accounts.backends.LimitedBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "reports:home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
# Parallel bursts pass allauth's limits; accounts.backends reserves each try in the database first.
ACCOUNT_RATE_LIMITS = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "专精特新梯度培育管理平台"

# ---- language, time, numbers ----------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

# ---- static files ---------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG or DEMO or TESTING
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if WHITENOISE_USE_FINDERS
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# ---- API ------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        f"rest_framework.authentication.{kind}Authentication" for kind in ("Session", "Token")
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "core.api.PortalPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.parsers.CleanJSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "core.api.problem_details",
    "PAGE_SIZE": 100,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "专精特新梯度培育管理平台 API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "ENUM_NAME_OVERRIDES": {
        "OutcomeEnum": "awards.enums.Outcome",
        "RowOutcomeEnum": "enterprises.enums.RowOutcome",
        "ApplicationStateEnum": "tiers.enums.ApplicationState",
        "CaseKindEnum": "policies.enums.CaseKind",
        "MessageKindEnum": "accounts.enums.MessageKind",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
}

# ---- mail -----------------------------------------------------------------------------------------------
# Without EMAIL_URL nothing is mailed (and nothing counts as mailed); the demo prints its mails.
globals().update(env.dj_email_url("EMAIL_URL", "console:" if DEMO else "dummy:"))
EMAIL_TIMEOUT = 10  # seconds; a mail server that hangs must not hold a row
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "portal@localhost")
PORTAL_URL = env.str("PORTAL_URL", "http://127.0.0.1:8000")  # what links in mails begin with

# ---- background jobs ------------------------------------------------------------------------------------
CELERY_BROKER_URL, CELERY_BROKER_TRANSPORT_OPTIONS = broker(SERVERS["REDIS_URL"])
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 1800
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {"task": "core.tasks.sweep_jobs", "schedule": 30},
    "mails": {"task": "accounts.tasks.send_mails", "schedule": 60},
    "nightly-award-runs": {"task": "awards.tasks.start_nightly_runs", "schedule": crontab(hour=2, minute=0)},
    "deadlines": {"task": "tiers.tasks.remind_deadlines", "schedule": crontab(hour=7, minute=40)},
    "title-reminders": {"task": "tiers.tasks.remind_titles", "schedule": crontab(hour=7, minute=30)},
}

# ---- what the portal is made of -------------------------------------------------------------------------
# Every kind of spreadsheet that can be imported (enterprises/imports.py says what an importer is).
IMPORTERS = [
    "enterprises.roster.RosterImporter",
    "tiers.imports.RecognitionImporter",
    "tiers.results.ResultImporter",
    "awards.imports.SubsidyImporter",
    "awards.imports.AssessmentImporter",
    "awards.imports.InvestmentImporter",
]
# Why a file of an enterprise may not be deleted, beyond the rows that point at it: callables of higher apps.
EVIDENCE_KEEPERS = ["tiers.queries.keeping.submitted_with"]

LOGGING = logging_at(env.str("LOG_LEVEL", "WARNING" if TESTING else "INFO"))
