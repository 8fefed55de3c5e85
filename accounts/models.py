"""People and the organizations (tenants) they belong to."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Organization(models.Model):
    """A hospital or a partner: the tenant. What belongs to one is invisible to every other."""

    class Kind(models.TextChoices):
        HOSPITAL = "hospital", _("Hospital")
        PARTNER = "partner", _("Telemedicine partner")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.HOSPITAL)
    is_active = models.BooleanField(_("active"), default=True)
    default_reading_organization = models.ForeignKey(
        "self",
        verbose_name=_("read by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reads_for",
        help_text=_("Who reads the cases that this organization submits; empty: itself."),
    )
    overdue_after_minutes = models.PositiveIntegerField(
        _("overdue after (minutes)"),
        default=24 * 60,
        validators=[MinValueValidator(1), MaxValueValidator(366 * 24 * 60)],
        help_text=_("A case without a deadline of its own is overdue after this long."),
    )
    read_first = models.BooleanField(
        _("read first"),
        default=False,
        help_text=_("Show the software's answer only after a clinician's own first impression."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_superuser=True, role="", **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Signs in by e-mail; belongs to one organization, the platform operator to none.

    One of the role `service_account` is no person but what an API key acts as: it never signs in.
    """

    class Role(models.TextChoices):
        CLINICIAN = "clinician", _("Clinician")
        SUPERVISING_READER = "supervising_reader", _("Supervising reader")
        PARTNER = "partner", _("Partner")
        ORGANIZATION_ADMINISTRATOR = "organization_administrator", _("Organization administrator")
        SERVICE_ACCOUNT = "service_account", _("Service account")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("organization"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
    )
    role = models.CharField(_("role"), max_length=30, choices=Role, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering: ClassVar = ["email"]
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="person_belongs_to_an_organization_or_is_operator",
                condition=models.Q(is_superuser=True)
                | (models.Q(organization__isnull=False) & ~models.Q(role="")),
            ),
            models.UniqueConstraint(Lower("email"), name="one_person_per_email_address"),
        ]

    def __str__(self) -> str:
        if self.is_service_account:
            return gettext("API key %(name)s") % {"name": self.name}
        return self.name or self.email

    @property
    def is_service_account(self) -> bool:
        return self.role == self.Role.SERVICE_ACCOUNT

    @property
    def is_open(self) -> bool:
        """Neither the account nor its organization is closed."""
        return self.is_active and (self.organization is None or self.organization.is_active)

    @property
    def may_sign_in(self) -> bool:
        """Only people sign in, and of them those that are open."""
        return self.is_open and not self.is_service_account

    @property
    def is_operator(self) -> bool:
        """The platform operator, the only one who is not limited to an organization."""
        return self.is_superuser

    @property
    def is_organization_administrator(self) -> bool:
        return self.role == self.Role.ORGANIZATION_ADMINISTRATOR

    @property
    def is_staff(self) -> bool:
        """Who may open the administration pages; what is seen there is scoped separately."""
        return self.is_superuser or self.is_organization_administrator


class Invitation(models.Model):
    """A link by which a colleague joins an organization; only the hash of its token is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=30, choices=User.Role)
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return self.email

    @property
    def state(self) -> str:
        """What became of it, in a word."""
        if self.accepted_at:
            return gettext("accepted")
        if self.revoked_at:
            return gettext("revoked")
        return gettext("open") if self.expires_at > timezone.now() else gettext("expired")


class ApiKey(models.Model):
    """A program's way in, for one organization; only the hash of its secret is kept.

    It acts as an account of its own and not as the person who made it: people leave.
    """

    class Scope(models.TextChoices):
        SUBMIT = "submit", _("Submit cases and record reads")
        READ = "read", _("Read cases and results")
        ADMIN = "admin", _("Both, and administer webhooks")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("organization"),
        on_delete=models.PROTECT,
        related_name="api_keys",
    )
    account = models.OneToOneField(User, on_delete=models.PROTECT, related_name="api_key")
    name = models.CharField(_("name"), max_length=80)
    scopes = models.JSONField(_("scopes"), default=list)
    prefix = models.CharField(_("begins with"), max_length=12, unique=True, editable=False)
    secret_sha256 = models.CharField(max_length=64, editable=False)
    created_by = models.ForeignKey(
        User,
        verbose_name=_("made by"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def state(self) -> str:
        """What became of it, in a word."""
        if self.revoked_at:
            return gettext("revoked")
        return gettext("live") if self.expires_at > timezone.now() else gettext("expired")

    def allows(self, scope: str) -> bool:
        return scope in self.scopes or self.Scope.ADMIN in self.scopes
