"""`manage.py operator EMAIL`: the first way in, and the way back in. There is no set-up page on the web."""

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.core.validators import validate_email

from accounts import links
from accounts.models import User


class Command(BaseCommand):
    help = "Makes an operator (or makes a person one) and prints a link, good for an hour, to set the password."

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, email, **options):
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is not an e-mail address.") from None
        user = User.objects.filter(email=User.objects.clean_email(email)).first() or User.objects.create_user(email)
        user.is_staff = user.is_superuser = user.is_active = True
        user.save(update_fields=["is_staff", "is_superuser", "is_active"])
        self.stdout.write(f"{user.email} is an operator. This link sets the password; it works for one hour, once:")
        self.stdout.write(links.to_set_password(user))
