"""`manage.py rotate_keys`: after a new key was put in front of FIELD_ENCRYPTION_KEYS, seal every secret with it."""

from django.core.management.base import BaseCommand, CommandError

# Of mailboxes, so far the only secrets we must be able to read
SEALED = ["sealed_secret", "sealed_client_secret", "sealed_grant"]


class Command(BaseCommand):
    help = "Seals all stored secrets with the first of FIELD_ENCRYPTION_KEYS; older keys may be taken out afterwards."

    def handle(self, **options):
        from mail.models import Mailbox

        lost = [mailbox.name for mailbox in Mailbox.objects.all() if not rotated(mailbox)]
        if lost:
            raise CommandError(f"No key opens the secrets of: {', '.join(lost)}. Enter them again in the admin.")
        self.stdout.write("All secrets are sealed with the first key.")


def rotated(mailbox):
    """Seal the secrets of one mailbox anew, unless they are changed meanwhile. False when no key opens them."""
    from helpdesk_site.lib.sealing import Unreadable, seal_anew

    for name in SEALED:
        sealed = getattr(mailbox, name)
        try:
            type(mailbox).objects.filter(pk=mailbox.pk, **{name: sealed}).update(**{name: seal_anew(sealed)})
        except Unreadable:
            return False
    return True
