"""What happened at the demo desk. A story: who, where, what about, how long ago, and turn by turn.

A turn is (minutes after the one before, who, what, text). `what` is a verb of `stage.Stage`: say, note, take, give,
status, priority, close, rate, reopen, move, flag, edit; `text` is the message or the value.
"""

LOG = """[2026-11-20 12:41:07] error: upstream sent too big header while reading response header from upstream
[2026-11-20 12:41:07] request: "GET /cart HTTP/2.0", upstream: "fastcgi://unix:/run/php/shop.sock:"
[2026-11-20 12:41:09] error: upstream sent too big header while reading response header from upstream
"""

STORIES = [
    {
        "who": "anna", "in": "support", "subject": "Shop returns 502 after the PHP 8.4 switch", "hours": 5, "type": "error",
        "priority": "high", "files": ["checkout-502.png", "php-fpm-error.log"],
        "text": "We moved the shop from PHP 8.1 to **PHP 8.4** at 12:40. Since then the cart and the checkout return"
        " `502 Bad Gateway`. The home page still opens.\n\nWhat I tried:\n\n1. Switched back to 8.3: same error\n"
        "2. Turned off the cache plug-in\n3. Looked at the log:\n\n```\nupstream sent too big header while reading"
        " response header from upstream\n```",
        "turns": [
            (24, "sam", "say", "Hello Anna, thank you for the log, it points the right way. The new session handler sends"
             " larger headers than the web server accepts on web-09.\n\nI can raise the limit for your site only. I am"
             " preparing the change now; you do not need to do anything."),
            (2, "sam", "status", "in-progress"),
            (15, "lena", "note", "@Sam same pattern on two more shops on web-09 after 8.4. Raise `fastcgi_buffer_size` to"
             " `32k` in the site template, not globally; the global change broke downloads in March."),
            (3, "anna", "rate", "4"),
            (6, "anna", "say", "Thanks. One more thing: two customers say they were charged but have no order. Could that"
             " be the same fault?"),
            (22, "sam", "say", "> two customers say they were charged but have no order\n\nYes, it is the same fault: the"
             " payment page answered after our server had already given up. **No order is lost.** I found both payments"
             " and re-sent them to your shop; they are orders 10881 and 10882.\n\nThe limit is raised and the checkout"
             " answers in 0.4 s again. Please place a test order and tell me if you still see the error.",
             ["errors-after-fix.png"]),
        ],
    },
    {
        "who": "anna", "in": "billing", "subject": "Invoice shows two VAT lines", "hours": 30, "type": "error",
        "files": ["invoice-2026-1107.pdf"],
        "text": "Invoice 2026-1107 has VAT twice, 20 % and 19 %. Our accountant sends it back. Can you correct it?",
        "turns": [
            (95, "ben", "say", "Hello Anna, you are right, the second line is left over from your old address. I have"
             " corrected the invoice and attach the new copy. The amount you paid is right.", ["invoice-2026-1107-b.pdf"]),
        ],
    },
    {
        "who": "olga", "in": "support", "subject": "Move 14 mailboxes to the new server over the weekend", "hours": 52,
        "type": "wish", "priority": "medium",
        "text": "We would like to move all 14 mailboxes to the new mail server on Saturday evening, after 18:00."
        " Is the old server kept for a while?",
        "turns": [
            (120, "sam", "say", "Hello Olga, Saturday 18:00 to 20:00 is free. The old server is kept for 30 days."
             " Shall I book it?"),
            (180, "olga", "say", "Saturday after 18:00 suits us, please confirm."),
            (30, "sam", "flag", "lena"),
        ],
    },
    {
        "who": "olga", "in": "support", "subject": "How do I add a second administrator?", "hours": 75, "type": "consultation",
        "text": "My colleague should see invoices but not servers. Where do I add her?",
        "turns": [
            (40, "sam", "say", "Under **Account → People → Add a person**. Choose *Billing only*. She gets a mail with a"
             " link to set her password."),
            (300, "olga", "say", "Works. Thank you!"),
            (5, "olga", "close", ""),
            (1, "olga", "rate", "4"),
        ],
    },
    {
        "who": "anna", "in": "support", "subject": "Restore yesterday’s database backup", "hours": 200, "type": "error",
        "priority": "critical",
        "text": "I deleted the wrong table at 11:20, please restore the whole database from last night.",
        "turns": [
            (6, "sam", "take", ""),
            (3, "sam", "say", "I have it. Restoring to a copy first so that nothing newer is lost. Ten minutes."),
            (11, "sam", "say", "The copy is ready. Only the table `orders_archive` was missing; I put it back into the"
             " live database. Everything written since 11:20 is kept."),
            (9, "anna", "say", "You saved our day. All orders are there."),
            (2, "anna", "close", ""),
            (1, "anna", "rate", "5"),
        ],
    },
    {
        "who": "carl", "in": "support", "subject": "Need a PTR record for 203.0.113.58", "hours": 20, "type": "wish",
        "text": "Please set the reverse name of 203.0.113.58.\n\n- Host name: `mail.fernhollow.example.com`\n- TTL: default",
        "turns": [(200, "carl", "say", "The forward record is already there, you can check.")],
    },
    {
        "who": "carl", "in": "billing", "subject": "Refund for a double payment", "hours": 44, "type": "error",
        "text": "We were charged twice on 18 November, 89.00 each. Please refund one of them.",
        "turns": [
            (60, "ben", "say", "Hello Carl, I see both payments. The second is on its way back to your card; banks take up"
             " to three days."),
            (1, "ben", "status", "in-progress"),
            (20, "ben", "note", "Payment provider reference 7F-22191. Check on Tuesday that it arrived."),
        ],
    },
    {
        "who": "devan", "in": "support", "subject": "Checkout webhook times out after 10 s", "hours": 9, "type": "error",
        "priority": "high",
        "text": "Our webhook needs 12 s at month end. Your side gives up after exactly ten seconds and the retry stops after"
        " ten seconds too.",
        "turns": [
            (70, "sam", "say", "Ten seconds is the default. I can set thirty for your endpoint. Is it this one?\n\n"
             "`https://api.fernhollow.example/hooks/orders`"),
            (35, "devan", "say", "Yes, that one. Please do."),
        ],
    },
    {
        "who": "greta", "in": "sales", "subject": "Do you host Django applications?", "hours": 26, "type": "consultation",
        "text": "Hello, I run a small Django site with PostgreSQL and about 2,000 visitors a day. Which plan fits, and can I"
        " pay by the year?",
        "turns": [
            (50, "lena", "say", "Hello Greta, yes: the plan *Application S* has PostgreSQL included and is made for this."
             " Paid by the year it is two months cheaper.\n\nIf you like, we move your site for you, without a pause."),
        ],
    },
    {
        "who": "greta", "in": "sales", "subject": "Is there a student discount?", "hours": 400, "type": "consultation",
        "text": "Do you have a discount for students?",
        "turns": [(80, "lena", "say", "We do: 50 % for two years with a student card."), (900, "system", "auto_close", "")],
    },
    {
        "who": "rimma", "in": "support", "subject": "Не приходят письма от банка", "hours": 3, "type": "error", "priority": "high",
        "text": "Здравствуйте! С сегодняшнего утра не приходят письма от банка, хотя вчера всё работало. Остальная почта"
        " приходит. Проверьте, пожалуйста, не попадают ли они в спам на сервере.",
        "turns": [],
    },
    {
        "who": "rimma", "in": "billing", "subject": "Закрывающие документы за октябрь", "hours": 70, "type": "consultation",
        "text": "Добрый день! Пришлите, пожалуйста, акт и счёт-фактуру за октябрь.",
        "turns": [
            (130, "ben", "say", "Добрый день, Римма! Документы готовы, прикладываю акт. Оригиналы отправим почтой.",
             ["akt-10-2026.pdf"]),
            (200, "rimma", "say", "Получила, спасибо. Счёт-фактуры в письме нет, вышлите её тоже."),
            (45, "ben", "say", "Прошу прощения, вот она.", ["schet-faktura-10-2026.pdf"]),
        ],
    },
    {
        "who": "artem", "in": "support", "subject": "Сайт открывается очень медленно", "hours": 14, "type": "error",
        "text": "Страницы открываются по 20 секунд на всех трёх сайтах. Началось после 9 утра по Москве.",
        "turns": [
            (18, "sam", "take", ""),
            (1, "sam", "status", "in-progress"),
            (12, "sam", "note", "web-04: соседний сайт съедает весь диск (резервная копия днём). Перенёс задание на ночь."),
        ],
    },
    {
        "who": "artem", "in": "support", "subject": "Перенос домена к вам", "hours": 300, "type": "wish",
        "text": "Хочу перенести четыре домена к вам. Что нужно с моей стороны?",
        "turns": [
            (90, "sam", "say", "Нужны коды переноса от нынешнего регистратора и снятая блокировка. Пришлите коды в этом"
             " обращении, остальное сделаем мы."),
            (1500, "artem", "say", "Коды запросил, жду."),
            (2000, "artem", "say", "Передумал, останусь пока там. Спасибо!"),
            (30, "sam", "close", ""),
        ],
    },
    {
        "who": "lucie", "in": "support", "subject": "Renouvellement du certificat refusé pour boutique.example", "hours": 7,
        "type": "error", "priority": "medium",
        "text": "Bonjour,\n\nle renouvellement échoue avec « CAA record prevents issuance ». Je n’ai rien changé dans la zone"
        " DNS. Pouvez-vous regarder ?",
        "turns": [
            (33, "sam", "say", "Bonjour Lucie,\n\nl’enregistrement CAA n’autorise que votre ancien fournisseur. Je peux"
             " ajouter le nôtre à côté de l’ancien. D’accord ?"),
        ],
    },
    {
        "who": "lucie", "in": "billing", "subject": "Changer la carte bancaire", "hours": 90, "type": "consultation",
        "text": "Ma carte expire à la fin du mois. Où puis-je la changer ?",
        "turns": [
            (25, "ben", "say", "Bonjour Lucie, sous **Compte → Paiement → Changer de carte**. L’ancienne carte reste"
             " valable jusqu’à la fin du mois."),
            (400, "lucie", "say", "C’est fait, merci."),
            (1, "lucie", "close", ""),
            (1, "lucie", "rate", "5"),
        ],
    },
    {
        "who": "odalys", "in": "support", "subject": "Clé de licence refusée après le déménagement", "hours": 33, "type": "error",
        "text": "Depuis le changement de nom d’hôte, le logiciel refuse la clé de licence.",
        "turns": [
            (60, "sam", "say", "Bonjour Odalys, la licence est liée à l’ancien nom d’hôte. Quel est le nouveau nom exact ?"),
        ],
    },
    {
        "who": "caio", "in": "support", "subject": "Domínio não propaga depois da transferência", "hours": 11, "type": "error",
        "text": "Já se passaram 24 horas e o domínio padaria.example ainda abre o site antigo em alguns lugares.",
        "turns": [
            (44, "sam", "say", "Olá Caio, o registro antigo tinha validade de 48 horas. Os servidores já respondem certo;"
             " até amanhã de manhã todos verão o site novo."),
            (50, "caio", "say", "Entendi. Dá para acelerar? Temos uma promoção hoje."),
        ],
    },
    {
        "who": "caio", "in": "billing", "subject": "Boleto não chegou", "hours": 120, "type": "error",
        "text": "O boleto deste mês não chegou por e-mail. Podem reenviar?",
        "turns": [
            (70, "ben", "say", "Olá Caio, segue em anexo. O endereço de cobrança estava com um erro de digitação; já corrigi.",
             ["boleto-11-2026.pdf"]),
            (5000, "system", "auto_close", ""),
        ],
    },
    {
        "who": "hollis", "in": "support", "subject": "Upgrade VPS-2 to 16 GB without downtime", "hours": 28, "type": "wish",
        "text": "We need 16 GB by Friday. A restart at night is fine, longer is not.",
        "turns": [
            (90, "sam", "say", "A restart of two minutes is all it takes. Tonight at 02:00 your time?"),
            (60, "hollis", "say", "Ready when you are, a restart at night is fine."),
            (10, "sam", "status", "in-progress"),
        ],
    },
    {
        "who": "paolo", "in": "support", "subject": "All sites on web-04 are slow since this morning", "hours": 2,
        "type": "error", "priority": "critical",
        "text": "Pages take 20 seconds to open on all three sites. Customers are calling us.",
        "turns": [],
    },
    {
        "who": "paolo", "in": "support", "subject": "Control panel shows 0 B free although the disk has room", "hours": 60,
        "type": "error", "priority": "low",
        "text": "The panel says 0 B free. `df` on the server says 41 GB.",
        "turns": [
            (300, "sam", "say", "That is a display fault of the panel, your disk is fine. The vendor has a fix for next week;"
             " I keep this ticket open until it is in."),
            (5, "sam", "status", "in-progress"),
        ],
    },
    {
        "who": "wilma", "in": "support", "subject": "Control panel asks for a code I never receive", "hours": 18, "type": "error",
        "text": "I type my password, then it asks for a code from a text message. No message comes.",
        "turns": [
            (40, "sam", "say", "The phone number on your account ends in 71. Is that still yours? Please send a photo of the"
             " error text as well."),
        ],
    },
    {
        "who": "nerys", "in": "support", "subject": "Site was flagged as unsafe by browsers", "hours": 40, "type": "error",
        "priority": "high",
        "text": "Browsers show a red page on pinegate.example. We cleaned the infected plug-in already.",
        "turns": [
            (25, "sam", "say", "The scan is clean now, I can ask for a review. It takes a day or two."),
            (240, "nerys", "say", "Please do!"),
            (15, "sam", "say", "Asked for at 14:20. I will write as soon as the answer is there."),
            (1, "sam", "status", "on-hold"),
        ],
    },
    {
        "who": "nerys", "in": "sales", "subject": "Price for a second domain", "hours": 150, "type": "consultation",
        "text": "What does a second domain cost with our plan?",
        "turns": [(100, "lena", "say", "The first three are included. Add it under **Domains → Add**."), (20, "nerys", "close", "")],
    },
    {
        "who": "devan", "in": "support", "subject": "Firewall rule for the new office", "hours": 250, "type": "wish",
        "text": "Please let 198.51.100.0/24 reach our database.",
        "turns": [
            (30, "sam", "say", "Done."), (60, "devan", "close", ""),
            (3000, "devan", "say", "Port 5432 is closed again since the update. Can you look?"),
        ],
    },
]  # fmt: skip

# Short ones, so that lists have pages and every status has several rows: who, where, subject, text, how it ended
SHORT = [
    ("anna", "support", "Contact form does not send", "The contact form says “sent”, but no mail arrives.", "answered"),
    ("anna", "support", "Slow images on the start page", "Pictures load slowly since Monday.", "closed"),
    ("anna", "billing", "Change the billing address", "We moved. New address attached to our profile.", "closed"),
    ("anna", "sales", "Can I book a migration?", "We have one more shop elsewhere, about 4 GB.", "answered"),
    ("olga", "billing", "Yearly payment", "Can we pay yearly from January?", "open"),
    ("olga", "support", "Backups: how long are they kept?", "How long do you keep daily backups?", "closed"),
    ("olga", "support", "SFTP access for an agency", "An agency needs SFTP to one folder only.", "in-progress"),
    ("carl", "support", "Mail goes to spam at one recipient", "Mail to one customer always lands in spam.", "answered"),
    (
        "carl",
        "support",
        "Certificate for a subdomain",
        "Please add a certificate for docs.fernhollow.example.",
        "closed",
    ),
    ("carl", "sales", "Dedicated server with two disks", "Do you have one with two NVMe disks?", "closed"),
    ("devan", "support", "Cron job runs twice", "Our nightly job runs at 02:00 and again at 03:00.", "on-hold"),
    ("devan", "billing", "VAT number", "Please add our VAT number to the invoices.", "closed"),
    ("hollis", "support", "Log files fill the disk", "`/var/log` grows by 2 GB a day.", "customer-reply"),
    ("hollis", "billing", "Invoice copy for March", "I need a copy of the March invoice.", "closed"),
    ("paolo", "billing", "Pay by bank transfer", "Can I pay by bank transfer instead of card?", "answered"),
    ("paolo", "support", "Redirect from http to https", "Please redirect all pages to https.", "closed"),
    ("wilma", "support", "New mailbox for a colleague", "How do I make a mailbox for a colleague?", "closed"),
    ("wilma", "billing", "Cancel the second plan", "Please cancel the second plan at the end of the year.", "open"),
    ("nerys", "support", "WordPress update failed", "The update stops at 60 %.", "in-progress"),
    ("nerys", "billing", "Receipt without a name", "The receipt does not show our company name.", "answered"),
    ("lucie", "support", "Boîte aux lettres pleine", "Ma boîte est pleine alors que j’ai tout supprimé.", "open"),
    ("lucie", "sales", "Offre pour association", "Avez-vous un tarif pour les associations ?", "closed"),
    (
        "odalys",
        "support",
        "Erreur 403 sur le dossier des images",
        "Les images renvoient une erreur 403.",
        "customer-reply",
    ),
    ("odalys", "billing", "Facture en double", "J’ai reçu deux fois la facture 2026-0984.", "closed"),
    ("rimma", "support", "Почтовый ящик для нового сотрудника", "Как создать ящик для нового сотрудника?", "closed"),
    ("rimma", "support", "Ошибка при загрузке файлов больше 8 МБ", "Файлы больше 8 МБ не загружаются.", "on-hold"),
    ("artem", "billing", "Счёт на год вперёд", "Выставьте, пожалуйста, счёт сразу на год.", "answered"),
    ("artem", "sales", "Тариф для интернет-магазина", "Какой тариф подойдёт для магазина на 5000 товаров?", "closed"),
    ("caio", "support", "E-mail não sincroniza no celular", "O e-mail parou de sincronizar no celular.", "in-progress"),
    ("caio", "sales", "Plano para duas lojas", "Existe um plano para duas lojas?", "closed"),
    ("greta", "sales", "Moving from another host", "Do you move sites for new clients?", "open"),
    ("greta", "sales", "Data centre in the north", "Do you have a data centre in Sweden?", "closed"),
]

ANSWERS = {
    "en": "Thank you for writing. I have looked at it and it is done; please tell me if anything is missing.",
    "fr": "Merci pour votre message. C’est fait ; dites-moi s’il manque quelque chose.",
    "ru": "Спасибо за сообщение. Готово; напишите, если чего-то не хватает.",
    "pt-br": "Obrigado pela mensagem. Está feito; avise se faltar alguma coisa.",
}
THANKS = {"en": "Not quite: it still happens on one page.", "fr": "Presque : cela arrive encore sur une page.",
          "ru": "Почти: на одной странице ошибка осталась.", "pt-br": "Quase: ainda acontece em uma página."}  # fmt: skip
