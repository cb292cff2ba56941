"""More clients of the demo, beside the cast. They have no password: nobody signs in as them."""

CLIENTS = {
    "lucie": ("Lucie Ardenne", "lucie@atelier.example", "fr", "Europe/Paris"),
    "rimma": ("Римма Ладогина", "rimma@verstovoy.example", "ru", "Europe/Moscow"),
    "caio": ("Caio Bertanha", "caio@padaria.example", "pt-br", "America/Sao_Paulo"),
    "devan": ("Devan Osker", "devan@fernhollow.example", "en", "Europe/London"),
    "hollis": ("Hollis Wrenfield", "hollis@tidemark.example", "en", "America/Chicago"),
    "nerys": ("Nerys Calloway-Finch", "nerys@pinegate.example", "en", "Europe/Dublin"),
    "paolo": ("Paolo Ferrunde", "paolo@cantina.example", "en", "Europe/Rome"),
    "wilma": ("Wilma Estegard", "wilma@estegard.example", "en", "Europe/Oslo"),
    "artem": ("Артём Соловьёв", "artem@lodka.example", "ru", "Asia/Yekaterinburg"),
    "odalys": ("Odalys Brantome", "odalys@kestrel.example", "fr", "Europe/Brussels"),
}
MEMBERS_OF_FERNHOLLOW = ["devan"]
