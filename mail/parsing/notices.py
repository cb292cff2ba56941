"""The words of programs, in the languages they speak: how reports of failed mail and absence notices begin.

Written from the messages of the usual servers (sendmail, Postfix, Exim, qmail, Exchange, Domino, OpenSMTPD, DragonFly,
the large providers). Words of reports never count alone: a report also comes from a machine. Each line of a table is
an expression; spaces stand for themselves.
"""

import re


def _any(table: str) -> str:
    return "|".join(line.strip() for line in table.strip().splitlines())


_ABOUT_A_FAILURE = _any(r"""
    undeliver(?:able|ed)
    non[- ]?deliver(?:y|able)
    not delivered
    \[bounce\]
    fail(?:ed)? to deliver
    failed (?:mail|delivery)
    failure (?:notice|delivery)
    permanent delivery
    delivery (?:has )?(?:failed|failure|status|error|delayed|problem|notification|report|unsuccessful|incomplete)
    (?:e-?mail|mail|message)? ?(?:delivery|system|transfer) ?(?:status|failure|failed|error|problem|report|has failed)
    (?:your )?(?:e-?mail|mail|message) (?:delivery|system error|status|returned|rejected|blocked|delayed)
    (?:your )?(?:e-?mail|mail|message) (?:could not be|cannot be|was not|not|wasn't) delivered
    (?:e-?mail|mail|message) undeliverable
    returned (?:e-?mail|mail|message|to sender)
    could not (?:deliver|send)
    unable to deliver
    there was an error sending your mail
    warning: (?:could not send|message .{0,80} delayed|e?mail .{0,40}delayed)
    errors? from
    rejected(?: mail)?:
    bounced? mail
    unknown (?:user|recipient|address)
    user unknown
    no such user
    mailbox (?:full|unavailable|unknown)
    message you sent blocked
    address not found
    loop alert
    unzustellbar
    nicht zustellbar
    fehler bei der zustellung
    mail konnte nicht
    non remis
    non distribu
    échec de (?:la )?(?:remise|livraison|distribution)
    remise impossible
    não (?:foi )?(?:entregue|possível entregar)
    falha (?:na|de) entrega
    mensagem não entregue
    не ?удается доставить
    недоставлен
    (?:ваше )?(?:сообщение|письмо)? ?не доставлено
    ошибка доставки
    no se (?:pudo|puede) entregar
    no entregado
    error de entrega
    non recapitabile
    impossibile recapitare
    mancata consegna
    onbestelbaar
    niet (?:bezorgd|afgeleverd)
    niedostarczon
    nie można dostarczyć
    nedoručiteln
    levererades inte
    det gick inte att leverera
    kan ikke leveres
    teslim edilemedi
    配信不能
    配信できません
    送信できませんでした
    无法投递
    无法传递
    無法傳遞
    投递失败
    (?:系统)?退信
    전송 실패
    배달되지 않음
""")

_IN_A_REPORT = _any(r"""
    (?:could not|cannot|can't|has not been|was not|were not|wasn't) be delivered
    (?:was|were|is|has) not (?:been )?(?:able to be )?delivered
    (?:wasn't able|unable) to deliver
    undeliverable
    delivery (?:to the following|has failed|failed)
    permanent(?:ly)? (?:fatal )?(?:error|failed|failure)
    (?:address|recipient)\S{0,4} (?:had|have|has) (?:delivery|permanent|transient|fatal|failed)
    failed recipient
    failure reasons
    following recipient
    did not reach the following
    returned message
    mail (?:was|is) returned
    returning (?:the )?(?:mail|message) to (?:the )?sender
    user unknown
    unknown user
    e?-?mail (?:system )?(?:address )?(?:does|did) not (?:exist|reach)
    transcript of session
    could not send (?:mail|message)
    message (?:was|could) not
    transport error
    rejected by
    not listed in
    mailbox (?:is )?full
    duplicated message-id
    you are not a member
    nicht zugestellt
    pas pu être (?:remis|distribu)
    não (?:pôde|foi) (?:ser )?entregue
    не (?:может быть|могло быть|было|удалось) достав
    宛先
    届けることができません
    配信できません
    送信できませんでした
    無法
    无法
    退回
""")

_FINAL = _any(r"""
    permanent
    fatal error
    giv(?:en|ing) up
    user unknown
    unknown user
    no such (?:user|recipient|mailbox)
    does(?: not|n't) exist
    could not be delivered
    undeliverable
    not found
    will not be (?:retried|delivered)
    unzustellbar
""")

_NOT_YET = _any(r"""
    \bdelay(?:ed)?\b
    still being retried
    will (?:keep|continue|be) (?:trying|retr)
    not yet (?:been )?delivered
    temporary
    could not send message for past
    warning: (?:could not send|message)
    verzögert
    retardé
    adiad
    задерж
""")

_OF_ABSENCE = _any(r"""
    out[ -]of[ -](?:the[ -])?office
    auto-?re(?:ply|sponder|sponse)
    auto re(?:ply|sponse)
    automat(?:ic|ed) reply
    vacation (?:reply|response|message)
    away (?:message|from)
    abwesenheits(?:notiz|nachricht|meldung|assistent)
    automatische antwort
    abwesend
    réponse automatique
    message d'absence
    absence du bureau
    notification d'absence
    resposta autom[áa]tica
    ausência temporária
    respuesta automática
    fuera de la oficina
    автоответ(?:чик)?
    автоматический ответ
    risposta automatica
    fuori sede
    automatisch(?:e)? antwoord
    afwezig(?:heid)?
    autosvar
    automatiskt? svar
    automaattinen vastaus
    automatická odpověď
    odpowiedź automatyczna
    automatyczna odpowiedź
    automatikus válasz
    otomatik yanıt
    ofis dışında
    automātiskā atbilde
    răspuns automat
    αυτόματη απάντηση
    автоматична відповідь
    автоматичен отговор
    自動応答
    自動返信
    不在通知
    自动回复
    自動回覆
    자동 회신
    자동 응답
""")

SUBJECT = re.compile(rf"\W*(?:re: |fwd?: |wg: |aw: )?(?:\[[\w ]{{1,30}}\] )?(?:{_ABOUT_A_FAILURE})", re.IGNORECASE)
BODY = re.compile(_IN_A_REPORT, re.IGNORECASE)
PERMANENT = re.compile(_FINAL, re.IGNORECASE)
DELAYED = re.compile(_NOT_YET, re.IGNORECASE)
ABSENT = re.compile(
    rf"\s*\[?(?:{_OF_ABSENCE})\]?\s*(?:auto-?reply|reply|message|notification|notice)?\s*(?:[:：\-–—]|$)", re.IGNORECASE
)
