"""The lines by which programs and people announce an old mail, or where to answer, by language: data, no rules.

Phrases are parted by "|"; case does not matter.
"""

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
    "ar": "رسالة معاد توجيهها | الرسالة المعاد توجيهها | بداية الرسالة المعاد توجيهها | رسالة محولة",
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
    "zh": "转发的邮件 | 转发邮件 | 轉寄的郵件 | 轉寄郵件 | 转发邮件信息 | 轉寄的訊息 | 以下是转发的邮件"
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
    " | write your answer above"
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

# The answers stand inside the old mail, below: then it belongs to them.
ANSWERS_BELOW = (
    "answers below | answers inline | answers in line | comments below | comments inline | comments in line"
    " | replies below | replies inline | reply inline | responses below | responses inline | see inline | see in-line"
    " | inline below | in red below | in blue below | in green below | below in red | below in blue | below in green"
    " | réponses ci-dessous | mes réponses dans le texte | réponses en rouge | réponses en bleu"
    " | ответы ниже | ответы в тексте | ответил ниже | ответила ниже | ответы внутри | отвечаю ниже | комментарии ниже"
    " | ответы красным | respostas abaixo | respostas a vermelho | respostas em vermelho | respondo abaixo"
    " | comentários abaixo | antworten unten | antworten im text | antworten in rot | kommentare unten | siehe unten im"
    " | respuestas abajo | respuestas en rojo | respondo abajo | risposte sotto | risposte in rosso | vedi sotto"
    " | antwoorden hieronder | antwoorden in rood | svar nedan | svar nedenfor | odpowiedzi poniżej"
)
