# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The words of signatures: labels, functions, departments, addresses, hours, footers; patterns are matched without case
(`core.answers.below_the_name`)."""

from __future__ import annotations

# Roots of functions, departments and organisations, anywhere in a word.
ROOTS = (
    r"sachbearbeit|sachgebiet|fachbereich|fachdienst|fachstelle|fachkraft|fallmanag|abteilung|referat|referent|dezernat|dezernent|stabsstelle"
    r"|leiter|leitung|koordinat|beauftragt|berater|beratung|vermittl|assisten|sekretari|sekretär|pädagog|sozialarbeit|verwaltung|angestellt"
    r"|ansprechpartner|geschäftsführ|geschäftsstelle|vorstand|vorsitz|direktor|manage|officer|inspektor|amtfrau|amtmann|amtsrat|amtsrätin"
    r"|jobcenter|landkreis|kreisausschuss|kreisverwaltung|landrat|landrätin|eigenbetrieb|kommunal|agentur|behörde|dienststelle|dienstleist"
    r"|ministerium|rathaus|gemeinde|magistrat|bürgermeister|beigeordnet|integration|grundsicherung|leistungsgewähr|leistungsabteil"
    r"|beschwerdestelle|kundenreaktion|kundendialog|kundenservice|servicecenter|bürgerservice|empfangsteam|zentrale dienste|personalrat"
    r"|department|assistant|case ?work|clerk|head of|unit"
)
WORDS = (
    r"team|sg|fb|fd|abt|ref|amt|kreis(?:es)?|stadt|land|gmbh|aör|ggmbh|e\.?v|anstalt|körperschaft|träger|standort|außenstelle|nebenstelle"
    r"|postfach|postanschrift|hausanschrift|besucheranschrift|anschrift|adresse|dienstsitz|sitz|ust-?id\w*|ust-?idnr|steuernummer"
    r"|handelsregister"
    r"|amtsgericht|hrb|bankverbindung|sparkasse|vertretungsberechtigt\w*|impressum|internet|homepage|web|website|facebook|instagram|linkedin"
    r"|pronomen|sie/ihr|er/ihm|dipl\w*|b\.?\s?a|m\.?\s?a|b\.?\s?sc|m\.?\s?sc|llm"
)
LABELS = (
    r"tel|telefon|fon|fax|telefax|mobil|mobile|handy|phone|direct|durchwahl|dw|e-?mail|mail|raum|zimmer|zi|room|etage|og|eg|ug|stock|geb"
    r"|gebäude|block|eingang|haus|teams|skype|whatsapp|signal|[tfmewp]"
)
HOURS = (
    r"(?:sprech|öffnungs|büro|besuchs|service|arbeits|dienst|telefon|anwesenheits|präsenz|kontakt|kernarbeits)(?:zeit(?:en)?|tage?|stunden?)"
    r"|(?:termine?|besuche?|persönlich\w*|telefonisch)?.{0,30}\bnach (?:\w+ )?(?:vereinbarung|absprache)|erreichbar(?:keit)?"
    r"|(?:mo|di|mi|do|fr)\w*\.?(?:\s?[-–,/+&]\s?|\s(?:bis|und)\s)(?:mo|di|mi|do|fr)\w*\b"
    r"|(?:mo|di|mi|do|fr|montags?|dienstags?|mittwochs?|donnerstags?|freitags?)\b\.?:?\s(?:von\s)?\d{1,2}(?:[.:]\d\d)?\s?(?:uhr\s?)?(?:[-–]|bis)\s?\d"
)
ADDRESS = (
    r"(?:stra(?:ß|ss)e|str\.|weg|gasse|platz|allee|ring|ufer|damm|graben|hof|berg|steig|pfad|markt|anlage)\s\d{1,4}\s?[a-z]?\b"
    r"|\b(?:D-)?\d{5}\s[^\W\d_]|\bpostfach\s\d"
)
# Small words that names of functions, places and hours have; no other small word is in a signature, but for adjectives.
SMALL = frozenset({
    "und", "u", "für", "der", "die", "des", "dem", "den", "im", "in", "von", "vom", "zu", "zum", "zur", "bei", "beim", "bis", "nach",
    "oder", "uhr", "am", "auf", "of", "and", "for", "the", "to", "at", "durch", "vertreten", "eingetragen", "sowie", "mit", "ab",
    "montags", "dienstags", "mittwochs", "donnerstags", "freitags", "vormittags", "nachmittags", "täglich", "telefonisch", "persönlich",
    "erreichbar", "geschlossen", "stv", "i", "a", "v", "d", "e", "o", "m", "w", "h", "c", "r", "intern", "mo", "di", "mi", "do", "fr",
})  # fmt: skip
ADJECTIVE = r"\w+(?:liche|ische|ale|ende|ierte|kannte|lassene|tragte)[rnms]?"
# Nouns of the work on a letter: no signature has them.
OFFICE_NOUNS = (
    r"\b(?:freigabe|freigeben|mitzeichnung|unterschrift|versand|entwurf|kopie|cc|wv|wvl|wiedervorlage|akte|zda|kenntnis|rücksprache"
    r"|rückruf|achtung|vorsicht|wichtig|hinweis|notiz|vermerk|info|bitte|kunde|kundin|mutter|vater|nachtrag|ergänzung|todo|allegro"
    r"|hausverbot|polizei|frist)\b"
)
# What mail programs and offices put below, in whole sentences: a word of the one kind and one of the other.
LEGAL = (
    r"vertraulich|confidential|privileged|datenschutz|irrtümlich|intended recipient"
    r"|richtige[rn]? (?:empfänger|adressat)|ausdruck|ausgedruckt|disclaimer"
    r"|haftung|newsletter|folgen sie uns|umfrage|virenfrei|virus|umwelt|verschlüssel|rechtsverbindlich|environment|nicht gestattet"
    r"|elektronische\w* (?:form|dokument)"
)
OF_MAIL = r"e-?mails?|mails?\b|nachricht|message|schreiben|informationen|datenschutz(?:hinweis|erklärung|information)|https?://|www\.|anlagen|inhalt"
PROGRAMS = (
    r"(?:von (?:meinem|unterwegs)|gesendet (?:von|mit|über|aus)|sent (?:from|with|via)"
    r"|(?:holen sie sich|get) outlook|outlook für|verschickt (?:von|mit)"
    r"|diese (?:e-?mail|nachricht) wurde|this (?:e-?mail|message) (?:was|has been)|virenfrei|am handy getippt|wysłano z|надіслано з"
    r"|отправлено с"
    r"|envoyé de(?:puis)?|telefonumdan)\b"
)
# Hours and ways in a whole sentence of a signature.
REACHED = (
    r"(?:sie )?(?:erreichen (?:sie )?mich|bin ich (?:telefonisch |persönlich )?(?:erreichbar|für sie da)|you can reach me"
    r"|meine arbeitstage)"
)
