"""The people and departments everybody knows, in the demo and in the tests (CONTRACT, "Demo people")."""

from types import SimpleNamespace

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
    for slug, fields in DEPARTMENTS.items():
        row, _made = Department.objects.get_or_create(slug=slug, defaults=fields)
        setattr(cast, slug, row)
    for name, fields in PEOPLE.items():
        setattr(cast, name, _person(name, fields, password=None if name == "greta" else password))
    cast.quillmark = _organisation("Quillmark Studio", {cast.anna: "own", cast.olga: "admin"})
    cast.fernhollow = _organisation("Fernhollow Ltd", {cast.carl: "admin"})
    Service.objects.get_or_create(
        name="shop.quillmark.example.com", organisation=cast.quillmark, kind="Business hosting"
    )
    Service.objects.get_or_create(name="vps-2.example.net", organisation=cast.quillmark, kind="Virtual server, 8 GB")
    for name, slugs in PLACES.items():
        for slug in slugs:
            role = StaffPlace.Role.LEAD if name == "lena" else StaffPlace.Role.AGENT
            StaffPlace.objects.get_or_create(
                department=getattr(cast, slug),
                user=getattr(cast, name),
                defaults={"role": role, "notify": name != "lena"},
            )
    cast.system = User.objects.system()
    forget()
    return cast


def _person(name, fields, *, password):
    email = f"{name}@example.com"
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, password, **fields)
    return user


def _organisation(name, members):
    organisation, _made = Organisation.objects.get_or_create(name=name)
    for user, role in members.items():
        Membership.objects.get_or_create(
            organisation=organisation, user=user, defaults={"role": role, "notify": role == "admin"}
        )
    return organisation
