# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The words by which colleagues write for the office and not for the person; patterns are matched without case
(`core.answers.meant_for`)."""

from __future__ import annotations

# What is written to those who know the matter, with its letters alone: "z. K." as "zk".
ALONE = frozenset({
    "zk", "zkts", "zurkenntnis", "zurinfo", "zurinformation", "fyi", "zda", "zudenakten", "so", "su", "sieheoben", "wv", "wvl",
    "ok", "okay", "okdanke", "okaydanke", "danke", "dankedir", "thx", "gesehen", "gelesen", "verstanden", "passt", "passtso", "allesklar",
})  # fmt: skip
# How a line begins that is a note.
NOTE = (
    r"\W*(?:(?:\w{0,20}(?:notiz|vermerk)|\w{1,20} intern|(?:nur )?intern|interne[rs]? \w{1,20}|nur für (?:uns|das haus|den dienstgebrauch)"
    r"|wiedervorlage|wv)\s*(?::|\s[-–—]\s)|[(\[](?:nur )?intern[)\]])"
)
SUBJECT_OF_A_NOTE = r"(?:intern(?:e[rs]?)?|notiz(?:en)?|\w{1,20}(?:notiz|vermerk)|vermerk|entwurf|nur (?:zur )?info)\b"
# What may be before a colleague's name or a word for the office.
LABELS = r"(?:p\.?\s?s\.?|n\.?\s?b\.?|nachtrag|info|notiz|anmerkung|hinweis|nachricht|frage|bemerkung|kommentar|note|memo|fyi)"
GREETINGS = frozenset(
    {"hallo", "hi", "hey", "moin", "servus", "liebe", "lieber", "liebes", "guten", "tag", "morgen", "sehr", "geehrte", "geehrter", "gude"}
)
TO = frozenset({"an", "fuer", "for", "to"})
SEVERAL = frozenset({"familie", "fam", "eheleute", "ehepaar", "damen"})  # who is greeted so may be spoken of one by one
TITLES = frozenset({"frau", "herr", "herrn", "dr"})
COLLEAGUES = frozenset({"kollege", "kollegin", "kollegen", "kolleginnen", "kolleg", "zusammen", "team", "leute"})
ASKED = frozenset(
    {"bitte", "kannst", "koenntest", "magst", "wuerdest", "uebernimmst", "schau", "schaust", "mach", "machst", "nimm", "hast"}
)
# What follows a first name and a comma where the name is spoken of: "Jörg, unser Kollege, ruft an".
OUR_COLLEAGUE = r"(?:unsere?|meine?|ihre?|our|my|your)\b"
# What follows a name with a title where somebody is asked something.
ASKS = (
    r"(?:ich|bitte|können|könnten|würden|haben|sind|wären|ist|soll\w*|wissen|darf|dürfen|schauen|prüfen|nehmen|rufen|wie|was|wann|wer|wo"
    r"|danke|siehe|nur|fyi|zur info|zur kenntnis|zu ihrer|das (?:ist|war|sind)|please|could|can|would|do|did|are|have)\b"
)
# For whom a note is: "für die Kollegen:", "an alle:", "für euch:".
FOR_US = (
    r"(?:nur )?(?:(?:zur )?(?:info|information|kenntnis)|fyi|infos?)?\W*(?:fürs?|ans?|for|to)"
    r"\s(?:(?:die|das|den|unsere?n?|meine?n?|alle|the|our|my)\s)?"
    r"(?:alle|kolleg\w*|team\w*|akten?|haus|euch|uns(?: intern)?|dich|intern|file|everyone|colleagues?|leitung|vertretung"
    r"|spätschicht|frühschicht)"
    r"(?:\s(?:im|in|vom|von|am|aus)\s(?:\w+\s?){1,3})?\s*(?::|\s[-–—]|,|$)"
)
# What is said among colleagues only, wherever in a sentence.
PHRASES = (
    r"(?<!\w)fyi(?!\w)",
    r"\bbitte (?:(?:das|dies|es|alles|so|noch|kurz|mit|nur|gleich) ){0,2}"
    r"(?:in|zur|zu) (?:die |den |der |de )?(?:e-?)?akten?\b(?! geben sie)",
    r"\b(?:zu|in) (?:den|die) akten? (?:nehmen|legen|hängen|packen)\s*(?:[.!)]|$)",
    r"\bz\.?\s?d\.?\s?a\.?(?!\w)|\bz\.\s?k(?:ts)?\.",
    r"^\W*(?:wvl?|wiedervorlage)\b(?! (?:ist|war|der|des|von))",
    r"\bbitte (?:erst )?(?:noch )?nicht (?:an \w+ )?(?:ab|raus|ver|weg)?(?:senden|schicken|geben)\b(?! sie)",
    r"\b(?:noch|erst) nicht (?:ab|raus|ver|weg)(?:senden|schicken)\s*(?:[.!)]|$)",
    r"\b(?:bitte|mal|kurz|noch) (?:gegenlesen|gegenzeichnen|querlesen|drüber ?(?:schauen|gucken|sehen|lesen)|freigeben)\b(?! sie)",
    r"\bso (?:würde|werde|hätte) ich (?:ihr|ihm|ihnen|es|das|der|dem)?\s?(?:antworten|schreiben|geantwortet|geschrieben)\b",
    r"\b(?:hashtag|raute) (?:intern|notiz|vermerk|erledigt|lob|kritik|abschluss|frist|wiedervorlage|rückfrage|zuweisen|an|ich)\b",
    r"\bunter uns\b(?! beiden)",
    r"^\W*nur (?:intern|für (?:uns|euch|dich|den dienstgebrauch))\b|\bnur (?:intern|für (?:uns|euch|dich))\W*$",
)
# Orders without their "#", a line each.
ORDERS_WITHOUT_SIGN = (
    r"\W*(?:frist|warten bis)\s\d{1,2}\.\s?\d{1,2}\.\S*(?:\s\w+){0,3}\W*$|\W*(?:zuweisen|übergeben)(?: an)?\s\w+\W*$"
    r"|\W*(?:rückfrage|rueckfrage|nachfrage|stellungnahme)\s(?:an\s)?\S+@\S+|\W*(?:nur )?(?:entwurf|draft|nicht (?:ab)?senden)\W*$"
)
# Below the name of its writer a text is for the person if it says so, as a postscript or by a word to the person.
POSTSCRIPT = r"\W*(?:p\.?\s?s\.?\b|nachtrag|anlagen?\b|anhang|anbei|übersetzung)"
TO_THE_PERSON = r"\b(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?|[Yy]ou(?:rs?)?|YOU)\b"
GERMAN_OR_ENGLISH = (
    r"\b(?:die|der|das|und|ist|nicht|noch|hat|mit|wird|bitte|war|zu|bis|für|von|auf|the|and|is|has|not|please|this|was|to)\b"
)
SAID_OF_SOMEBODY = r"\W*(?:sie|er|she|he)\s(?:\S+\s)?"  # and a verb of `greeting_words.VERBS`
# Familiar words to one or to several, which no letter to a citizen has beside "Sie".
FAMILIAR = (
    r"(?:kannst|könntest|hast|machst|magst|möchtest|würdest|wirst|übernimmst|schaust|weißt|bist|siehst|rufst|gibst|sagst|meinst|willst|sollst"
    r"|musst|darfst|kennst|denkst|findest|brauchst|hättest|wärst|warst|hattest|gehst|kommst|nimmst|guckst|schreibst|prüfst|checkst)"
    r"\s?(?:du|de|d)\b",
    r"\bdu (?:kannst|könntest|hast|machst|magst|würdest|wirst"
    r"|übernimmst|schaust|weißt|bist|siehst|willst|sollst|musst|darfst|kennst|denkst)\b",
    r"(?<!ich )(?<!\w)(?:übernimm|mach|schau|guck|schreib|nimm|prüf|leg|check|denk|kümmer|klär|frag|meld|lies)"
    r" (?:du|dich|mal|dir|bitte|das|es|ihn|sie)\b(?! ich\b)",
    r"(?<!ich )(?<!\w)(?:gib|sag|ruf|schick) (?:du|mal|mir|uns|bitte|das|es|ihm|ihr|ihn|sie)\b(?! ich\b)",
    r"(?<![\w@./-])(?:dir|dich|deine?[mnrs]?|euch|eure?[mnrs]?)(?![\w-]*\.\w)(?![\w-])",
    r"(?:könnt|habt|seid|wisst|wollt|müsst|dürft|werdet|würdet|könntet|hättet|solltet|seht|gebt|nehmt|kennt|schaut|braucht)\s+ihr\b",
    r"\bihr (?:könnt|habt|seid|wisst|wollt|müsst|dürft|werdet|könntet|hättet|solltet|seht|gebt|nehmt|kennt)\b",
    r"\bsagt ihr (?:mir|uns|dem|der|bitte|kurz|mal)\b",
)
# Who reports what others say may repeat such words: "Die Schule sagt den Kindern: Wir helfen euch."
REPORTED = r"\b(?:sag\w*|schreib\w*|schrieb\w*|heißt|lautet|lauten|ruf\w*|steht|motto|titel|programm|slogan|lied|film|buch)\b[^:]{0,80}:"
# Who is spoken of, and not to; followed by a verb of `greeting_words.VERBS`.
SPOKEN_OF = (
    r"(?:(?:die|der|dieser?|unsere?|seine|ihre|the|this|that)\s)?(?:(?:gute|arme|nette|alte|junge|besagte|betreffende|werte)[rn]?\s)?"
    r"(?:kund(?:e|in)|klient(?:in)?|dame|antragsteller(?:in)?|leistungs(?:berechtigte|bezieher(?:in)?|empfänger(?:in)?)[rn]?"
    r"|hilfeempf\w+|client|customer|guy|lady)"
)
SPOKEN_OF_BY_ARTICLE = r"(?:die (?:gute )?frau|der (?:gute )?(?:herr|mann)|bu (?:adam|kadın|bey|hanım))"
# What somebody fills in before a letter leaves.
PLACEHOLDERS = (
    r"(?<![A-Za-z])X{3,}(?![A-Za-z])",
    r"(?<!\w)(?i:xx+|yy+)(?=\s?(?:€|EUR|Euro|Uhr|Prozent|%)|[.,](?:xx|yy|20))",
    r"[\[<{«]\s?(?!PDF|DOCX?|JPE?G|XLSX?|BAMF|SGB|BGB)[A-ZÄÖÜ][A-ZÄÖÜ _/-]{2,40}\s?[\]>}»]",
    r"(?i:[\[<{]{1,2}\s?(?:bitte )?(?:datum|name|vorname|nachname|betrag|uhrzeit|zeit|ort|anrede|adresse|frist|summe|nummer|tag|monat"
    r"|raum|telefon\w*"
    r"|ansprechpartner\w*|sachbearbeiter\w*|aktenzeichen|kundennummer|text|grund|begründung|hier [^\]\n]{1,30}|[^\]\n]{1,30}"
    r"(?:einfügen|einsetzen|ergänzen|eintragen|ausfüllen|prüfen))\s?[\]>}]{1,2})",
    r"(?<=\w )_{3,}|_{3,}(?= \w)",
    r"(?i:(?:\?{2,}|\.{4,}|…{2,})\s?(?:€|euro|eur|uhr|prozent)\b)"
    r"|(?i:\b(?:am|um|bis|zum|ab|vom|von|ab dem|bis zum|höhe von|beträgt)\s(?:\?{2,}|\.{3,}|…)(?=\s|$))",
    r"(?:Frau\s?/\s?Herrn?|Herrn?\s?/\s?Frau)\b|\bgeehrte\(?r?\)?[ /]+(?:r |Frau/Herr)",
    r"(?<![\w?!.])(?:[xX]{2,}|\?{2,}|_{2,})\.(?=[\s\dxX?_]|$)",
    r"(?i:(?<![\w-])(?:-{2,}|xy|\?{2,})\s?(?:€|eur|euro|uhr|prozent|%)(?!\w))",
    r"(?i:\b(?:frau|herrn?|familie|fam\.)\s(?:xy\w?|xx+|n\.?\s?n\.?|\.{2,}|…|_{2,}|\?+|-{2,}|\*{2,}|–)(?=[\s,!]|$))",
    r"(?i:\bhier (?:noch|dann)\b(?:(?!\b(?:ihre?n?|sie|you)\b)[^.!?\n]){0,60}?"
    r"\b(?:einfügen|einsetzen|ergänzen|eintragen|nachtragen|ausfüllen|reinschreiben)\b(?! sie\b))",
    r"(?i:[\[(][^\])\n]{0,40}\b(?:(?:fehlt|fehlen|folgt|kommt|offen|prüfen) noch"
    r"|noch (?:einfügen|einsetzen|ergänzen|eintragen|klären|prüfen|offen))\s?[\])])",
    r"\b(?:TODO|TBD|FIXME)\b|(?i:\btt\.\s?mm\.)|(?i:\blorem ipsum\b)",
)
# A day of birth, and where somebody lives.
BORN = (
    r"(?:geb\.?|geboren|geburtsdatum|geburtstag|born|date of birth|(?<=[\w,(] )\*|(?<=\()\*)[^\d\n]{0,12}"
    r"(?P<day>\d{1,2}\.\s?(?:\d{1,2}\.|[^\W\d_]{3,9})\s?\d{2,4})"
)
LIVES = (
    r"(?P<name>[A-ZÄÖÜŠŽČĆÇŞİĞ][\w'’-]+(?:\s(?:von|van|de|der|den|zu|al|el))*\s[A-ZÄÖÜŠŽČĆÇŞİĞ][\w'’-]+)(?:,|\s?\()\s*"
    r"(?:wohnhaft\s)?(?:in\s(?:der\s)?)?"
    r"(?P<street>(?:[A-ZÄÖÜ][\w.-]+(?:\s|-)){0,3}?(?:[\w-]*(?:stra(?:ß|ss)e|str\.|weg|gasse|platz|allee|ring|ufer|damm|graben|hof|berg|steig|pfad))"
    r"|(?:Am|An|Im|In|Auf|Zum|Zur|Hinter|Unter)\s(?:der\s|den\s|dem\s)?[A-ZÄÖÜ][\w-]+)\s(?P<number>\d{1,4}\s?[a-z]?)\b"
)
INSTITUTIONS = (
    r"amt\b|ämter|agentur|jobcenter|kasse|gericht|zentrum|zentrale|schule|gmbh|stelle|verein|e\.\s?v\.|praxis|klinik|krankenhaus|haus\b"
    r"|büro|dienst\w*"
    r"|kreis|stadt|gemeinde|rathaus|verband|caritas|diakonie|wohlfahrt|vhs|volkshochschule|kita|kindergarten|akademie|institut|bank"
    r"|sparkasse|apotheke"
    r"|verwaltung|neue wege|kundendialog|service|center|union|firma|betrieb|werk\w*|träger|bildung|beratung"
    r"|tafel|laden|markt|frau|herrn?|familie|eingang"
    r"|treffpunkt|termin|wohnung|adresse|anschrift|\bort\b|raum|etage|stock|ihre?\b|\bdie\b|\bder\b|\bdas\b|unsere?\b|\bneuen?\b|platz"
    r"|bahnhof|park|halle|gebäude|zweigst|filiale"
)
