"""The people and departments everybody knows, in the demo and in the tests (CONTRACT, "Demo people")."""

from types import SimpleNamespace

from django.contrib.auth.hashers import make_password

from accounts.models import Membership, Organisation, Service, User
from departments.models import Department, StaffPlace
from departments.policy import forget

PASSWORD = "demo-helpdesk"  # noqa: S105 - told on the first page of a demo portal

DEPARTMENTS = {
    "sales": {
        "name": "Sales", "slug": "sales", "email": "sales@example.com", "is_public": True, "position": 10,
        "icon": "messages", "tone": "green",
        "description": "Questions before you order, prices and plans.",
        "words": {
            "name": {"fr": "Ventes", "ru": "Отдел продаж", "pt-br": "Vendas"},
            "description": {
                "fr": "Questions avant la commande, prix et offres.",
                "ru": "Вопросы до заказа, цены и тарифы.",
                "pt-br": "Dúvidas antes do pedido, preços e planos.",
            },
        },
    },
    "billing": {
        "name": "Billing", "slug": "billing", "email": "billing@example.com", "position": 20,
        "icon": "receipt", "tone": "amber",
        "description": "Invoices, payments, refunds and changes to your plan.",
        "words": {
            "name": {"fr": "Facturation", "ru": "Финансовый отдел", "pt-br": "Financeiro"},
            "description": {
                "fr": "Factures, paiements, remboursements et changements d’offre.",
                "ru": "Счета, платежи, возвраты и смена тарифа.",
                "pt-br": "Faturas, pagamentos, reembolsos e mudanças de plano.",
            },
        },
    },
    "support": {
        "name": "Technical support", "slug": "support", "email": "support@example.com", "position": 30,
        "icon": "server", "tone": "blue",
        "description": "A site is down, slow or shows an error. Mail, databases, backups.",
        "service_level_url": "https://www.example.com/service-levels",
        "writing_rules": "- One problem per ticket\n- The exact error text\n- What changed just before\n",
        "words": {
            "name": {"fr": "Support technique", "ru": "Техническая поддержка", "pt-br": "Suporte técnico"},
            "description": {
                "fr": "Un site est en panne, lent ou affiche une erreur. E-mail, bases de données, sauvegardes.",
                "ru": "Сайт не работает, открывается медленно или показывает ошибку. Почта, базы, копии.",
                "pt-br": "Um site está fora do ar, lento ou mostra um erro. E-mail, bancos de dados, backups.",
            },
        },
    },
}  # fmt: skip

PEOPLE = {
    "anna": {"name": "Anna Harding", "language": "en", "time_zone": "Europe/London"},
    "olga": {"name": "Olga Melnyk", "language": "en", "time_zone": "Europe/Berlin"},
    "carl": {"name": "Carl Osker", "language": "en", "time_zone": "America/New_York"},
    "greta": {"name": "Greta Lindqvist", "language": "en", "time_zone": "Europe/Stockholm"},
    "ben": {
        "name": "Ben Ortega", "title": "billing specialist", "is_staff": True,
        "words": {"title": {"fr": "facturation", "ru": "специалист по расчётам", "pt-br": "especialista em cobrança"}},
    },
    "sam": {
        "name": "Sam Whitlock", "title": "server engineer", "is_staff": True,
        "words": {"title": {"fr": "ingénieur système", "ru": "системный инженер", "pt-br": "engenheiro de servidores"}},
    },
    "lena": {
        "name": "Lena Varga", "title": "support lead", "is_staff": True,
        "words": {
            "title": {"fr": "responsable du support", "ru": "руководитель поддержки", "pt-br": "líder do suporte"}
        },
    },
    "operator": {
        "name": "Robin Hale", "title": "operator", "is_staff": True, "is_superuser": True,
        "words": {"title": {"fr": "administration", "ru": "администратор", "pt-br": "administrador"}},
    },
}  # fmt: skip
PLACES = {"ben": ["billing"], "sam": ["support"], "lena": ["sales", "billing", "support"]}


def raise_cast(*, password=PASSWORD):
    """Make everybody who is missing; running it twice changes nothing. Returns them all by name in a namespace."""
    cast = SimpleNamespace()
    departments = [Department(**fields) for fields in DEPARTMENTS.values()]
    vars(cast).update(zip(DEPARTMENTS, _raised(departments, by=["slug"]), strict=True))
    vars(cast).update(zip(PEOPLE, _raised(_people(password), by=["email"]), strict=True))
    organisations = [Organisation(name="Quillmark Studio"), Organisation(name="Fernhollow Ltd")]
    cast.quillmark, cast.fernhollow = _raised(organisations, by=["name"])
    members = [(cast.quillmark, cast.anna, "own"), (cast.quillmark, cast.olga, "admin")]
    members += [(cast.fernhollow, cast.carl, "admin")]
    _raised([_member(*one) for one in members], by=["user_id", "organisation_id"])
    services = [("shop.quillmark.example.com", "Business hosting"), ("vps-2.example.net", "Virtual server, 8 GB")]
    services = [Service(name=name, kind=kind, organisation=cast.quillmark) for name, kind in services]
    _raised(services, by=["name", "kind", "organisation_id"])
    places = [_place(name, slug, cast) for name, slugs in PLACES.items() for slug in slugs]
    _raised(places, by=["user_id", "department_id"])
    cast.system = User.objects.system()
    forget()
    return cast


def _raised(rows, *, by):
    """These rows, in order, saved: as they are there already (by these fields), else made, all in one statement."""
    model = type(rows[0])
    there = model.objects.filter(**{f"{by[0]}__in": [getattr(row, by[0]) for row in rows]})
    known = {tuple(getattr(row, name) for name in by): row for row in there}
    rows = {tuple(getattr(row, name) for name in by): row for row in rows}
    model.objects.bulk_create(row for key, row in rows.items() if key not in known)
    return [known.get(key, row) for key, row in rows.items()]


def _people(password):
    """Everybody with this password; Greta, the guest, has none."""
    shared, none = make_password(password), make_password(None)
    return [
        User(email=f"{name}@example.com", password=none if name == "greta" else shared, **fields)
        for name, fields in PEOPLE.items()
    ]


def _member(organisation, user, role):
    return Membership(organisation=organisation, user=user, role=role, notify=role == "admin")


def _place(name, slug, cast):
    lead = name == "lena"
    role = StaffPlace.Role.LEAD if lead else StaffPlace.Role.AGENT
    return StaffPlace(department=getattr(cast, slug), user=getattr(cast, name), role=role, notify=not lead)
