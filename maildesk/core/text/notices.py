# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The sentences of notices that programs write without marking them: absences, receipts, acknowledgements of ticket systems.

A sentence of that kind proves nothing, for people write such sentences too. What is asked here is whether a text has nothing but such
sentences: a question, a request, or one sentence that is none of them, and a person wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

CHARS_MAX = 1500  # a longer text is no notice
AWAY, WAITS, SELF, BACK, THANKS, ELSEWHERE = "away", "your mail waits", "says so itself", "back", "thanks", "somebody else"
RECEIVED, NUMBERED, HANDLED = "received", "numbered", "will be handled"
READ, FIELD = "read", "a field of the mail"

_MAIL = (
    r"(?:e-?mails?|mails?|nachricht(?:en)?|schreiben|anfragen?|anliegen|messages?|inquir(?:y|ies)|enquir(?:y|ies)|requests?|lists?|листи?"
    r"|повідомлення|сообщени[ея]|письм[оа]|mesaj\w*|e-?posta\w*)"
)
_NOT_BACK_YET = (
    r"(?:nicht (?:\w+ ){0,2}(?:im (?:büro|haus|dienst|hause)|erreichbar|besetzt|da\b|verfügbar)|abwesend|im urlaub|außer haus|in kur\b"
    r"|in elternzeit|verreist|dienstreise|geschlossen|betriebsferien|nicht am (?:arbeits)?platz)"
)

# What a sentence of an absence says.
ABSENCE: Mapping[str, re.Pattern[str]] = {
    # The whole sentence: who complains of automatic answers begins like it.
    SELF: re.compile(
        r"^\W*(?:(?:dies|das|hier) ist |es handelt sich (?:hier(?:bei)? )?um |diese[rs]? \S+ (?:ist|wurde|wird) )?"
        r"(?:eine? )?(?:automat\w*|maschinell)(?: \w+)? [\w-]*(?:antwort|nachricht|mail|meldung|notiz|hinweis|benachrichtigung|bestätigung"
        r"|erzeugt|erstellt|generiert|versendet"
        r"|versandt|verschickt)(?: und ist ohne unterschrift (?:gültig|wirksam))?\W*$"
        r"|^\W*(?:this is an? |this \S+ (?:is|was) )?auto(?:mat(?:ed|ic(?:ally)?))?[- ]?(?:generated |sent |system )?"
        r"(?:reply|response|message|e-?mail|notification|generated|sent)\W*$"
        r"|^\W*(?:це |это )?автомат\w+ (?:відповідь|ответ|повідомлення|сообщение)\W*$"
        r"|^\W*(?:bu )?(?:bir )?otomatik (?:bir )?(?:yanıt|cevap|mesaj)\w*\W*$|^\W*(?:هذا |هذه )?(?:رد|رسالة) (?:آلي|تلقائي)\w*\W*$"
        r"|^\W*(?:to jest )?automatyczna odpowiedź\W*$|^\W*(?:ceci est une )?réponse automatique\W*$|^\W*răspuns automat\W*$"
    ),
    AWAY: re.compile(
        rf"\b(?:ich|bin|wir|sind|büro|praxis|kanzlei|sekretariat|haben|ist|bleibt)\b.{{0,120}}{_NOT_BACK_YET}"
        rf"|{_NOT_BACK_YET}.{{0,40}}\b(?:bin ich|sind wir|ist (?:das|unser)|bis)\b|\b(?:wir|haben) .{{0,30}}(?:urlaub|betriebsferien)"
        r"|\b(?:i am|i'm|i will be|i'll be|we are|our office is|the office is)\b.{0,60}"
        r"(?:out of|away|on (?:\w+ )?(?:leave|holiday|vacation)"
        r"|not in|closed|unavailable)"
        r"|\b(?:у відпустці|не в офісі|відсутн\w+|в отпуске|отсутству\w+|не в офисе)"
        r"|\b(?:ofis|büro)\w* dışında|\b(?:izinde|tatilde)y|خارج المكتب|في إجازة|\bna urlopie\b|absent|en congé|în concediu"
    ),
    WAITS: re.compile(
        rf"\b{_MAIL}\b.{{0,60}}\b(?:nach|danach|später|erst|nicht|dann|automatisch|wieder|weiter\w*|gelesen|beantwort\w*|bearbeit\w*)\b"
        rf"|\b(?:beantworte|lese|bearbeite|beantworten|lesen)\b.{{0,30}}{_MAIL}"
        r"|\b(?:reply|respond|answer|read|attend)\b.{0,60}\b(?:on|upon|after|when|as soon)\b"
        r"|відпов(?:ім|ідь)\w*.{0,60}(?:після|коли)|отвечу.{0,60}(?:после|когда)|после (?:моего )?возвращения|після (?:мого )?повернення"
    ),
    BACK: re.compile(
        r"\b(?:ab|am|bis|vom|zum)\b.{0,60}\b(?:wieder|zurück)\b|\bwieder\b.{0,30}(?:für sie|erreichbar|zurück|im büro|da\b)"
        r"|\b(?:return|back)\b.{0,40}\b(?:on|in|from|until)\b|döneceğim|повернуся|вернусь"
    ),
    THANKS: re.compile(
        rf"\bdank\w* (?:ihnen |dir )?für .{{0,30}}{_MAIL}|\bthank(?:s| you)\b.{{0,30}}{_MAIL}"
        r"|^(?:дякую|спасибо) .{0,40}(?:лист|повідомлення|письмо|сообщение)|teşekkür.{0,40}|شكرا"
    ),
    ELSEWHERE: re.compile(
        r"\bin (?:dringenden|eiligen|wichtigen|dringlichen|unaufschiebbaren)|\bin notfällen|\b(?:vertretung|vertritt mich|vertreten)\b"
        r"|\b(?:for|in) .{0,20}(?:urgent|emergenc)|\burgent\w*\b.{0,40}\bcontact\b|\bacil\b"
    ),
}
# What a person says to an office of themselves and not of an office of theirs: relayed, unless the text says that a program wrote it.
OF_MYSELF = re.compile(
    r"krank|klinik|spital|hospital|operi|operat|unfall|haft|jva|gefängnis|\breha\b|\bkur\b|gestorben|tod\b|beerdigung"
    r"|лікарн|больниц|hastane"
)

# What a sentence of a ticket system's acknowledgement says.
TICKET: Mapping[str, re.Pattern[str]] = {
    NUMBERED: re.compile(
        r"\b(?:ticket|vorgang|vorgangs|referenz|case|request|bearbeitungs|anfrage|support)[\w-]{0,12}[ -]?(?:nummer|nr\.?|number|id|#)?"
        r"\b.{0,60}(?:\d{3}|#\d|[a-z]{2,8}-\d)|\bnummer\b.{0,20}#?\d|заявк\w+.{0,30}\d{3}"
    ),
    RECEIVED: re.compile(
        r"\b(?:eingegangen|erhalten|erfasst|erstellt|angelegt|registriert|aufgenommen|eröffnet|zugestellt|übermittelt|received|created|opened"
        r"|registered|logged|отримано|зареєстровано|получен\w*|зарегистрирован\w*)\b"
    ),
    HANDLED: re.compile(
        r"\b(?:bearbeitet|bearbeitung|bearbeiten|prüfen|geprüft|melden|kümmer\w*|handled|process\w*|review\w*|get back|respond"
        r"|antworten wir)\b|\bbei (?:rückfragen|weiteren)|\b(?:nicht|not) (?:antworten|reply)\b|\bantworten sie (?:bitte )?nicht\b"
        r"|oberhalb dieser zeile|above this line|\b(?:ansehen|abstellen|abbestellen|view|unsubscribe)\b"
        r"|\b(?:geben sie|quote|keep)\b.{0,40}(?:nummer|diese|number)"
    ),
    THANKS: ABSENCE[THANKS],
    SELF: ABSENCE[SELF],
    ELSEWHERE: ABSENCE[ELSEWHERE],
}

# What a receipt says: the fields of the mail that was read, and that it was.
RECEIPT: Mapping[str, re.Pattern[str]] = {
    FIELD: re.compile(
        r"^(?:an|to|von|from|betreff|subject|gesendet|sent|datum|date|status|um|at|zeit|time|ihre? ?(?:/e)? (?:dokument|nachricht)"
        r"|your (?:message|document)|nachricht(?: von)?|message(?: from)?|ваше повідомлення|кому|тема|надіслано|конверт)\s*(?::|$)"
    ),
    READ: re.compile(
        r"^(?:gelesen|geöffnet|read|opened|прочитано|okundu) (?:am |on )?\d"
        r"|^(?:wurde|was|ihre? \S+|your \S+|die \S+|the \S+|dies(?:e \S+)?|this|hinweis|note|bestätigt|gelesen am|status|es gibt|there is"
        r"|ваш\w* \S+|це|бул[оа]|wiadomość|mesajınız)\b"
        r"(?!.*\b(?:bitte|please|aber|but)\b).{0,200}\b(?:gelesen|geöffnet|angezeigt|empfangen|gelöscht"
        r"|empfangsbestätigung|lesebestätigung|read|opened|displayed|received|deleted|receipt|прочитано|прочитане|прочитан|видалено|okundu"
        r"|przeczytan\w*)\b"
    ),
}

# Words of the first person, which no receipt of a program has.
FIRST_PERSON = re.compile(
    r"\b(?:ich|mir|mich|mein\w*|wir|uns|unser\w*|i|my|me|we|our|я|мені|мене|мій|моя|моє|мне|меня|мой|мы|ми|ben|bana|benim|biz)\b|أنا"
)

_GREETING = re.compile(
    r"(?:sehr geehrte|guten (?:tag|morgen|abend)|hallo|liebe[rs]?(?:/r)?\b|moin|grüß gott|servus|dear|hello|hi\b|good (?:morning|day)"
    r"|доброго дня|добрий день|вітаю|здравствуйте|добрый день|merhaba|sayın|bonjour|مرحبا|السلام)(?: ?[^\s.!?]+){0,6}[.!]?"
)
_CLOSING = re.compile(
    r"(?:(?:mit |und )?(?:freundlich|best|lieb|herzlich|viele|schön)\w*(?: \w+)? (?:grüße?n?|gruß)|mfg\b|lg\b|vg\b|hochachtungsvoll"
    r"|(?:kind|best|warm) regards|regards|sincerely|з повагою|с уважением|saygıl\w+|cordialement)(?: ?[^\s.!?]+){0,6}[.!,]?"
)
_SENTENCE_END = re.compile(r"(?<=[^\W\d_]{2}[.!?])\s+|(?<=[\])»\"“][.!?])\s+|(?<=\d{4}[.!?])\s+|(?<=[!?])\s+")
_PARTICLES = frozenset({"und", "der", "die", "das", "des", "von", "vom", "für", "im", "in", "am", "of", "the", "and"})
_SIGNED_WORDS_MAX = 6


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, each on one line; without the greeting, and without what follows the closing words.

    >>> sentences("Guten Tag,\\n\\nich bin bis\\n13. Dezember fort. Danke!\\n\\nFreundliche Grüße\\nEva Muster")
    ('ich bin bis 13. Dezember fort.', 'Danke!')
    """
    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*[\w/ ]{2,25}:\s)", text):
        lines = [" ".join(line.split()).strip("*_|> ") for line in paragraph.splitlines()]
        end = next((index for index, line in enumerate(lines) if line == "--" or _CLOSING.fullmatch(line.lower())), None)
        if lines and _GREETING.fullmatch(lines[0].lower()):
            lines[0] = ""
        found += [each.strip() for each in _SENTENCE_END.split(" ".join(filter(None, lines[:end]))) if re.search(r"\w", each)]
        if end is not None:
            break
    return tuple(each for each in found if not _GREETING.fullmatch(each.lower()))


def is_a_letter(text: str) -> bool:
    """Whether it begins with a greeting or ends with closing words, as people write.

    >>> is_a_letter("Guten Tag,\\nIhre Mail kam nicht an."), is_a_letter("The following addresses failed:")
    (True, False)
    """
    lines = [" ".join(line.split()).lower() for line in text[:CHARS_MAX].splitlines() if line.strip()]
    return bool(lines) and (_GREETING.match(lines[0]) is not None or any(_CLOSING.fullmatch(line) for line in lines))


def said(text: str, forms: Mapping[str, re.Pattern[str]], *, signed: str = "") -> frozenset[str]:
    """What the sentences say, if each says something of `forms`; else nothing. `signed` is the writer's name: a last line with it and other
    names is a signature."""
    if len(text) > CHARS_MAX:
        return frozenset()
    each = sentences(text)
    while each and _is_signature(each[-1], signed):
        each = each[:-1]
    hits = [frozenset(name for name, pattern in forms.items() if pattern.search(sentence.lower())) for sentence in each]
    return frozenset().union(*hits) if hits and all(hits) else frozenset()


def _is_signature(line: str, signed: str) -> bool:
    """Nothing but names, one of them the writer's."""
    words, names = re.findall(r"\w+", line), frozenset(re.findall(r"\w{2,}", signed.lower()))
    named = any(word.lower() in names for word in words)
    titled = all(word[:1].isupper() or word.lower() in _PARTICLES for word in words)
    return named and titled and len(words) <= _SIGNED_WORDS_MAX and not re.search(r"\d|[.!?:]$", line)
