"""What programs put below a text, in their users' languages: data, no rules. Phrases are parted by "|"."""

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

# Things and programs a mail is written with. A parcel is sent "by DHL"; a mail is not.
THINGS = (
    "phone | mobile | cell | device | tablet | téléphone | portable | mobil | handy | celular | móvil | telemóvel"
    " | dispositivo | telefon | telefono | toestel | apparaat | смартфон | телефон | планшет | устройств | iphon | ipad"
    " | ipod | ios | android | galaxy | samsung | huawei | xiaomi | redmi | nokia | blackberry | google pixel | xperia"
    " | motorola | oneplus | htc | lumia | windows | macbook | chromebook | outlook | gmail | yahoo | aol | hotmail"
    " | proton | tutanota | icloud | apple | thunderbird | k-9 | mail.ru | яндекс | yandex | gmx | web.de | t-online"
    " | freenet | seznam | zoho | fastmail | airmail | sparrow | mailbird | mailspring | superhuman | bluemail"
    " | aqua mail | aquamail | typeapp | spark | edison mail | polymail | postbox | em client | roundcube | zimbra"
    " | mail app | email app | e-mail app | mailbox | webmail | mail for | mymail | verizon | t-mobile | at&t"
    " | wireless | 4g | 5g | lte"
)

# Before a thing of one's own, whatever it is called.
MINE = (
    "my | mon | ma | mes | meu | minha | mein | meinem | meiner | mi | mio | mia | mijn | min | mitt | mój | mojego"
    " | mého | můj | môjho | mog | mojeg | meu | mea | моя | моего | моей | мого | моєї | saya"
    " | của tôi | 我的 | 私の | 내 | 나의"
)

# In the foot a mailing list puts below every mail.
LIST_FOOTERS = (
    "mailing list | mailinglist | mailing-list | mailingliste | mailinglijst | liste de diffusion | lista de correo"
    " | lista di distribuzione | lista de discussão | lista de distribuição | рассылк | unsubscribe | /listinfo/"
    " | /mailman/ | se désabonner | desinscrever | отписаться | abbestellen | darse de baja | you received this message"
    " | you are receiving this because"
)
