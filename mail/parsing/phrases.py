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
    "ca": "va escriure | ha escrit | escrigué",
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
    "hy": "գրել է",
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
    "pl": "napisał | napisała | napisał(a) | napisał/a | nadesłał | pisze",
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

# Somebody who speaks of himself quotes nobody: "On 3 May I wrote:" is new text.
I_WROTE = (
    "i wrote | we wrote | j'ai écrit | nous avons écrit | я писал | я писала | я написал | я написала | мы писали"
    " | мы написали | eu escrevi | escrevi | escrevemos | schrieb ich | schrieben wir | ich schrieb | ho scritto"
    " | escribí | escribimos | schreef ik | schreven wij | skrev jag | skrev vi | skrev jeg | napisałem | napisałam"
)

# Words a date holds, by their beginnings: days of the week and months.
CALENDAR = {
    "en": "mon tue wed thu fri sat sun jan feb mar apr may jun jul aug sep oct nov dec",
    "fr": "lun mar mer jeu ven sam dim janv févr mars avr mai juin juil août sept oct nov déc",
    "ru": "пн вт ср чт пт сб вс понед втор сред четв пятн субб воскр янв фев мар апр мая май июн июл авг сен окт ноя дек",
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

# Between dashes above an old mail that is answered: "-----Original Message-----".
ORIGINAL = {
    "en": "Original Message | Reply Message | Original Mail | Original Email | Original e-mail | Reply to message"
    " | Original appointment",
    "fr": "Message d'origine | Message d’origine | Message original | Courriel original | Message initial"
    " | Rendez-vous d'origine",
    "ru": "Исходное сообщение | Исходное письмо | Оригинальное сообщение | Первоначальное сообщение | Original",
    "pt": "Mensagem original | Mensagem Original | Mensagem de origem",
    "ar": "الرسالة الأصلية | رسالة أصلية",
    "bg": "Оригинално съобщение | Първоначално съобщение",
    "ca": "Missatge original",
    "cs": "Původní zpráva | Původní e-mail",
    "da": "Oprindelig meddelelse | Oprindelig besked | Original meddelelse",
    "de": "Ursprüngliche Nachricht | Originalnachricht | Original-Nachricht | Antwort Nachricht | Ursprüngliche Mail"
    " | Ursprünglicher Termin",
    "el": "Αρχικό μήνυμα | Πρωτότυπο μήνυμα",
    "es": "Mensaje original | Mensaje Original | Correo original",
    "et": "Algne sõnum | Algne kiri",
    "fa": "پیام اصلی",
    "fi": "Alkuperäinen viesti | Alkuperäinen sähköposti",
    "gl": "Mensaxe orixinal",
    "he": "הודעה מקורית | הודעה מקורית",
    "hr": "Izvorna poruka | Originalna poruka | Izvorna poruka e-pošte",
    "hu": "Eredeti üzenet | Eredeti levél",
    "id": "Pesan Asli | Pesan asal",
    "is": "Upprunaleg skilaboð",
    "it": "Messaggio originale | Messaggio Originale",
    "ja": "元のメッセージ | 元のメール | オリジナルメッセージ | Original Message",
    "ko": "원본 메시지 | 원본 메일 | 원래 메시지",
    "lt": "Originalus laiškas | Pradinis laiškas | Originali žinutė",
    "lv": "Sākotnējais ziņojums | Oriģinālais ziņojums",
    "ms": "Mesej Asal",
    "nl": "Oorspronkelijk bericht | Origineel bericht | Oorspronkelijke bericht",
    "no": "Opprinnelig melding | Original melding",
    "pl": "Wiadomość oryginalna | Oryginalna wiadomość | Pierwotna wiadomość",
    "ro": "Mesaj original | Mesaj inițial | Mesajul original",
    "sk": "Pôvodná správa",
    "sl": "Izvirno sporočilo | Originalno sporočilo",
    "sr": "Оригинална порука | Originalna poruka | Izvorna poruka",
    "sv": "Ursprungligt meddelande | Originalmeddelande | Ursprungligt mejl",
    "th": "ข้อความต้นฉบับ | ข้อความเดิม",
    "tr": "Özgün İleti | Orijinal Mesaj | Asıl Mesaj | Orijinal ileti",
    "uk": "Оригінальне повідомлення | Вихідне повідомлення | Початкове повідомлення",
    "vi": "Thư gốc | Tin nhắn gốc | Thư ban đầu",
    "zh": "原始邮件 | 邮件原件 | 原始郵件內容 | 原始郵件 | 原邮件 | 原始信件 | 原始訊息 | 回复的原邮件",
}

# Above a mail that is passed on: between dashes, or before a colon as "Begin forwarded message:".
FORWARDED = {
    "en": "Forwarded message | Begin forwarded message | Begin Forwarded Message | Fwd.Msg | Forwarded by"
    " | Forwarded mail | Start of forwarded message | Forwarded email",
    "fr": "Message transféré | Message transmis | Message réexpédié | Début du message transféré"
    " | Début du message réexpédié | Courriel transféré | Transféré par",
    "ru": "Пересылаемое сообщение | Перенаправленное сообщение | Пересланное сообщение | Пересылаемое письмо"
    " | Переадресованное сообщение | Начало переадресованного сообщения | Начало пересылаемого сообщения"
    " | Пересланное письмо | Перенаправленное письмо",
    "pt": "Mensagem encaminhada | Mensagem reencaminhada | Início da mensagem encaminhada"
    " | Início da mensagem reencaminhada | Encaminhado por | Começo da mensagem encaminhada",
    "ar": "رسالة معاد توجيهها | الرسالة المعاد توجيهها | بداية الرسالة المعاد توجيهها | رسالة محولة | Forwarded message",
    "be": "Перанакіраванае паведамленне",
    "bg": "Препратено съобщение | Препратено писмо | Начало на препратеното съобщение",
    "ca": "Missatge reenviat | Inici del missatge reenviat",
    "cs": "Přeposlaná zpráva | Začátek přeposílané zprávy | Přeposlaný e-mail | Předaná zpráva",
    "da": "Videresendt meddelelse | Videresendt besked | Start på videresendt besked | Videresendt mail",
    "de": "Weitergeleitete Nachricht | Anfang der weitergeleiteten Nachricht | Weitergeleitete E-Mail"
    " | Weitergeleitet von | Beginn der weitergeleiteten Nachricht | Weitergeleitete Mail",
    "el": "Προωθημένο μήνυμα | Έναρξη προωθημένου μηνύματος | Αρχή προωθημένου μηνύματος",
    "es": "Mensaje reenviado | Inicio del mensaje reenviado | Reenviado por | Correo reenviado",
    "et": "Edastatud kiri | Edastatud sõnum | Edastatud kirja algus",
    "eu": "Birbidalitako mezua",
    "fa": "پیام ارجاع شده | پیام هدایت شده | پیام فوروارد شده",
    "fi": "Välitetty viesti | Edelleenlähetetty viesti | Välitetty viesti alkaa | Välitetty viesti / Fwd.Msg"
    " | Edelleen lähetetty viesti",
    "gl": "Mensaxe reenviada",
    "he": "הודעה שהועברה | תחילת ההודעה שהועברה | הודעה מועברת | ההודעה שהועברה",
    "hi": "अग्रेषित संदेश",
    "hr": "Proslijeđena poruka | Započni proslijeđenu poruku | Prosljeđena poruka | Početak proslijeđene poruke",
    "hu": "Továbbított üzenet | Továbbított levél | Továbbított levél kezdete",
    "id": "Pesan terusan | Pesan yang diteruskan | Mulai pesan yang diteruskan | Pesan diteruskan",
    "is": "Áframsend skilaboð",
    "it": "Messaggio inoltrato | Inizio messaggio inoltrato | Inoltrato da | Messaggio Inoltrato",
    "ja": "転送されたメッセージ | メッセージを転送 | 転送メッセージ | 転送されたメール | 転送されたメッセージの先頭",
    "ko": "전달된 메시지 | 전달된 메일 | 전달된 이메일",
    "lt": "Persiųstas laiškas | Persiųsta žinutė | Persiunčiamas laiškas",
    "lv": "Pārsūtīts ziņojums | Pārsūtītā ziņa | Pāradresēts ziņojums",
    "ms": "Mesej dimajukan | Mesej yang dimajukan",
    "nl": "Doorgestuurd bericht | Begin doorgestuurd bericht | Doorgestuurde e-mail | Doorgestuurd door",
    "no": "Videresendt melding | Videresendt e-post | Start på videresendt melding | Videresendt e-postmelding",
    "pl": "Wiadomość przesłana dalej | Przekazana wiadomość | Treść przekazanej wiadomości"
    " | Początek przekazywanej wiadomości | Wiadomość przekazana dalej | Przesłana wiadomość",
    "ro": "Mesaj redirecționat | Începe mesajul redirecționat | Mesaj transmis | Mesaj înaintat",
    "sk": "Preposlaná správa | Začiatok preposlanej správy | Presmerovaná správa",
    "sl": "Posredovano sporočilo | Začetek posredovanega sporočila",
    "sr": "Прослеђена порука | Prosleđena poruka | Почетак прослеђене поруке",
    "sv": "Vidarebefordrat meddelande | Vidarebefordrat mejl | Vidarebefordrat brev | Vidarebefordrat e-postmeddelande"
    " | Börja vidarebefordrat meddelande",
    "th": "ข้อความที่ส่งต่อ | จดหมายส่งต่อ",
    "tr": "İletilmiş Mesaj | İletilen İleti | İleti başlangıcı | Yönlendirilmiş ileti | Yönlendirilen Mesaj"
    " | İletilen mesaj | Yönlendirilen ileti",
    "uk": "Переслане повідомлення | Перенаправлене повідомлення | Початок листа, що пересилається | Пересланий лист",
    "vi": "Thư đã chuyển tiếp | Thư chuyển tiếp | Tin nhắn được chuyển tiếp | Bắt đầu thư được chuyển tiếp",
    "zh": "转发的邮件 | 转发邮件 | 轉寄的郵件 | 轉寄郵件 | 转发邮件信息 | 轉寄的訊息 | 以下是转发的邮件 | 被转发邮件信息"
    " | 開始轉寄郵件 | 以下是轉寄的郵件",
}

# Before the subject of a mail that is passed on; without their colon.
FORWARD_PREFIXES = (
    "fwd | fw | forward | forwarded | wg | tr | rv | enc | i | pd | vs | vb | vl | fs | yml | doorst | továbbítás | tov"
    " | redir | ilt | i̇lt | videresend | πρθ | πρ | пересл | пересылка | перенапр | edasi | persiųsta | pārs | reenv"
    " | inol | transf | inoltro | doorgestuurd | weitergeleitet | transfert | transféré | encaminhado | 转发 | 轉寄"
    " | 轉發 | 転送 | 전달 | إعادة توجيه | הועבר | ส่งต่อ | chuyển tiếp"
)

# The line of a helpdesk's mail that asks to answer above it.
ANSWER_ABOVE = (
    "reply above this line | reply above the line | please reply above | write above this line | type your reply above"
    " | write your reply above | reply above. do not remove | add your reply above | enter your reply above"
    " | reply above to | your reply above"
    " | répondez au-dessus de cette ligne | répondre au-dessus de cette ligne | votre réponse au-dessus de cette ligne"
    " | écrivez votre réponse au-dessus | merci de répondre au-dessus"
    " | ответьте выше этой строки | ответ выше этой строки | ответьте над этой линией | пишите ответ выше этой"
    " | напишите ответ выше этой линии | ваш ответ выше этой"
    " | responda acima desta linha | escreva sua resposta acima | escreva a sua resposta acima | responder acima desta"
    " | antworten sie oberhalb dieser | antwort oberhalb dieser | bitte oberhalb dieser linie | über dieser linie"
    " | oberhalb dieser zeile | oberhalb dieser linie"
    " | responda por encima de esta línea | escriba su respuesta encima | respuesta por encima de esta línea"
    " | responde encima de esta línea"
    " | rispondi sopra questa riga | rispondere sopra questa riga | scrivi la tua risposta sopra | sopra questa linea"
    " | antwoord boven deze regel | reageer boven deze regel | boven deze lijn"
    " | odpowiedz powyżej tej linii | napisz odpowiedź powyżej | powyżej tej linii"
    " | svara ovanför denna rad | skriv ditt svar ovanför | ovanför den här raden | svar over denne linje"
    " | svar ovenfor denne linje | skriv dit svar over | skriv svaret ditt over | svar over denne linjen"
    " | vastaa tämän rivin yläpuolelle | kirjoita vastauksesi tämän rivin"
    " | odpovězte nad tímto řádkem | napište svou odpověď nad | odpovedzte nad týmto riadkom | nad tento riadok"
    " | nad tento řádek | odgovorite iznad ove crte | odgovorite iznad ove linije | odgovorite nad to vrstico"
    " | válaszát e sor fölé | e fölé a sor fölé | a vonal fölé | răspundeți deasupra acestei linii"
    " | deasupra acestei linii | отговорете над тази линия | над този ред | відповідайте вище цього рядка"
    " | вище цього рядка | над цією лінією | απαντήστε πάνω από αυτή τη γραμμή | πάνω από αυτή τη γραμμή"
    " | bu satırın üzerine | bu satırın üstüne | bu çizginin üstüne | الرد فوق هذا السطر | فوق هذا السطر"
    " | השב מעל שורה זו | מעל שורה זו | مעל קו זה | بالای این خط | इस पंक्ति के ऊपर | เหนือบรรทัดนี้"
    " | trả lời phía trên dòng này | phía trên dòng này | balas di atas baris ini | di atas baris ini"
    " | この行より上に | この線より上 | この行の上に | 이 줄 위에 | 이 선 위에 | 请在此行上方回复 | 在此行之上回复"
    " | 請在此行上方回覆 | 在此線上方 | respon damunt d'aquesta línia | damunt d'aquesta línia"
    " | atbildiet virs šīs | virs šīs līnijas | atsakykite virš šios | virš šios eilutės | vastake selle rea kohale"
    " | selle rea kohale"
)

# What a telephone or program puts below a text of its own accord. "…" is the name of the thing.
SENT_FROM = (
    "sent from my … | sent via … | sent with … | sent by … | sent using … | sent from …"
    " | from my … | get outlook for … | get … for ios | get … for android | sent on the … | … from mobile"
    " | sent from a mobile device | sent from mobile | sent while mobile | via mobile | please excuse my brevity"
    " | this message was sent from my … | sent securely from … | sent securely with … | composed on …"
    " | envoyé de mon … | envoyé depuis … | envoyé à partir de … | envoyé avec … | envoyé par … | envoyé via …"
    " | envoyé de … | télécharger outlook pour … | obtenez outlook pour … | obtenir outlook pour …"
    " | téléchargez outlook pour …"
    " | отправлено с … | отправлено из … | отправлено через … | отправлено от … | отправлено со … | послано из …"
    " | отправлено при помощи … | скачать outlook для … | получить outlook для …"
    " | enviado do meu … | enviado da minha … | enviado a partir … | enviado do … | enviado de … | enviado pelo …"
    " | enviado via … | enviado através … | enviada do … | enviado por … | obter o outlook para … | baixar o outlook …"
    " | gesendet von … | gesendet mit … | gesendet über … | von meinem … gesendet | von meiner … gesendet"
    " | diese nachricht wurde von … gesendet | diese nachricht wurde mit … gesendet | outlook für … herunterladen"
    " | holen sie sich outlook für … | laden sie outlook für … | von unterwegs gesendet | mobil gesendet …"
    " | enviado desde … | enviado con … | enviado mediante … | obtener outlook para … | descargar outlook para …"
    " | inviato da … | inviato dal … | inviato dall'… | inviato con … | inviato tramite … | scarica outlook per …"
    " | ottieni outlook per …"
    " | verzonden met … | verzonden vanaf … | verzonden via … | verstuurd vanaf … | verstuurd met … | verstuurd via …"
    " | outlook voor … downloaden | download outlook voor …"
    " | wysłano z … | wysłane z … | wysłano za pomocą … | pobierz outlooka … | pobierz aplikację outlook …"
    " | skickat från … | skickat med … | skickat via … | hämta outlook för … | sendt fra … | sendt med … | sendt via …"
    " | hent outlook til … | hent outlook for … | få outlook til … | lähetetty … | lähetä outlook … | hanki outlook …"
    " | odesláno z … | odesláno ze … | odesláno pomocí … | získejte outlook pro … | odoslané z … | odoslané zo …"
    " | získajte outlook pre … | poslano s … | poslano sa … | poslano z … | poslano iz … | dohvati outlook za …"
    " | послато са … | elküldve … | küldve … | az iphone-omról küldve | iphone-ról küldve | … -ról küldve"
    " | … készülékről küldve | outlook letöltése … | trimis de pe … | trimis din … | trimis cu … | obțineți outlook …"
    " | изпратено от … | изпратено с … | надіслано з … | надіслано із … | відправлено з … | надіслано через …"
    " | στάλθηκε από … | εστάλη από … | αποκτήστε το outlook για …"
    " | … 'den gönderildi | … 'dan gönderildi | iphone'umdan gönderildi | … cihazımdan gönderildi | … gönderildi"
    " | أُرسلت من … | مرسل من … | أرسلت من … | תתקבל מ… | נשלח מה… | נשלח מ… | ارسال شده از … | मेरे … से भेजा गया"
    " | ส่งจาก … | được gửi từ … | đã gửi từ … | gửi từ … | dikirim dari … | dihantar dari … | dikirim dengan …"
    " | … から送信 | iphoneから送信 | 私の … から送信 | … を入手 | 나의 …에서 보냄 | 내 …에서 보냄 | …에서 보냄"
    " | 发自我的 … | 發自我的 … | 来自我的 … | 從我的 … 傳送 | 从我的 … 发送 | 从 … 发送 | 傳送自我的 … | 获取 …"
    " | 发自 … | 下载 outlook … | enviat des … | saadetud minu … | nosūtīts no … | išsiųsta iš … | gestuur vanaf …"
)

# Things a mail is written on, where their name has no capital letter.
DEVICES = (
    "phone | mobile | cell | device | tablet | téléphone | portable | mobil | handy | celular | móvil | telemóvel"
    " | dispositivo | telefon | telefono | toestel | apparaat | smartphone | смартфон | телефон | планшет | устройств"
)

# In the foot a mailing list puts below every mail.
LIST_FOOTERS = (
    "mailing list | mailinglist | mailing-list | mailingliste | mailinglijst | liste de diffusion | lista de correo"
    " | lista di distribuzione | lista de discussão | lista de distribuição | рассылк | unsubscribe | /listinfo/"
    " | /mailman/ | se désabonner | desinscrever | отписаться | abbestellen | darse de baja | you received this message"
    " | you are receiving this because"
)

# The answers stand inside the old mail, below: then it belongs to them.
ANSWERS_BELOW = (
    "answers below | answers inline | answers in line | comments below | comments inline | comments in line"
    " | replies below | replies inline | reply inline | responses below | responses inline | see inline | see in-line"
    " | inline below | in red below | in blue below | in green below | below in red | below in blue | below in green"
    " | réponses ci-dessous | mes réponses dans le texte | réponses en rouge | réponses en bleu | réponses dans le corps"
    " | ответы ниже | ответы в тексте | ответил ниже | ответила ниже | ответы внутри | отвечаю ниже | комментарии ниже"
    " | ответы красным | respostas abaixo | respostas a vermelho | respostas em vermelho | respondo abaixo"
    " | comentários abaixo | antworten unten | antworten im text | antworten in rot | kommentare unten | siehe unten im"
    " | respuestas abajo | respuestas en rojo | respondo abajo | risposte sotto | risposte in rosso | vedi sotto"
    " | antwoorden hieronder | antwoorden in rood | svar nedan | svar nedenfor | odpowiedzi poniżej"
)


def listed(phrases: str) -> list[str]:
    """Return the phrases of one line of a table."""
    return [phrase.strip() for phrase in phrases.split("|")]


def all_of(table: dict[str, str]) -> set[str]:
    """Return the phrases of all languages of a table, without case."""
    return {phrase.casefold() for phrases in table.values() for phrase in listed(phrases)}
