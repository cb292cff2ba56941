"""What mail programs write above an old mail, as their users in each language see it: for the tests of replies."""

ATTRIBUTIONS = {
    "en": [
        "On Tue, 3 Nov 2026 at 09:12, Anna Bell <anna@example.org> wrote:",
        "On Nov 3, 2026, at 9:12 AM, Anna Bell <anna@example.org> wrote:",
        "On 03/11/2026 09:12, Anna Bell wrote:",
        "On Tuesday, November 3, 2026 at 09:12:26 AM GMT+1, Anna Bell <anna@example.org> wrote:",
        'On 03/11/2026, 09:12, "Anna Bell" <anna@example.org> wrote:',
        "On Tue, Nov 3, 2026, 9:12 AM Anna Bell via Support <support@example.org> wrote:",
        "Anna Bell <anna@example.org> wrote on 03.11.2026 09:12:10:",
        "At 09:12 03/11/2026, Anna Bell wrote:",
    ],
    "fr": [
        "Le mar. 3 nov. 2026 à 09:12, Anna Bell <anna@example.org> a écrit :",
        "Le 3 nov. 2026 à 09:12, Anna Bell <anna@example.org> a écrit :",
        "Le 03/11/2026 à 09:12, Anna Bell a écrit :",
        "Le mardi 3 novembre 2026 à 09:12:26 UTC+1, Anna Bell <anna@example.org> a écrit :",
        "Le 3/11/2026 09:12, « Anna Bell » <anna@example.org> a écrit :",
    ],
    "ru": [
        "вт, 3 нояб. 2026 г. в 09:12, Anna Bell <anna@example.org>:",
        "3 нояб. 2026 г., в 09:12, Anna Bell <anna@example.org> написал(а):",
        "03.11.2026 09:12, Anna Bell пишет:",
        "Вторник, 3 ноября 2026, 9:12 +03:00 от Anna Bell <anna@example.org>:",
        '03.11.2026, 09:12, "Anna Bell" <anna@example.org>:',
        "вторник, 3 ноября 2026 г. пользователь Anna Bell <anna@example.org> написал:",
        "Вы писали 3 ноября 2026 г., 9:12:26:",
    ],
    "pt": [
        "Em ter., 3 de nov. de 2026 às 09:12, Anna Bell <anna@example.org> escreveu:",
        "No dia 3/11/2026, às 09:12, Anna Bell <anna@example.org> escreveu:",
        "A 3/11/2026, às 09:12, Anna Bell escreveu:",
        "Em 03/11/2026 09:12, Anna Bell escreveu:",
        "Em terça-feira, 3 de novembro de 2026 09:12:26 BRT, Anna Bell <anna@example.org> escreveu:",
        "Anna Bell <anna@example.org> escreveu (terça, 3/11/2026 à(s) 09:12):",
    ],
    "de": [
        "Am Di., 3. Nov. 2026 um 09:12 Uhr schrieb Anna Bell <anna@example.org>:",
        "Am 03.11.2026 um 09:12 schrieb Anna Bell <anna@example.org>:",
        "Am 03.11.26 um 09:12 schrieb Anna Bell:",
        "Anna Bell <anna@example.org> schrieb am Di., 3. Nov. 2026, 09:12:",
        "Am Dienstag, 3. November 2026 um 09:12:26 MEZ hat Anna Bell <anna@example.org> Folgendes geschrieben:",
    ],
    "es": [
        "El mar, 3 nov 2026 a las 9:12, Anna Bell (<anna@example.org>) escribió:",
        "El 3 nov 2026, a las 9:12, Anna Bell <anna@example.org> escribió:",
        "El 3/11/26 a las 9:12, Anna Bell escribió:",
        "El martes, 3 de noviembre de 2026, 09:12:26 CET, Anna Bell <anna@example.org> escribió:",
    ],
    "it": [
        "Il giorno mar 3 nov 2026 alle ore 09:12 Anna Bell <anna@example.org> ha scritto:",
        "Il giorno 3 nov 2026, alle ore 09:12, Anna Bell <anna@example.org> ha scritto:",
        "Il 03/11/2026 09:12, Anna Bell ha scritto:",
    ],
    "nl": [
        "Op di 3 nov 2026 om 09:12 schreef Anna Bell <anna@example.org>:",
        "Op 3 nov. 2026, om 09:12 heeft Anna Bell <anna@example.org> het volgende geschreven:",
        "Op 03-11-2026 om 09:12 schreef Anna Bell:",
    ],
    "pl": [
        "wt., 3 lis 2026 o 09:12 Anna Bell <anna@example.org> napisał(a):",
        "Wiadomość napisana przez Anna Bell <anna@example.org> w dniu 3.11.2026, o godz. 09:12:",
        "W dniu 3.11.2026 o 09:12, Anna Bell pisze:",
        "Dnia 3 listopada 2026 09:12 Anna Bell <anna@example.org> napisał(a):",
    ],
    "sv": [
        "Den tis 3 nov. 2026 kl 09:12 skrev Anna Bell <anna@example.org>:",
        "3 nov. 2026 kl. 09:12 skrev Anna Bell <anna@example.org>:",
        "Den 2026-11-03 kl. 09:12, skrev Anna Bell:",
    ],
    "da": [
        "Den tir. 3. nov. 2026 kl. 09.12 skrev Anna Bell <anna@example.org>:",
        "Den 3. nov. 2026 kl. 09.12 skrev Anna Bell <anna@example.org>:",
        "Den 03-11-2026 kl. 09:12 skrev Anna Bell:",
    ],
    "no": [
        "tir. 3. nov. 2026 kl. 09:12 skrev Anna Bell <anna@example.org>:",
        "3. nov. 2026 kl. 09:12 skrev Anna Bell <anna@example.org>:",
        "På 3. november 2026 på 09:12:23, Anna Bell (anna@example.org) skrev:",
    ],
    "fi": [
        "ti 3. marrask. 2026 klo 9.12 Anna Bell (anna@example.org) kirjoitti:",
        "Anna Bell <anna@example.org> kirjoitti 3.11.2026 kello 9.12:",
        "Anna Bell kirjoitti 3.11.2026 klo 9.12:",
    ],
    "cs": [
        "út 3. 11. 2026 v 9:12 odesílatel Anna Bell <anna@example.org> napsal:",
        "3. 11. 2026 v 9:12, Anna Bell <anna@example.org>:",
        "Dne 03. 11. 26 v 9:12 Anna Bell napsal(a):",
    ],
    "sk": [
        "ut 3. 11. 2026 o 9:12 Anna Bell <anna@example.org> napísal(a):",
        "Dňa 3.11.2026 o 9:12 Anna Bell napísal(a):",
    ],
    "hu": [
        "Anna Bell <anna@example.org> ezt írta (időpont: 2026. nov. 3., K, 9:12):",
        "2026. 11. 03. 9:12 keltezéssel, Anna Bell írta:",
        "2026. nov. 3. dátummal, 9:12 időpontban Anna Bell <anna@example.org> írta:",
    ],
    "ro": [
        "În mar., 3 nov. 2026 la 09:12, Anna Bell <anna@example.org> a scris:",
        "Pe 3 nov. 2026, la 09:12, Anna Bell <anna@example.org> a scris:",
    ],
    "hr": [
        "uto, 3. stu 2026. u 09:12 Anna Bell <anna@example.org> napisao je:",
        "Dana 3. 11. 2026. u 09:12, Anna Bell je napisao/la:",
    ],
    "sl": [
        "V V tor., 3. nov. 2026 ob 09:12 je oseba Anna Bell <anna@example.org> napisala:",
        "Dne 03. 11. 2026 ob 09:12 je Anna Bell napisal(a):",
    ],
    "sr": [
        "уто, 3. нов 2026. у 09:12 Anna Bell <anna@example.org> је написао/ла:",
        "Дана 3.11.2026. у 09:12, Anna Bell је написао(ла):",
    ],
    "bg": [
        "На вт, 3.11.2026 г. в 9:12 Anna Bell <anna@example.org> написа:",
        "На 3.11.26 г. в 9:12, Anna Bell написа:",
    ],
    "mk": [
        "На вто, 3 ное 2026 во 9:12 Anna Bell <anna@example.org> напиша:",
    ],
    "uk": [
        "вт, 3 лист. 2026 р. о 09:12 Anna Bell <anna@example.org> пише:",
        "3 лист. 2026 р. о 09:12 Anna Bell <anna@example.org> написав(ла):",
        "03.11.26 09:12, Anna Bell пише:",
    ],
    "be": [
        "аўт, 3 ліс 2026, 09:12 Anna Bell <anna@example.org> піша:",
    ],
    "el": [
        "Στις Τρί 3 Νοε 2026 στις 9:12 π.μ., ο χρήστης Anna Bell <anna@example.org> έγραψε:",
        "Στις 3/11/2026 9:12 π.μ., ο/η Anna Bell έγραψε:",
    ],
    "tr": [
        "Anna Bell <anna@example.org>, 3 Kas 2026 Sal, 09:12 tarihinde şunu yazdı:",
        "3.11.2026 09:12 tarihinde Anna Bell yazdı:",
        "3 Kas 2026 tarihinde, saat 09:12 sularında, Anna Bell <anna@example.org> şunları yazdı:",
    ],
    "ar": [
        "في الثلاثاء، 3 نوفمبر 2026 في 9:12 ص تمت كتابة ما يلي بواسطة ‪Anna Bell‬‏ <‪anna@example.org‬‏>:",
        "في ٣ نوفمبر ٢٠٢٦، الساعة ٩:١٢، كتب Anna Bell <anna@example.org>:",
    ],
    "he": [
        "‫בתאריך יום ג׳, 3 בנוב׳ 2026 ב-9:12 מאת ‪Anna Bell‬‏ <‪anna@example.org‬‏>:‬",
        "ב-3 בנוב׳ 2026, בשעה 9:12,‏ Anna Bell <anna@example.org> כתב/ה:",
    ],
    "fa": [
        "در سه‌شنبه ۳ نوامبر ۲۰۲۶،‏ ۹:۱۲ Anna Bell <anna@example.org> نوشت:",
    ],
    "hi": [
        "मंगल, 3 नव॰ 2026 को 9:12 am बजे को Anna Bell <anna@example.org> ने लिखा:",
    ],
    "th": [
        "ในวันที่ อ. 3 พ.ย. 2026 เวลา 09:12 Anna Bell <anna@example.org> เขียนว่า:",
        "เมื่อ อ. 3 พ.ย. 2026 เวลา 09:12 Anna Bell <anna@example.org> เขียนว่า:",
    ],
    "vi": [
        "Vào Th 3, 3 thg 11, 2026 vào lúc 09:12 Anna Bell <anna@example.org> đã viết:",
        "Vào 09:12 3 tháng 11, 2026, Anna Bell <anna@example.org> đã viết:",
    ],
    "id": [
        "Pada tanggal Sel, 3 Nov 2026 pukul 09.12 Anna Bell <anna@example.org> menulis:",
        "Pada Sel, 3 Nov 2026 09:12, Anna Bell <anna@example.org> menulis:",
    ],
    "ms": [
        "Pada Sel, 3 Nov 2026 pada 9:12 PG Anna Bell <anna@example.org> menulis:",
    ],
    "tl": [
        "Noong Mar, Nob 3, 2026 nang 9:12 AM, sinulat ni Anna Bell <anna@example.org> ang:",
    ],
    "ja": [
        "2026年11月3日(火) 9:12 Anna Bell <anna@example.org>:",
        "2026/11/03 9:12、Anna Bell <anna@example.org>のメール:",
        "2026/11/03 午前9:12、Anna Bell のメール:",
    ],
    "ko": [
        "2026년 11월 3일 (화) 오전 9:12, Anna Bell <anna@example.org>님이 작성:",
        "2026. 11. 3. 오전 9:12, Anna Bell <anna@example.org> 작성:",
    ],
    "zh": [
        "Anna Bell <anna@example.org> 于2026年11月3日周二 09:12写道：",
        "在 2026年11月3日，09:12，Anna Bell <anna@example.org> 写道：",
        "Anna Bell <anna@example.org> 於 2026年11月3日 週二 上午9:12寫道：",
        "在 2026/11/3 9:12, Anna Bell 写道:",
    ],
    "et": [
        "Kuupäev T, 3. november 2026 kell 09:12 kirjutas Anna Bell <anna@example.org>:",
    ],
    "lv": [
        "otrd., 2026. g. 3. nov., plkst. 09:12 — lietotājs Anna Bell (<anna@example.org>) rakstīja:",
    ],
    "lt": [
        "2026-11-03, an, 09:12 Anna Bell <anna@example.org> rašė:",
    ],
    "ca": [
        "Missatge de Anna Bell <anna@example.org> del dia dt., 3 de nov. 2026 a les 9:12:",
        "El 3 nov 2026, a les 9:12, Anna Bell <anna@example.org> va escriure:",
    ],
    "eu": [
        "Hau idatzi du Anna Bell (anna@example.org) erabiltzaileak (2026 aza. 3, ar. (09:12)):",
    ],
    "gl": [
        "O mar., 3 nov. 2026 ás 9:12, Anna Bell (<anna@example.org>) escribiu:",
    ],
    "is": [
        "þri., 3. nóv. 2026 kl. 09:12 skrifaði Anna Bell <anna@example.org>:",
    ],
    "af": [
        "Op Di. 03 Nov. 2026 om 09:12 het Anna Bell <anna@example.org> geskryf:",
    ],
    "ka": [
        "სამ, 3 ნოე. 2026, 09:12 Anna Bell <anna@example.org> დაწერა:",
    ],
    "hy": [
        "Երք, նոյ 3, 2026, 09:12 Anna Bell <anna@example.org> գրել է.",
    ],
    "kk": [
        "сс, 3 қар. 2026 ж., 09:12 Anna Bell <anna@example.org> жазды:",
    ],
}
