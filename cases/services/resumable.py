"""Files that come in pieces: begun, continued after a broken connection, forgotten.

A piece is stored whole or not at all, as an object of its own in private storage: S3-like storage
cannot append, and any web machine may take the next piece. It is sealed there, because nothing that
identifies a patient has been removed from it yet. Its row is written by a conditional UPDATE of how
much was received, so that of two who send the same piece one is too late.
"""

import uuid
from datetime import timedelta
from hashlib import sha256

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from cases import external_ids, permissions
from cases.intake.limits import MIB
from cases.intake.uploads import configured_limits
from cases.models import Upload, UploadPiece
from cases.models.radiograph import private_storage
from cases.services import stored

LIFETIME = timedelta(hours=24)
AWAITED = timedelta(minutes=10)
"""How long an upload counts of which nothing has arrived."""
PIECE_BYTES = 4 * MIB
"""The most of one piece: it is held in memory while it is checked and sealed."""
SMALLEST_PIECE_BYTES = 64 * 1024
"""Or a file of many tiny pieces would be as many objects; the last one may be smaller."""
NAME_CHARACTERS = 255
SEAL = b"upload"


class UploadRefused(Exception):
    """`code` is stable, the message a sentence for the sender."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def begin(*, owner: User, length: int, name: str, is_photograph: bool = False) -> Upload:
    """Room for one file. Raises UploadRefused past a limit, PermissionDenied."""
    if not permissions.may_submit(owner) or owner.organization_id is None:
        raise PermissionDenied("Only members of an active organization submit cases.")
    if length <= 0:
        raise UploadRefused(
            "empty_file", _("The file is empty: export the radiograph again and send that file.")
        )
    limits = configured_limits()
    if length > limits.max_bytes:
        raise UploadRefused(
            "too_many_bytes",
            _("The file is larger than the %(mib)d MiB that are taken: send it compressed.")
            % {"mib": limits.max_bytes // MIB},
        )
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)  # two at once count each other
        _room(owner, length)
        now = timezone.now()
        return Upload.objects.create(
            owner=owner,
            organization_id=owner.organization_id,
            encrypted_name=external_ids.encrypt(
                name[:NAME_CHARACTERS], organization_id=owner.organization_id
            ),
            length=length,
            is_photograph=is_photograph,
            created_at=now,
            expires_at=now + LIFETIME,
        )


def _room(owner: User, length: int) -> None:
    """What one person may have lying here: the files of two cases, the bytes of one."""
    limits = configured_limits()
    now = timezone.now()
    # One that nothing has come for was begun twice: the answer to its beginning was lost.
    awaited = Q(received__gt=0) | Q(created_at__gt=now - AWAITED)
    kept = Upload.objects.filter(awaited, owner=owner, case=None, expires_at__gt=now)
    held = kept.aggregate(total=Sum("length"))["total"] or 0
    if kept.count() < 2 * limits.max_files and held + length <= limits.max_request_bytes:
        return
    raise UploadRefused(
        "too_much_kept",
        _("Too much of yours lies here unsent: send the case, or remove files uploaded earlier."),
    )


def append(*, upload: Upload, start: int, data: bytes, digest: bytes | None = None) -> Upload:
    """Keep the next piece, which begins at `start`; `digest` is the sender's SHA-256 of it.

    Raises UploadRefused; then nothing of the piece is kept.
    """
    refuse_piece(upload, start, len(data))
    sums = sha256(data)
    if digest is not None and digest != sums.digest():
        raise UploadRefused("checksum_mismatch", _("The piece arrived damaged: send it again."))
    sealed = external_ids.sealer(upload.organization_id, SEAL).encrypt(data)
    piece = UploadPiece(upload=upload, start=start, length=len(data), sha256=sums.hexdigest())
    with stored.removed_on_error() as names:
        piece.name = private_storage().save(
            f"uploads/{upload.pk}/{uuid.uuid4()}", ContentFile(sealed)
        )
        names.append(piece.name)
        with transaction.atomic():
            moved = Upload.objects.filter(pk=upload.pk, received=start, case=None).update(
                received=start + len(data)
            )
            if not moved:
                raise _elsewhere()
            piece.save(force_insert=True)
            names.clear()
    upload.received = start + len(data)
    return upload


def refuse_expired(upload: Upload) -> None:
    """Raises UploadRefused for what is over, whether it is tidied away yet or not."""
    if upload.expires_at <= timezone.now():
        raise UploadRefused("upload_expired", _("This upload ran out: begin again."))


def refuse_piece(upload: Upload, start: int, length: int) -> None:
    """Raises UploadRefused for a piece that does not fit, as far as its size and place tell."""
    refuse_expired(upload)
    if start != upload.received:
        raise _elsewhere()
    if length > PIECE_BYTES or start + length > upload.length:
        raise UploadRefused(
            "piece_too_large",
            _("A piece has %(mib)d MiB at most and ends with the file.")
            % {"mib": PIECE_BYTES // MIB},
        )
    last = start + length == upload.length
    if not length or (length < SMALLEST_PIECE_BYTES and not last):
        raise UploadRefused(
            "piece_too_small",
            _("Every piece but the last has %(kib)d KiB at least.")
            % {"kib": SMALLEST_PIECE_BYTES // 1024},
        )


def _elsewhere() -> UploadRefused:
    return UploadRefused(
        "wrong_offset",
        _("The next piece begins somewhere else: ask how much of the file has arrived."),
    )


def forget(*, upload: Upload) -> None:
    """Remove an upload that its owner does not want any more; one that a case took is not there."""
    _remove(Upload.objects.filter(pk=upload.pk, case=None))


def forget_old() -> int:
    """Remove what is over, sent or not, and the pieces of what a case has taken; how many files."""
    taken = Upload.objects.filter(case__isnull=False, pieces__isnull=False).distinct()
    for pk in list(taken.values_list("pk", flat=True)):
        pieces = UploadPiece.objects.filter(upload=pk)
        names = list(pieces.values_list("name", flat=True))
        pieces.delete()
        stored.remove(names)
    over = list(Upload.objects.filter(expires_at__lte=timezone.now()).values_list("pk", flat=True))
    return sum(_remove(Upload.objects.filter(pk=pk)) for pk in over)


def _remove(uploads: QuerySet[Upload]) -> int:
    with transaction.atomic():
        # Locked: a piece that is written, or a case that takes it, at this moment comes before
        # or after.
        keys = list(uploads.select_for_update().values_list("pk", flat=True))
        pieces = UploadPiece.objects.filter(upload__in=keys)
        names = list(pieces.values_list("name", flat=True))
        Upload.objects.filter(pk__in=keys).delete()
    stored.remove(names)
    return len(keys)
