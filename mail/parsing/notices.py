"""The words by which servers begin a report that a mail could not be delivered, and what follows from them.

Written from the messages of the usual servers (sendmail, Postfix, Exim, qmail, Exchange, Domino, OpenSMTPD, DragonFly,
the large providers) in the languages they speak. None of them counts alone: a report also comes from a machine.
"""

import re

SUBJECT = re.compile(
    r"\W*(?:re: |fwd?: |wg: |aw: )?(?:\[\w+\] )?"
    r"(?:undeliver|non[- ]?deliver|not delivered|mail (?:could|can)not be delivered|mail could not be delivered"
    r"|(?:e-?mail|mail|message)? ?(?:delivery|system|transfer) ?(?:status|failure|failed|error|problem|report|notification|has failed)"
    r"|(?:your )?(?:e-?mail|mail|message) (?:delivery|system error|status|not delivered|undeliverable|returned|rejected|blocked|delayed)"
    r"|delivery (?:has )?(?:failed|failure|status|error|delayed|problem|notification|report|unsuccessful|incomplete)"
    r"|failure (?:notice|delivery)|failed (?:mail|delivery|to deliver)|returned (?:mail|e-?mail|message|to sender)"
    r"|(?:mail|message) returned|could not (?:deliver|send)|unable to deliver|there was an error sending your mail"
    r"|warning: (?:could not send|message .{0,80} delayed|e?mail .{0,40}delayed)|errors? from |rejected( mail)?:|bounced? mail"
    r"|user unknown|unknown (?:user|recipient|address)|no such user|mailbox (?:full|unavailable|unknown)"
    r"|(?:your )?message wasn't delivered|message you sent blocked|address not found|loop alert"
    r"|unzustellbar|nicht zustellbar|unzustellbare|fehler bei der zustellung|zustellung|mail konnte nicht"
    r"|non remis|non distribu|échec de (?:la )?(?:remise|livraison|distribution)|remise impossible|message non"
    r"|não (?:foi )?(?:entregue|possível entregar)|falha (?:na|de) entrega|não entregue|mensagem não"
    r"|не ?удается доставить|не доставлено|недоставлен|ваше сообщение не доставлено|сообщение не доставлено|ошибка доставки"
    r"|no se (?:pudo|puede) entregar|no entregado|error de entrega|non recapitabile|impossibile recapitare|mancata consegna"
    r"|onbestelbaar|niet (?:bezorgd|afgeleverd)|niedostarczon|nie można dostarczyć|nedoručiteln|levererades inte|det gick inte att leverera"
    r"|kan ikke leveres|配信不能|配信できません|送信できませんでした|无法投递|无法传递|退信|系统退信|無法傳遞|投递失败|전송 실패|배달되지 않음|teslim edilemedi)",
    re.IGNORECASE,
)  # fmt: skip

BODY = re.compile(
    r"could not be delivered|(?:was|were|is|has) not (?:been )?(?:able to be )?delivered|wasn't able to deliver|unable to deliver"
    r"|undeliverable|delivery (?:to the following|has failed|failed)|permanent(?:ly)? (?:fatal )?(?:error|failed|failure)"
    r"|(?:address|recipient)(?:es|s|\(s\)|\(es\))? (?:had|have|has) (?:delivery|permanent|transient|fatal|failed)"
    r"|returned message|failure reasons|failed recipient|following recipient|did not reach the following"
    r"|mail (?:was|is) returned|returning (?:the )?(?:mail|message) to (?:the )?sender|user unknown|unknown user"
    r"|(?:the )?e?-?mail (?:system )?(?:address )?(?:does|did) not (?:exist|reach)|each of the following|transcript of session"
    r"|could not send (?:mail|message)|message (?:was|could) not|transport error|rejected by|not listed in|mailbox (?:is )?full"
    r"|duplicated message-id|you are not a member|as follows:\s+(?:\S+ )?\d{3}|nicht zugestellt|pas pu être (?:remis|distribu)"
    r"|não (?:pôde|foi) (?:ser )?entregue|не (?:может|могло|было|удалось) (?:быть )?достав|宛先|届けることができません|配信できません"
    r"|送信できませんでした|無法|无法|退回",
    re.IGNORECASE,
)

PERMANENT = re.compile(
    r"permanent(?:ly)?|fatal error|given up|giving up|user unknown|unknown user|no such (?:user|recipient|mailbox)"
    r"|does(?: not|n't) exist|could not be delivered|undeliverable|not found|will not be (?:retried|delivered)|unzustellbar",
    re.IGNORECASE,
)

DELAYED = re.compile(
    r"\bdelay(?:ed)?\b|still being retried|will (?:keep|continue|be) (?:trying|retr)|not yet (?:been )?delivered|temporary"
    r"|could not send message for past|warning: (?:could not send|message)|verzögert|retardé|adiad|задерж",
    re.IGNORECASE,
)
