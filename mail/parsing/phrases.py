"""What mail programs write between a new text and an old one, in their users' languages: data, no rules.

Each table gives a language (ISO 639) its phrases, parted by "|", as the programs write them. Case does not matter.
`wrote` stands wherever the language puts it: "On … NAME wrote:", "Am … schrieb NAME:".
"""

# The first words of "On Tue, 3 Nov 2026 at 9:12, NAME wrote:". A language whose line begins with the date has none.
ON = {
    "en": "On | At | In message | In a message dated | In the message | Quoting",
    "fr": "Le | En date du",
    "pt": "Em | No dia | A | Às | Na | Citando | Mensagem original de",
    "af": "Op",
    "ar": "في | بتاريخ",
    "bg": "На",
    "bs": "Dana",
    "ca": "El | El dia | Missatge de | A | Al",
    "cs": "Dne",
    "da": "Den | D. | På | Kl.",
    "de": "Am | Vom | Den",
    "el": "Στις | Την | Στην",
    "es": "El | El día | En",
    "et": "Kuupäev | Kuupäeval",
    "eu": "Hau idatzi du",
    "fa": "در | در تاریخ",
    "gl": "O | Em | O día",
    "he": "בתאריך | ב | ביום | ‏ב",
    "hr": "Dana",
    "id": "Pada | Pada tanggal | Tanggal",
    "is": "Þann | Hinn",
    "it": "Il | Il giorno | In data | Nel messaggio",
    "mk": "На",
    "ms": "Pada",
    "nl": "Op | Op datum",
    "no": "Den | På | Kl.",
    "pl": "W dniu | Dnia | Dn. | W",
    "ro": "În | In | Pe | La | În data de | Pe data de",
    "ru": "В | Вы писали",
    "sk": "Dňa | Dna",
    "sl": "V | Dne | Dana",
    "sr": "Дана | Dana",
    "sv": "Den | På | Kl.",
    "th": "เมื่อ | ในวันที่ | วันที่ | เมื่อวันที่",
    "tl": "Noong",
    "vi": "Vào | Ngày | Vào ngày | Lúc",
    "zh": "在 | 於 | 于",
}

WROTE = {
    "en": "wrote | writes | wrote the following | has written | said | says",
    "fr": "a écrit | a ecrit | écrit | écrivait | a écrit ce qui suit",
    "ru": "написал | написала | написал(а) | написали | пишет | писал | писала | писал(а) | писали",
    "pt": "escreveu | escreveu o seguinte | escreve",
    "af": "geskryf | skryf",
    "ar": "كتب | كتبت | كتب ما يلي | تمت كتابة ما يلي بواسطة",
    "be": "піша | напісаў | напісала | напісаў(ла)",
    "bg": "написа | пише",
    "bs": "je napisao | je napisala | je napisao/la",
    "ca": "va escriure | ha escrit | escrigué | Missatge de",
    "cs": "napsal | napsala | napsal(a) | napsal/a",
    "da": "skrev | skrev følgende | har skrevet",
    "de": "schrieb | schrieben | geschrieben | schreibt | schrieb folgendes",
    "el": "έγραψε | έγραψε τα εξής",
    "es": "escribió | escribio | ha escrito | escribe",
    "et": "kirjutas | kirjutas järgmist",
    "eu": "idatzi du | idatzi zuen | igorleak idatzi zuen",
    "fa": "نوشت | نوشته است | نوشته‌است",
    "fi": "kirjoitti | kirjoittaa",
    "gl": "escribiu",
    "he": "כתב | כתבה | כתב/ה | כתב(ה) | מאת",
    "hi": "ने लिखा | लिखा",
    "hr": "napisao je | napisala je | je napisao | je napisala | piše | je napisao/la",
    "hu": "ezt írta | írta | az alábbiakat írta",
    "hy": "գրել է. | գրել է",
    "id": "menulis",
    "is": "skrifaði | ritaði",
    "it": "ha scritto | scrisse | scrive | ha scritto quanto segue",
    "ja": "のメール | のメッセージ | が書きました | さんは書きました | は書きました",
    "ka": "დაწერა | წერს",
    "kk": "жазды",
    "ko": "작성 | 님이 작성 | 님이 작성하였습니다 | 작성하였습니다 | 님이 썼습니다 | 썼습니다",
    "lt": "rašė | parašė",
    "lv": "rakstīja | raksta",
    "mk": "напиша | пишува",
    "ms": "menulis",
    "nl": "schreef | geschreven | schrijft | het volgende geschreven",
    "no": "skrev | skrev følgende | har skrevet",
    "pl": "napisał | napisała | napisał(a) | napisał/a | nadesłał | pisze"
    " | Wiadomość napisana przez",
    "ro": "a scris | a scris următoarele",
    "sk": "napísal | napísala | napísal(a) | napísal/a",
    "sl": "je napisal | je napisala | je napisal/-a | je napisal(a) | napisal | napisala",
    "sr": "је написао | је написала | је написао/ла | написао | пише | je napisao | je napisala | je napisao/la",
    "sv": "skrev | skrev följande | har skrivit",
    "th": "เขียนว่า | เขียน | ได้เขียน",
    "tl": "sinulat | isinulat",
    "tr": "şunu yazdı | şunları yazdı | yazdı",
    "uk": "пише | написав | написала | написав(ла) | написав(-ла) | писав | писала",
    "vi": "đã viết | viết",
    "zh": "写道 | 寫道 | 写到 | 寫到 | 写了 | 寫了",
}

# Somebody who speaks of himself quotes nobody: "On 3 May I wrote:", "On 3 May your colleague wrote to me:".
OF_MYSELF = (
    "i wrote | we wrote | wrote me | wrote to me | wrote us | wrote to us | i said | we said"
    " | j'ai écrit | j’ai écrit | nous avons écrit | m'a écrit | m’a écrit | nous a écrit | m'avez écrit"
    " | я писал | я писала | я написал | я написала | мы писали | мы написали | мне написал | мне написала"
    " | мне написали | мне пишет | написал мне | написала мне | написали мне | нам написали | нам написал"
    " | eu escrevi | escrevi | escrevemos | me escreveu | nos escreveu"
    " | schrieb ich | schrieben wir | ich schrieb | schrieb mir | schrieb uns | schrieben mir | mir geschrieben"
    " | ho scritto | abbiamo scritto | mi ha scritto | ci ha scritto | escribí | escribimos | me escribió"
    " | nos escribió | schreef ik | schreven wij | schreef mij | schreef me | schreef ons | skrev jag | skrev vi"
    " | skrev jeg | skrev till mig | skrev til mig | skrev til meg | napisałem | napisałam"
    " | napisał do mnie | napisał mi"
)

# Words a date holds, by their beginnings: days of the week and months.
CALENDAR = {
    "en": "mon tue wed thu fri sat sun jan feb mar apr may jun jul aug sep oct nov dec",
    "fr": "lun mar mer jeu ven sam dim janv févr mars avr mai juin juil août sept oct nov déc",
    "ru": "пн вт ср чт пт сб вс понед втор сред четв пятн субб воскр янв фев мар апр мая май ию авг сен окт ноя дек",
    "pt": "seg ter qua qui sex sáb dom jan fev mar abr mai jun jul ago set out nov dez",
    "bg": "пон вто сря чет пет съб нед яну фев март апр май юни юли авг сеп окт ное дек",
    "cs": "pond úter střed čtvr pát sob ned led únor břez dub květ červ srp září říj listop pros",
    "de": "mo di mi do fr sa so mont dien mitt donn frei sams sonn jan feb mär mai jun jul aug sep okt nov dez",
    "el": "δευ τρι τετ πεμ παρ σαβ κυρ ιαν φεβ μαρ απρ μαϊ ιουν ιουλ αυγ σεπ οκτ νοε δεκ",
    "es": "lun mar mié jue vie sáb dom ene feb mar abr may jun jul ago sep oct nov dic",
    "fi": "maan tiis kesk tors perj laua sunn tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
    "hr": "pon uto sri čet pet sub ned sij velj ožu tra svi lip srp kol ruj lis stu pro",
    "hu": "hét kedd szer csüt pén szom vas jan feb már ápr máj jún júl aug szep okt nov dec",
    "it": "lun mar mer gio ven sab dom gen feb mar apr mag giu lug ago set ott nov dic",
    "nl": "maa din woe don vrij zat zon jan feb maa apr mei jun jul aug sep okt nov dec",
    "pl": "pon wt śr czw pt sob niedz sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "ro": "lun mar mie joi vin sâm dum ian feb mar apr mai iun iul aug sep oct noi dec",
    "sv": "mån tis ons tors fre lör sön man tir lør søn jan feb mar apr maj mai jun jul aug sep okt nov dec des",
    "tr": "paz pzt sal çar per cum cmt oca şub mar nis may haz tem ağu eyl eki kas ara",
    "uk": "пон вівт сер чет пят суб нед січ лют берез квіт трав черв лип серп верес жовт листоп груд",
}


def listed(phrases: str) -> list[str]:
    """Return the phrases of one line of a table."""
    return [phrase.strip() for phrase in phrases.split("|")]


def all_of(table: dict[str, str]) -> set[str]:
    """Return the phrases of all languages of a table, without case."""
    return {phrase.casefold() for phrases in table.values() for phrase in listed(phrases)}
