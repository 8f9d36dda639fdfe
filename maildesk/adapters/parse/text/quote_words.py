# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What mail programs write above a quoted mail and below a person's words, language by language: tables, nothing else.

In each table the languages follow each other in this order: German, English, Dutch, French, Spanish, Catalan, Portuguese,
Italian, Romanian, Danish/Norwegian, Swedish, Finnish, Estonian, Polish, Czech/Slovak, Croatian/Slovene, Hungarian, Turkish, Greek,
Russian, Ukrainian, Bulgarian, Hebrew, Arabic, Vietnamese/Indonesian, Chinese, Japanese, Korean. All in lower case.
"""

from __future__ import annotations

import re
from enum import Enum


def words_of(table: str) -> list[str]:
    """The words of a table, which are between strokes, over any number of lines."""
    return [word for word in re.split(r"\s*\|\s*", table.strip()) if word]


def one_of(table: str) -> str:
    """The words of a table as a regular expression."""
    return "|".join(words_of(table))


class Role(Enum):
    """What a line of a header block says (RFC 5322 section 3.6), whatever the language of its label."""

    FROM = "from"
    SENT = "sent"
    TO = "to"
    SUBJECT = "subject"
    OTHER = "other"


_LABELS: dict[Role, str] = {
    Role.FROM: """
        von | absender | from | sender | van | afzender | de | expéditeur | remitente | da | mittente | de la | fra |
        från | lähettäjä | saatja | od | odesílatel | pošiljatelj | feladó | kimden | gönderen | από | от |
        отправитель | від | מאת | من | từ | dari | 发件人 | 發件人 | 寄件者 | 寄件人 | 差出人 | 送信者 | 보낸 사람 |
        보낸사람
    """,
    Role.SENT: """
        gesendet | gesendet am | datum | datum/uhrzeit | sent | sent at | date | verzonden | verzonden op | envoyé |
        envoyé le | fecha | enviado | enviado el | enviat | data | enviado em | enviada em | enviada | inviato |
        inviato il | trimis | dată | dato | sendt | skickat | skickades | lähetetty | päivämäärä | päiväys | saadetud |
        kuupäev | wysłano | wysłane | data wysłania | odesláno | odoslané | dátum | poslano | elküldve | küldve |
        tarih | gönderilme tarihi | gönderildi | gönderim tarihi | ημερομηνία | στάλθηκε | дата | отправлено |
        надіслано | відправлено | изпратено | נשלח | תאריך | التاريخ | تاريخ | تم الإرسال | أُرسلت | ngày | đã gửi |
        tanggal | dikirim | 发送时间 | 發送時間 | 日期 | 时间 | 寄件日期 | 寄件時間 | 送信日時 | 日付 | 日時 |
        보낸 날짜 | 보낸날짜 | 날짜 | 보낸 시간
    """,
    Role.TO: """
        an | empfänger | to | aan | à | a | para | per a | al | către | catre | til | till | vastaanottaja | saaja |
        do | komu | za | prima | címzett | kime | alıcı | προς | кому | до | אל | إلى | đến | kepada | 收件人 | 收件者 |
        宛先 | 받는 사람 | 받는사람
    """,
    Role.SUBJECT: """
        betreff | betrifft | subject | onderwerp | objet | asunto | assumpte | assunto | oggetto | subiect | emne |
        ämne | aihe | teema | temat | předmět | predmet | zadeva | tárgy | konu | θέμα | тема | относно | נושא |
        الموضوع | chủ đề | perihal | subjek | 主题 | 主旨 | 主題 | 件名 | 제목
    """,
    Role.OTHER: """
        cc | bcc | kopie | kopie (cc) | blindkopie | antwort an | antworten an | wichtigkeit | priorität | anlagen |
        anhang | reply-to | reply to | importance | priority | attachments | organization | organisation | message-id |
        copie | copie à | cci | répondre à | pièces jointes | copia | cópia | cc. | responder a | responder para |
        rispondi a | kopi | svar til | kopia | svara till | kopio | dw | do wiadomości | kopija | másolat | bilgi |
        κοινοποίηση | копия | копія | עותק | نسخة | 抄送 | 副本 | 회신 | 참조 | x-mailer | list-post | resent-from
    """,
}
LABELS: dict[str, Role] = {label: role for role, labels in _LABELS.items() for label in words_of(labels)}

# The word for "wrote" in attributions. Those of languages that put no spaces between words are listed apart.
WROTE = frozenset(
    words_of("""
    schrieb | schrieben | geschrieben | wrote | writes | schreef | geschreven | écrit | écrivait | escribió | escrito |
    escrigué | escriure | escreveu | scritto | scrisse | scrive | scris | skrev | kirjoitti | kirjutas | napisał |
    napisała | pisze | napsal | napsala | napísal | napísala | napisao | napisala | napisal | pisal | pisala | piše |
    írta | yazdı | έγραψε | пишет | писал | писала | написал | написала | пише | писав | написав | написа | написао |
    כתב | כתבה | كتب | كتبت | viết | menulis | rašė | rakstīja
""")
)
WROTE_UNSPACED = ("写道", "寫道", "写了", "写到", "書きました", "のメール", "님이 작성", "작성")

# How an attribution begins, if not with a figure or the name of the writer.
INTRODUCES = one_of(r"""
    am | on | at | op | le | el | em | il | in data | în | pe | la data | den | d\. | på | w dniu | dnia | dne | dňa |
    dana | a\(z\) | στις | в | во | на | у | pada | pada tanggal | vào | missatge de | בתאריך | ב | في | kuupäev | v
""")
WEEKDAYS = one_of("""
    mo | di | mi | do | fr | sa | so | mon | tue | tues | wed | thu | thur | thurs | fri | sat | sun | ma | wo | vr |
    za | zo | lun | mar | mer | jeu | ven | sam | dim | mié | jue | vie | sáb | dom | seg | ter | qua | qui | sex |
    gio | sab | mie | joi | vin | dum | man | tir | tirs | ons | tor | tors | fre | lør | søn | lör | sön | mån | tis |
    ke | to | pe | la | su | ti | pon | wt | śr | czw | pt | sob | niedz | pn | po | út | st | čt | pá | ne | ut | št |
    uto | sri | čet | pet | ned | пн | вт | ср | чт | пт | сб | вс | нд | montag | dienstag | mittwoch | donnerstag |
    freitag | samstag | sonntag | monday | tuesday | wednesday | thursday | friday | saturday | sunday | понедельник |
    вторник | среда | четверг | пятница | суббота | воскресенье | понеділок | вівторок | середа | четвер | п'ятниця |
    п’ятниця | неділя | maanantai | tiistai | keskiviikko | torstai | perjantai | lauantai | sunnuntai
""")

# A person's sentence has such a word where a mail program puts a name: "Am 3.5.2026 schrieb mir Frau Weber:". Case counts.
ONE_OF_US = one_of("""
    ich | mir | mich | uns | wir | er | man | ihm | ihnen | Ihnen | Euch | euch | I | me | we | us | nous | m['’]a |
    j['’]ai | io | mi | yo | nos | jag | jeg | ik | mij | hij | ja | я | мне | мы
""")

# What may be in small letters between the time of day and the address, where no verb says that somebody wrote.
PARTS_OF_NAMES = frozenset(
    words_of("""
    von | vom | van | der | den | de | di | da | do | dos | del | della | la | le | el | al | bin | ibn | zu | und | and | of | the | for
    | via | from | am | pm | a.m | p.m | π.μ | μ.μ | от | від | uhr | h | г | р | à | at | by | via
""")
)

# The line between own words and quoted mail: set between dashes.
ORIGINAL_MESSAGE = frozenset(
    words_of("""
    ursprüngliche nachricht | ursprüngliche mail | ursprüngliche e-mail | originalnachricht | original-nachricht |
    original nachricht | originalmail | original-mail | weitergeleitete nachricht | weitergeleitete mail | antwort auf |
    nachricht weitergeleitet | original message | original-message | original mail | original email | original e-mail |
    forwarded message | forwarded email | forwarded mail | reply message | reply above this line |
    oorspronkelijk bericht | oorspronkelijke bericht | doorgestuurd bericht | message d'origine | message original |
    message initial | message transféré | message transmis | mail original | e-mail d'origine | mensaje original |
    mensaje reenviado | missatge original | missatge reenviat | mensagem original | mensagem encaminhada |
    mensagem reencaminhada | messaggio originale | messaggio inoltrato | mesaj original | mesajul original |
    mesaj redirecționat | oprindelig besked | oprindelig meddelelse | original meddelelse | videresendt besked |
    videresendt meddelelse | opprinnelig melding | videresendt melding | original besked | ursprungligt meddelande |
    originalmeddelande | vidarebefordrat meddelande | vidarebefordrat brev | alkuperäinen viesti | välitetty viesti |
    edelleenlähetetty viesti | algne kiri | wiadomość oryginalna | oryginalna wiadomość | wiadomość przekazana dalej |
    wiadomość przekazana | treść przekazanej wiadomości | původní zpráva | původní e-mail | přeposlaná zpráva |
    pôvodná správa | preposlaná správa | izvorna poruka | proslijeđena poruka | izvirno sporočilo | eredeti üzenet |
    továbbított üzenet | orijinal mesaj | özgün ileti | orijinal ileti | iletilen mesaj | yönlendirilmiş ileti |
    αρχικό μήνυμα | προωθημένο μήνυμα | исходное сообщение | оригинальное сообщение | пересылаемое сообщение |
    пересланное сообщение | исходное письмо | первоначальное сообщение | початкове повідомлення |
    оригінальне повідомлення | вихідне повідомлення | переслане повідомлення | оригинално съобщение | הודעה מקורית |
    הודעה שהועברה | الرسالة الأصلية | رسالة أصلية | رسالة معاد توجيهها | tin nhắn gốc | thư gốc | pesan asli |
    pesan terusan | 原始邮件 | 原始郵件 | 原邮件 | 原始訊息 | 转发的邮件 | 轉寄郵件 | 转发邮件 | 元のメッセージ |
    元のメール | 転送メッセージ | 転送されたメッセージ | 원본 메시지 | 원본 메일 | 전달된 메시지
""")
)
# The same without dashes, as Apple writes it; only with a header block behind it.
BEGIN_FORWARDED = frozenset(
    words_of("""
    anfang der weitergeleiteten nachricht | anfang der weitergeleiteten e-mail | weitergeleitete nachricht |
    ursprüngliche nachricht | begin forwarded message | forwarded message | begin doorgestuurd bericht |
    begin van doorgestuurd bericht | début du message transféré | début du message réexpédié |
    inicio del mensaje reenviado | início da mensagem encaminhada | início da mensagem reencaminhada |
    inizio messaggio inoltrato | inizio del messaggio inoltrato | start på videresendt besked |
    start på videresendt melding | videresendt melding | vidarebefordrat brev | välitetty viesti alkaa |
    początek przekazywanej wiadomości | začátek přeposílané zprávy | továbbított üzenet kezdete |
    iletilmiş mesajın başlangıcı | начало переадресованного сообщения | початок листа, що пересилається |
    下面是被转发的邮件 | 開始轉寄郵件 | 転送されたメッセージ | 전달된 메시지
""")
)

# "Sent from ...", where it begins the line.
SENT_FROM = one_of("""
    gesendet von | gesendet mit | gesendet über | gesendet via | gesendet aus | gesendet per | gesendet durch |
    verschickt mit | versendet mit | versandt mit | verfasst mit | mobil gesendet | diese nachricht wurde |
    diese mail wurde | diese e-mail wurde | sent from | sent via | sent with | sent by | sent using | sent on |
    from my | written on | typed on | composed on | this email was sent from | this message was sent from |
    verzonden met | verzonden vanaf | verzonden via | verzonden van | verstuurd vanaf | verstuurd met | verstuurd via |
    verstuurd door | verstuurd van | envoyé depuis | envoyé de | envoyé à partir | envoyé avec | envoyé par |
    envoyé via | provenance : | provenance | enviado desde | enviado con | enviado de | enviado via | enviado vía |
    enviado através | enviado do | enviado da | enviado a partir | enviado pelo | enviado por | enviada do |
    enviat des | inviato da | inviato dal | inviato dallo | inviato dalla | inviato con | inviato tramite | trimis de |
    trimis din | sendt fra | sendt med | sendt via | skickat från | skickat med | skickades från | skickat via |
    lähetetty | saadetud | wysłane z | wysłano z | wysłane za | wysłane ze | wysłano ze | wysłane przez | odesláno z |
    odesláno ze | odesláno pomocí | odoslané z | odoslané zo | poslano s | poslano iz | poslano z | στάλθηκε από |
    εστάλη από | отправлено с | отправлено из | отправлено от | отправлено через | надіслано з | надіслано із |
    надіслано через | відправлено з | відправлено із | изпратено от | נשלח מ | أرسل من | مرسل من | تم الإرسال من |
    أُرسلت من | gửi từ | được gửi từ | dikirim dari | 发自我的 | 发自 | 發自我的 | 發自 | 来自我的 | 从我的 | 從我的 |
    傳送自 | 发送自
""")
# The same where it ends the line: "Von meinem iPhone gesendet".
SENT_BEHIND = one_of("""
    gesendet | versendet | verschickt | versandt
""")
BEFORE_SENT_BEHIND = one_of("""
    von | mit | vom | über
""")
# And where the language puts it behind the device with an ending: "iPhone-ról küldve", "iPhoneから送信".
SENT_ENDING = one_of("""
    küldve | gönderildi | gönderilmiştir | lähetetty | から送信 | から送信されました | 传送 | 傳送 | 发送 | 發送 |
    에서 보냄 | 에서 보냈습니다 | 에서 전송
""")
# An advertisement of a mail program: the word, and then its name.
GET_OUTLOOK = one_of("""
    holen sie sich | laden sie | hol dir | get | download | try | ontvang | obtenir | obtenez | télécharger |
    téléchargez | obtener | obtén | descargar | descarga | obter | obtenha | baixar | ottieni | scarica | hent | få |
    last ned | skaffa | hämta | hanki | lataa | pobierz | získat | získejte | stáhnout | nabavite | beszerezheti |
    indir | edinin | скачать | получить | загрузите | отримати | 获取 | 取得 | 下载
""")

# What mail is sent from. Without one of these a short line is a person's own.
# Of these also with an ending: "Lähetetty iPhonesta".
BRANDS = one_of("""
    iphon | ipad | ipod | android | blackberry | samsung | smartphone | handy
""")
DEVICES = one_of(r"""
    apple watch | macbook | imac | galaxy | huawei | honor | xiaomi | redmi | poco | oppo | vivo | realme | oneplus |
    nokia | lumia | sony | xperia | htc | motorola | moto g | lg | alcatel | fairphone | google pixel | windows phone |
    windows mobile | windows-phone | windows 1[01] | windows [78] | windows mail | mail for windows | mail für windows |
    mobile | mobil | mobiltelefon | mobilgerät | mobilen | mobilteil | tablet | tablet-pc | phone | telefon | cell |
    cellphone | mobile device | mobiele | móvil | movil | celular | téléphone | cellulare | dispositivo | telefono |
    teléfono | telefone | telefoon | gsm | appareil | mobila | puhelimestani | telefonu | smartfonu | mobilu |
    mobilního | телефона | смартфона | мобильного | мобильной | мобільного | телефону | 手机 | 手機 | 携帯 | 스마트폰 |
    휴대폰 | outlook | gmail | yahoo | aol | gmx | web\.de | t-online | telekom | freenet | posteo | mailbox\.org |
    mailbox | airmail | spark | proton | protonmail | proton mail | tutanota | tuta | k-9 | k9 | fairemail | aqua mail |
    aquamail | bluemail | blue mail | typeapp | mymail | mail\.ru | яндекс | yandex | почты mail | newton | superhuman |
    sparrow | thunderbird | mozilla | zimbra | roundcube | nine | mail-app | mail app | email app | e-mail-app |
    email-app | app | edison | mailspring | canary | polymail | icloud | ionos | 1&1 | 1&1 mail | vodafone | o2 |
    verizon | at&t | t-mobile | zoho | hey | fastmail | nexus | pixel [1-9]
""")
EXCUSES = one_of("""
    excuse | sorry | apolog | typo | brevity | forgive | pardon | entschuldig | verzeih | nachsicht | tippfehler |
    kürze | autokorrektur | get the app | excus | desculp | disculp | scus | ursäkta | undskyld | beklager | fouten |
    bericht kan
""")

# A sentence of a program that says where the words of a mail are: in its HTML, or on a page.
_NOT = r"nicht|kein\w*|not|cannot|unable"
_HTML_IS = rf"{_NOT}|format\w*|version|ansicht|fähig\w*|unterstütz\w*|anzeig\w*|aktivier\w*|support\w*|view\w*|client|message|mail"
HTML_NOTICES = "|".join((
    rf"\bhtml\b.{{0,60}}\b(?:{_HTML_IS})\b",
    rf"\b(?:{_NOT}|als|im|in|unterstützt|support\w*|requires?|enable|view|display)\b.{{0,60}}\bhtml\b",
    r"\bhtml[- ](?:mail|e-?mail|nachricht|teil|part|message)",
    r"\bmulti-?part\b.{0,40}\bmime\b|\bmime[- ](?:format|encoded)|mehrteilige (?:nachricht|mail)",
    rf"mail[- ]?(?:programm|client|reader|software|app)\b.{{0,60}}(?:\b(?:{_NOT})\b|unterstütz|support|understand|display)",
    r"(?:im|in ihrem) (?:web-?)?browser|in (?:your|a|the) (?:web )?browser|(?:web|online|browser)-?(?:version|ansicht)",
    r"online (?:an|view|lesen|öffnen)|view (?:this |it )?online|^(?:please )?view (?:the )?(?:mail|message)|trouble viewing",
    r"nicht (?:richtig|korrekt|vollständig)? ?(?:an|dar)ge(?:zeigt|stellt)|(?:klicken sie|click)\b.{0,30}(?:hier|here|link)",
    r"version html|format html|html (?:biçim|destekle|desteği)|tarayıcı",
    r"html[- ](?:формат|верс)|браузер|пошт\w+ (?:клієнт|програм)|почтов\w+ (?:клиент|программ)",
))  # fmt: skip
