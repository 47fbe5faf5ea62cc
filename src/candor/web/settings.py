"""Django settings, read from the environment; every CANDOR_ variable is described in docs/reference/settings.md."""

from pathlib import Path

from django.core.management.utils import get_random_secret_key

from . import environment

PACKAGE = Path(__file__).resolve().parent.parent

CANDOR_HOME = Path(environment.text("CANDOR_HOME", str(Path.home() / ".candor"))).expanduser().resolve()
CANDOR_URL = environment.text("CANDOR_URL", "http://127.0.0.1:8000").rstrip("/")
CANDOR_UPLOAD_MOST_BYTES = environment.whole_number("CANDOR_UPLOAD_MOST_BYTES", 2 * 1024**3)
CANDOR_EVENT_RETENTION_DAYS = environment.whole_number("CANDOR_EVENT_RETENTION_DAYS", 0)
CANDOR_RESPONSE_RETENTION_DAYS = environment.whole_number("CANDOR_RESPONSE_RETENTION_DAYS", 0)
CANDOR_CONVERSATION_RETENTION_DAYS = environment.whole_number("CANDOR_CONVERSATION_RETENTION_DAYS", 0)
CANDOR_CONVERSATION_REST_DAYS = environment.whole_number("CANDOR_CONVERSATION_REST_DAYS", 14)
CANDOR_SURVEY_GIVEN_UP_HOURS = environment.whole_number("CANDOR_SURVEY_GIVEN_UP_HOURS", 24)
CANDOR_PHONE_COUNTRIES = environment.countries("CANDOR_PHONE_COUNTRIES", "US,GB")
CANDOR_ENGINE = environment.one_of("CANDOR_ENGINE", "duckdb", "spark")
CANDOR_SPARK_MASTER = environment.text("CANDOR_SPARK_MASTER", "local[*]")
CANDOR_SPARK_COPIES = environment.text("CANDOR_SPARK_COPIES")
CANDOR_INBOX_MOST_EVENTS = environment.whole_number("CANDOR_INBOX_MOST_EVENTS", 1_000_000)
CANDOR_API_PER_MINUTE = environment.whole_number("CANDOR_API_PER_MINUTE", 600)
CANDOR_ASSISTANT_URL = environment.text("CANDOR_ASSISTANT_URL").rstrip("/")
CANDOR_ASSISTANT_KEY = environment.secret("CANDOR_ASSISTANT_KEY")
CANDOR_ASSISTANT_MODEL = environment.text("CANDOR_ASSISTANT_MODEL")
CANDOR_ASSISTANT_SECONDS = environment.whole_number("CANDOR_ASSISTANT_SECONDS", 8)
CANDOR_OUTGOING_PRIVATE_HOSTS = environment.words("CANDOR_OUTGOING_PRIVATE_HOSTS")

DEBUG = environment.flag("CANDOR_DEBUG", default=False)
ALLOWED_HOSTS = environment.words("CANDOR_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
_BEHIND_TLS = CANDOR_URL.startswith("https://")


def _secret_key() -> str:
    """The key from the environment, from the workspace (`candor init` writes it), or one that lasts this process."""
    if key := environment.secret("CANDOR_SECRET_KEY"):
        return key
    stored = CANDOR_HOME / "secret.key"
    return stored.read_text(encoding="utf-8").strip() if stored.is_file() else get_random_secret_key()


SECRET_KEY = _secret_key()

INSTALLED_APPS = [
    "candor.foundation",  # first, so that its templates stand before those of the libraries
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_tasks",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "candor.apps.organization",
    "candor.apps.webhooks",
    "candor.apps.journeys",
    "candor.apps.customers",
    "candor.apps.imports",
    "candor.apps.events",
    "candor.apps.feedback",
    "candor.apps.complaints",
    "candor.apps.surveys",
    "candor.apps.reputation",
    "candor.apps.conversations",
    "candor.apps.asking",
    "candor.apps.scores",
    "candor.apps.insights",
    "candor.apps.cases",
    "candor.apps.frontline",
    "candor.apps.chat",
    "candor.apps.strategy",
    "candor.apps.reports",
    "candor.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "candor.foundation.uploads.BodyLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "candor.foundation.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "candor.web.urls"
WSGI_APPLICATION = "candor.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "candor.web.context.page",
            ],
            "builtins": ["candor.foundation.templatetags.candor"],
        },
    }
]

DATABASES = {"default": environment.database("CANDOR_DATABASE_URL", home=CANDOR_HOME)}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
TASKS = {"default": {"BACKEND": "candor.foundation.jobs.backend.LeaseBackend"}}

AUTH_USER_MODEL = "organization.Person"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "candor.apps.organization.accounts.InvitedOnlyAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_FORMS = {"login": "candor.apps.organization.sign_in.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an account begins with an invitation sent to the address
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,8/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Candor"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an account begins with a link mailed to its address: that verified it
USERSESSIONS_ADAPTER = "candor.apps.organization.accounts.LoggedSessions"
USERSESSIONS_TRACK_ACTIVITY = False
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "candor.apps.organization.accounts.name_of_attempt"
AXES_CLIENT_IP_CALLABLE = "candor.foundation.strangers.sender_of"
AXES_SENSITIVE_PARAMETERS: list[str] = []
AXES_VERBOSE = False

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _BEHIND_TLS
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _BEHIND_TLS else 0
_BEHIND_PROXY = environment.flag("CANDOR_BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _BEHIND_PROXY else None
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [CANDOR_URL]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],  # the chart renderer sets style attributes
        "img-src": ["'self'", "data:", "blob:"],
        "connect-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'self'"],
        "object-src": ["'none'"],
    }
}

EMAIL_BACKEND = environment.text("CANDOR_EMAIL_BACKEND", "candor.foundation.printed_mail.EmailBackend")
EMAIL_HOST = environment.text("CANDOR_EMAIL_HOST", "localhost")
EMAIL_PORT = environment.whole_number("CANDOR_EMAIL_PORT", 25)
EMAIL_HOST_USER = environment.text("CANDOR_EMAIL_USER")
EMAIL_HOST_PASSWORD = environment.secret("CANDOR_EMAIL_PASSWORD")
EMAIL_USE_TLS = environment.flag("CANDOR_EMAIL_TLS", default=False)
CANDOR_EMAIL_BOUNCES = environment.text("CANDOR_EMAIL_BOUNCES")
CANDOR_BOUNCES_URL = environment.secret("CANDOR_BOUNCES_URL")
CANDOR_MAILBOX_URL = environment.secret("CANDOR_MAILBOX_URL")
CANDOR_MAILBOX_ADDRESS = environment.text("CANDOR_MAILBOX_ADDRESS")
CANDOR_SMS_URL = environment.secret("CANDOR_SMS_URL")
CANDOR_MESSENGER_URL = environment.secret("CANDOR_MESSENGER_URL")
CANDOR_MESSENGER_SYSTEM = environment.text("CANDOR_MESSENGER_SYSTEM")
DEFAULT_FROM_EMAIL = environment.text("CANDOR_EMAIL_FROM", "candor@localhost")

LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = ["candor.foundation.formats"]  # days in what is mailed and printed
TIME_ZONE = environment.text("CANDOR_TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "web" / "static"] if (PACKAGE / "web" / "static").is_dir() else []
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 31_536_000  # built assets carry a hash in their names

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024**2
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FILE_UPLOAD_HANDLERS = ["candor.foundation.uploads.SmallUploadHandler"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": environment.text("CANDOR_LOG_LEVEL", "WARNING")},
}
