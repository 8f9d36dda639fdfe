# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The words by which letters greet, in the languages of a desk; patterns are matched without case (`core.answers.greeting`)."""

from __future__ import annotations

# What is written to somebody outside. Without a name it is enough.
FORMAL = (
    r"sehr,? (?:geehrte|verehrte|liebe)(?:[rsn]|/r|\(r\)|:r|\*r)?|(?:hoch)?geehrte[rsn]?|verehrte[rsn]?|werte[rsn]?"
    r"|(?:einen? )?(?:wunder)?(?:schönen? )?(?:guten?|schönen?) (?:tag|morgen|abend|mittag|nachmittag)|g(?:uten )?tag|tag|grüß gott|grüezi"
    r"|good (?:morning|day|afternoon|evening)|to whom it may concern|greetings"
    r"|merhaba(?:lar)?|sayın|saygıdeğer|değerli|iyi (?:günler|akşamlar)|günaydın"
    r"|шановн\w+|вельмишановн\w+|добр(?:ий|ого) (?:день|дня|ранку|вечір|вечора)|доброго ранку|вітаю|уважаем\w+|здравствуйте"
    r"|добр(?:ый|ое|ого) (?:день|дня|утро|вечер|вечера)|почитаем\w+|здравейте|добър (?:ден|вечер)|добро утро"
    r"|szanown\w+|dzień dobry|dobry wieczór|stimat[aăeiu]\w*|bună (?:ziua|dimineața|seara)|buna ziua"
    r"|bonjour|bonsoir|monsieur|madame|mesdames|estimad\w+|buen(?:os|as) (?:días|dias|tardes|noches)|gentil[ei]\w*|egregi\w+|buongiorno"
    r"|poštovan\w*|dobar dan|vážen\w+|tisztelt|i nderuar\w*|e nderuar\w*|përshëndetje"
    r"|السلام عليكم|تحية طيبة|حضرة|السيدة?|الأستاذة?|السادة|محترم|عزيزي|عزيزتي|مرحبا(?:ً)?|أهلا(?:ً)?|صباح الخير|سلام|با سلام|جناب|خانم|آقای"
)
# What colleagues write to each other as well.
CASUAL = (
    r"hallo|hallöchen|halloo+|hi|hey|huhu|moin(?: moin)?|servus|grüß (?:dich|sie)|grüße|gude|guude|liebe(?:[rsn]|/r|\(r\)|:r|\*r)?"
    r"|morgen|mahlzeit|dear|hello|selam|sevgili|привіт|привет|дорог\w+|drog[aie]\w*|cześć|witam|witaj"
    r"|drag[aăe]|salut|bună|chère?s?|caro|cara|querid\w+|hola|zdravo|здравей"
)
# What may be between the greeting and the name.
BETWEEN = (
    r"nochmals?|noch einmal|noch mal|wieder|erneut|auch|there|again|und|lieb(?:e|er|es)|(?:sehr )?(?:geehrte|verehrte)[rsn]?"
    r"|guten (?:tag|morgen)"
    r"|gnädige[rs]?|et|and"
)
TITLES = (
    r"frau|herrn?|hr|fr|frl|fräulein|familie|fam|eheleute|ehepaar|damen|dr|prof|professor|rechtsanw[aä]lt\w*|pfarrer\w*|schwester|bruder"
    r"|ms|mrs?|miss|mx|sir|madam|family|doctor|madame|monsieur|mme|m"
    r"|bay(?:an)?|hanım\w*|bey|пан[іеу]?|панове|госпож\w+|господ\w+|г-жо|г-н|pani[ae]?|pan(?:ie|owie)?|państwo|doamn[aăe]|domnul[e]?|domnișoar\w+"
    r"|señor[aes]*|sra|signor[aei]?|gospođo|gospodine|zonj[aë]|zoti"
    r"|السيدة?|الأستاذة?|الآنسة|خانم|آقای"
)
BEFORE_SURNAMES = frozenset(
    {"von", "van", "der", "den", "de", "du", "di", "da", "zu", "zur", "zum", "vom", "el", "al", "la", "le", "ter", "dos", "bin"}
)
TITLES_BEHIND = r"(?:[^\W\d_]+ ){1,2}(?:bey|hanım\w*|efendi)"  # Turkish has them behind the first name
WITHOUT_A_NAME = (
    r"damen und herren|damen & herren|sir or madam|sir/madam|madams?|sirs|all(?:e)? beteiligten|eltern|ratsuchende\w*|hilfesuchende\w*"
    r"|kund(?:e|in|innen|en)|bürger(?:in|innen)?|interessent\w*|antragsteller\w*|messieurs|państwo|panowie"
)
# Whom a colleague greets in the office.
TO_THE_OFFICE = frozenset({
    "zusammen", "zusamme", "zamme", "beisammen", "allerseits", "alle", "allen", "team", "leute", "ihr", "euch", "kollege", "kollegin",
    "kollegen", "kolleginnen", "kolleg", "kollegium", "kollegschaft", "runde", "mitstreiter", "all", "everyone", "everybody", "folks",
    "guys", "colleague", "colleagues", "arkadaşlar", "arkadaslar", "millet", "колеги", "коллеги", "всем", "усім", "koleżanki", "koledzy",
    "colegi", "колега", "коллега",
})  # fmt: skip
# How a line begins that may be above the greeting.
REFERENCES = (
    r"(?:betreff|betr|bezug|aktenzeichen|az|vorgang|vorgangsnummer|unser zeichen|ihr zeichen|zeichen|subject|re)\b\s?[.:]?"
    r"|(?:auf |zu )?(?:ihr(?:e[mnrs]?)?) (?:[\w-]+ ){0,2}?(?:\w*(?:schreiben|nachricht|mail|anfrage|antrag|anliegen|beschwerde"
    r"|widerspruch|anruf|hinweis|brief|frage|zeilen|anregung|lob|kritik|rückmeldung))\b"
    r"|your (?:\w+ )?(?:letter|mail|e-mail|message|request|application)\b|unser (?:\w+ )?(?:gespräch|telefonat|schreiben)\b"
    r"|(?:[^\W\d_]+, )?(?:den )?\d{1,2}\. ?(?:\d{1,2}\.|[^\W\d_]+) ?\d{4}\s*$"
)
# What may follow a name that is spoken of.
VERBS = (
    r"hat|hatte|ist|war|will|wollte|möchte|mochte|kommt|kam|ruft|rief|zahlt|zahlte|bekommt|bekam|braucht|wird|wurde|kann|konnte|soll|sollte"
    r"|muss|musste|darf|lügt|droht|drohte|klagt|meint|meinte|sagt|sagte|behauptet|wohnt|arbeitet|nervt|bittet|bat|fragt|fragte|schreibt"
    r"|schrieb|meldet|meldete|wartet|wartete|steht|stand|geht|ging|gibt|gab|hätte|wäre|würde|scheint|versteht|versucht|weigert|beschwert"
    r"|benötigt|erhält|erhielt|sitzt|saß|findet|fand|hört|macht|tut|weiß|wusste|verlangt|fordert|erscheint|erschien|schuldet|lebt|lässt"
    r"|is|has|was|had|wants|wanted|called|calls|says|said|needs|seems|will|would|should|asks|asked|does|did|gets|got|lives|works"
)
# What is said to the reader: in German with a capital inside of a sentence, or at its beginning before a verb of the plural.
TO_THE_READER = r"Sie|Ihnen|Ihr(?:e[mnrs]?)?"
TO_THE_READER_FIRST = r"(?:Sie (?:\w+en|sind)|Ihnen)\b"
# Words to the reader wherever they are; matched without case.
READER = (
    r"du|dir|dich|dein(?:e[mnrs]?)?|you|your|yours"
    r"|siz|size|sizi|sizin|sizde|sizden|sizinle|\w{2,}(?:[iıuü]n[iıuü]z)\w*|sana|senin|seni"
    r"|ви|вас|вам|вами|ваш\w*|вы|вие|ви|тебе|твій|твоя|твоє|твої"
    r"|proszę|prosimy|państwo|państwa|państwu|pana?|panu|pani|panią|twój|twoja|twoje|ci|tobie|cię"
    r"|dumneavoastră|dvs|dv|vă|vi|tău|ta|vous|votre|vos|te|usted\w*|lei|suo|sua|vostro|vostra|vama|vam|vaš\w*|ju|juaj\w*|önök\w*|önnek|ön"
    r"|شما|شمارا|لكم|منكم|إليكم|عليكم|لك|إليك|منك|\w{3,}(?:كم|تان)|\w{4,}ك"
)
