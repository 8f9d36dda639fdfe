# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The words by which a mail is sorted, as data: patterns as `core.text.patterns` reads them. More of them in `core.triage.danger`."""

from __future__ import annotations

from typing import Final

from maildesk.core.triage.danger import CHILD, NO_HOME, NO_MONEY, NO_POWER, SELF_HARM, THREAT

_COUNT: Final = r"(?:\d{1,3}|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf|mehreren|vielen|einigen|etlichen)"
_LETTER: Final = r"(?:brief\w*|bescheid\w*|schreiben|unterlagen|post|daten|akte\w*|e-?mail|kontoauszüge|dokumente?)"
_OTHER: Final = (
    r"(?:eine[rsmn]?|von|für) (?:eine[rsmn]? )?(?:ganz |völlig |mir )?(?:ander|fremd|unbekannt)\w+ "
    r"(?:person|frau|mann|herr|leute|famili|kund|mensch|bürger)\w*"
)

# What is said so and does not mean it: taken out before anything is looked for.
NOT_MEANT: Final = (
    r"(?:mit )?(?:freundliche[nrm]?|beste[nrm]?|herzliche[nrm]?|liebe[nrm]?|viele[nrm]?|schöne[nrm]?) gr(?:ü|u)(?:ß|ss)\w*",
    r"(?:vielen |besten |herzlichen |lieben )?dank\w* (?:ihnen )?(?:schon |bereits |schonmal )?(?:im|vorab|in) ?voraus|vielen dank vorab",
    r"(?:nicht|nie|kein(?:en|e)?) (?:\w+ ){0,2}beschwer\w*|beschwerde(?:stelle|management|buch|kasten|möglichkeit|abteilung)\w*",
    r"(?:gesundheitliche\w*|körperliche\w*|psychische\w*|starke\w*|chronische\w*) beschwerden|\w*(?:rücken|herz|magen|knie)beschwerden",
    r"(?:politisch|finanziell|wirtschaftlich|beruflich)er (?:selbstmord|suizid)|nicht lebensmüde|vor lachen (?:\w+ ){0,2}umbring\w*",
    r"(?:in|mit|von|bei|unter) (?:\w+ ){1,4}(?:will|möchte|mag) (?:ich|man) (?:\w+ ){0,2}leben\b",
    r"(?:montag|dienstag|mittwoch|donnerstag|mo|di|mi|do) bis (?:\w+ )?(?:dienstag|mittwoch|donnerstag|freitag|samstag|fr|do|sa)\b",
    r"im widerspruch (?:zu|mit)\b",
)

# kind -> patterns; each that is found counts as much as it says.
KINDS: Final[dict[str, tuple[tuple[int, str], ...]]] = {
    "kritik": (
        (4, r"beschwer(?!t wird)\w*|dienstaufsicht\w*|reklam(?:ation|iere)\w*"),
        (3, r"(?:unfreundlich|unverschämt|respektlos|arrogant|herablassend|patzig|schikan|willkür|unzumutbar|skandal|frechheit"
            r"|rücksichtslos)\w*"),
        (3, rf"seit {_COUNT} (?:tagen|wochen|monaten|jahren)\b|seit (?:wochen|monaten|jahren|ewigkeiten)\b|wochenlang|monatelang"),
        (3, r"(?:bis heute|bis jetzt|immer noch|noch immer|nach wie vor|weiterhin) ~~(?:nicht|nichts|kein\w*|niemand)\b"),
        (3, r"(?:kein\w*|nie eine|ohne|weder) (?:antwort|rückmeldung|reaktion|rückruf)|(?:antwort|rückmeldung|rückruf) ~(?:auch nicht"
            r"|nie|bis heute)\b"),
        (3, r"niemand ~(?:gemeldet|meldet|erreich\w*|zuständig|geholfen|hilft|antwort\w*|geht ran|kümmert|zurückgerufen|gekommen)\b"),
        (2, r"(?:nicht|nie|kaum|niemanden|schlecht|schwer) (?:zu )?erreich\w*|(?:nur|immer) (?:die|eine|der) (?:\w+ )?(?:bandansage"
            r"|warteschleife|ansage)"),
        (2, r"zum (?:zweiten|dritten|vierten|fünften|wiederholten|x-ten) mal\b|das (?:zweite|dritte|vierte|fünfte) mal\b"
            r"|wie oft (?:denn )?noch"),
        (2, r"so geht (?:man |das |es )(?:\w+ )?nicht\b|so nicht§|kann doch nicht (?:sein|wahr sein)|darf (?:doch )?nicht (?:sein"
            r"|wahr sein|passieren)"),
        (2, r"(?:enttäusch|verärger|wütend|empör|entsetz|fassungslos|sauer|abgewimmelt|vertröstet|aufgelegt|angeschrien|beleidigt"
            r"|angeschnauzt)\w*"),
        (2, r"(?:verloren gegangen|nicht auffindbar|verschlampt|verschwunden)|falsch (?:berechnet|angerechnet|ausgezahlt|zugeschickt)"),
        (2, r"(?:ich|wir) (?:erwarte|verlange|fordere)n?\b|zumutung\b|leg\w* ~widerspruch|widerspruch (?:gegen|ein)\b|untragbar"
            r"|unmöglich behandelt"),
        (2, r"nicht ernst genommen|wie (?:ein )?dreck|(?:nicht )?wie ein(?:en)? mensch(?:en)? (?:zweiter|behandelt)|kein benehmen"
            r"|im ton vergriffen"),
        (2, r"kein(?:e|en)? (?:fester? |feste |festen )?(?:ansprechpartner|ansprechperson|zuständige)\w*|für nichts und wieder nichts"
            r"|danke? für nichts"),
        (2, r"(?:wie lange|wann) (?:soll|muss|darf) (?:ich|man|wir) ~(?:noch|endlich)\b|endlich\b ~(?:bearbeit|meld|antwort|überweis"
            r"|zahl|kümmer)\w*"),
        (2, r"(?:bitte ich|bitte) dringend\b ~~(?:nur|nicht mehr|endlich)\b|schon (?:zwei|drei|vier|mehr|fünf)mal\b"
            r"|mehrfach ~(?:angerufen|geschrieben)"),
        (1, r"(?:leider|schon wieder|dreimal|zweimal|achtmal|mehrfach|mehrmals|ständig|ewig|nirgends|vergeblich|umsonst|niemand)\b"),
        (1, r"fehl(?:t|en)\b|funktioniert\w* (?:\w+ )?nicht|nicht (?:bearbeitet|gezahlt|überwiesen|bezahlt|bekommen|erhalten)\b"
            r"|nichts (?:passiert|gehört)"),
        (4, r"complaint|unacceptable|şikayet\w*|скарг\w*|жалоб\w*|жалуюсь|скаржусь|شكوى|أشتكي|شکایت|plângere|reclamați\w*|оплакване\w*"
            r"|skarg\w*"),
    ),
    "lob": (
        (4, r"(?:möchte|will|wollte|muss|darf) ~~loben\b|(?:großes|dickes|riesen|riesiges|mein) lob\b|(?<!kein )lob (?:an|für|und dank)\b"),
        (3, r"(?:bedanke\w*|dank\w*) [^\n!?]{0,80}?(?:freundliche\w*|hilfsbereit\w*|geduld\w*|nette\w*|tolle\w*|kompetente\w*"
            r"|schnelle\w* hilfe)\b"),
        (3, r"(?<!nicht )(?:sehr|super|so|äußerst|wirklich|ausgesprochen|total|unglaublich) (?:freundlich|nett|hilfsbereit|geduldig"
            r"|kompetent|lieb)\b"),
        (3, r"weiter so\b|(?:tolle|hervorragende|prima|super|großartige|ausgezeichnete) (?:arbeit|beratung|betreuung|hilfe)\b"
            r"|vorbildlich|begeistert"),
        (2, r"(?:hat|haben) mir (?:\w+ ){0,2}(?:sehr|wirklich|so|toll) (?:\w+ )?(?:geholfen|weitergeholfen)\b|gerettet\b|selten so\b"),
        (2, r"(?:hat|haben) ~super (?:geklappt|funktioniert|geholfen)|hat (?:alles )?(?:bestens|wunderbar|prima|reibungslos) (?:geklappt"
            r"|funktioniert)"),
        (2, r"(?:herzlichen|tausend|lieben) dank\b|ein(?:fach)? danke(?:schön)? sagen|dankbar\b|gut aufgehoben"),
    ),
    "anregung": (
        (4, r"(?:verbesserungs)?vorschl(?:a|ä)g(?:e|en)?\b|anregung\w*|rege an\b|idee für\b|(?:meine|kleine) (?:idee|bitte an das haus)"),
        (3, r"(?:könnte|sollte) man (?:nicht )?|man (?:könnte|sollte)\b|könnten sie nicht\b"),
        (3, r"(?:wäre|fände ich) ~(?:schön|gut|hilfreich|sinnvoll|toll|besser|super)\b ~(?:wenn|falls)\b"),
        (2, r"würde (?:allen|vielen|sehr|uns|es) ~(?:helfen|erleichtern)\b|(?:ich )?wünsche? (?:ich )?mir (?:für|von|mehr|einen|eine)\b"),
    ),
    "hinweis": (
        (4, r"hinweis (?:zu|auf|an|für|zum|zur)\b|(?:sammel)?hinweis ?:|(?:möchte|wollte|will|muss) ~~hinweisen\b|wollte ~~(?:bescheid"
            r"|melden)\b"),
        (4, r"weise\w* ~(?:darauf|drauf) hin\b|nur (?:ein|als|zur) (?:kurzer |kleiner )?(?:hinweis|info\w*)|nur zur (?:info|information"
            r"|kenntnis)"),
        (3, r"(?:auf|in) (?:ihrer|der) (?:web|internet|home)?(?:seite|page|site)\b ~~(?:falsch|fehler|veraltet|stimm\w*|alte?r?|führt)\b"),
        (3, r"ist (?:mir|uns) aufgefallen|vermuten ~fehler\b|ist ihnen bekannt|wissen sie schon|damit sie (?:es |das )?wissen"
            r"|falls (?:es )?ihnen"),
        (3, r"(?:link|aufzug|automat\w*|türöffner|anzeige|telefonnummer|hausnummer|wegweiser|scanner|drucker|klingel) "
            r"~~(?:kaputt|defekt|falsch|tot|stimmt nicht|funktioniert nicht|geht nicht)\b"),
    ),
    "anfrage": (
        (3, r"(?:können|könnten|würden) sie (?:mir|uns) ~~(?:sagen|mitteilen|helfen|erklären|schicken|schreiben|zusenden|zukommen"
            r"|bestätigen|senden)\b"),
        (3, r"(?:ich|wir) (?:möchten?|würden?|wollten?|hätten?) ~(?:wissen|fragen|erfahren|eine frage|auskunft|einen termin)\b"
            r"|möchte ich (?:gerne? )?wissen"),
        (3, r"(?:habe|hätte|haben) (?:ich |da )?(?:eine|noch eine|zwei|drei|mal eine|ein paar) (?:kurze |kleine )?fragen?\b"),
        (3, r"bitte (?:ich )?(?:sie )?um (?:auskunft|information|mitteilung|einen termin|eine bescheinigung|zusendung|übersendung)"),
        (2, r"(?:frage|anfrage|nachfrage) (?:zu|zum|zur|wegen|nach|über)\b|hiermit beantrage|(?:ich|wir) beantragen?\b"),
        (2, r"(?:wie|wo|wann|wohin|welche[nrs]?|was|an wen|bis wann) (?:kann|muss|bekomme|beantrage|finde|soll|darf|brauche|ist|sind"
            r"|kommt|läuft|"
            r"wird|unterlagen|formular\w*|genau)\b[^.!\n]{0,80}\?"),
        (2, r"(?:gibt es|kann (?:der|die|das|ich|man|mein)|können (?:wir|sie)|ist (?:das|es|mein|der|die)|darf ich|muss ich|bekomme ich"
            r"|habe ich|"
            r"steht mir|stimmt es)\b[^.!\n]{0,100}\?"),
        (4, r"art(?:ikel)?\.? ?15 (?:\w+ ){0,3}(?:ds-?gvo|datenschutz)|auskunft nach art"),
        (3, r"i (?:have|had) a question|could you (?:please )?(?:tell|send|explain)|bir sorum|sormak ist\w*|маю (?:\w+ )?питання"
            r"|у меня (?:\w+ )?вопрос"),
        (3, r"لدي سؤال|عندي سؤال|(?:یک )?سوال داشتم|سوالی دارم|am o întrebare|имам въпрос|mam pytanie|هل هذا ممكن|هل (?:يمكن|ممكن)"),
    ),
}  # fmt: skip

# flag -> patterns; which urgency a flag means is below.
FLAGS: Final[dict[str, tuple[str, ...]]] = {
    "selbstgefaehrdung": SELF_HARM,
    "bedrohung": THREAT,
    "kindeswohl": CHILD,
    "mittellos": NO_MONEY,
    "wohnungsverlust": NO_HOME,
    "stromsperre": NO_POWER,
    "datenpanne": (
        rf"{_LETTER} (?:\w+ ){{0,4}}{_OTHER}|{_LETTER} (?:\w+ ){{0,2}}(?:von|für|an) jemand\w* ander\w*",
        rf"(?:fremde[nrs]?|falsche[nrs]?) {_LETTER} ~(?:bekommen|erhalten|zugeschickt|geschickt|umschlag|briefkasten)",
        r"nicht für mich bestimmt|datenpanne|datenschutzverletzung|datenleck|unterlagen (?:eines|einer) (?:fremden|anderen)\b",
        r"meine daten ~(?:an (?:meinen?|dritte|den|die|fremde|andere)) ~(?:weitergegeben|geschickt|gesendet|herausgegeben|verschickt)\b",
        r"(?:letter|documents|decision) (?:of|for|belonging to) (?:another|a different|someone else)\b",
    ),
    "widerspruch": (
        r"(?:lege|legen|einlegen|erhebe|erheben|hiermit) ~widerspruch\b|widerspruch (?:gegen|ein|einlegen|einzulegen)\b|^widerspruch\b",
    ),
    "antrag": (r"hiermit beantrage|(?:ich|wir) beantragen?\b|stellen? (?:ich |wir |hiermit ){0,3}(?:einen|den) ~antrag\b|^antrag auf\b",),
    "frist_genannt": (
        r"frist (?:\w+ )?(?:läuft|endet|ist am|geht bis|bis)\b|fristablauf|frist (?:versäum|verpass|verstreich)\w*"
        r"|setze (?:ich )?ihnen (?:\w+ )?frist",
        r"(?:erwarte|bitte|bitten|fordere|verlange|setze|muss|müssen|soll) ~~innerhalb\b|innerhalb ~~(?:erwarte|reagier|melden|antworte"
        r"|antworten)\w*",
        r"bis (?:spätestens )?(?:morgen|übermorgen|montag|dienstag|mittwoch|donnerstag|freitag|ende (?:de[rs]|dieser) (?:woche|monats))\b",
        r"termin (?:\w+ ){0,4}(?:heute|morgen|übermorgen|(?:am |nächste[nr]? |kommende[nr]? ){1,2}(?:woche|montag|dienstag|mittwoch"
        r"|donnerstag|freitag))\b",
        r"deadline|by (?:tomorrow|monday|tuesday|wednesday|thursday|friday)\b",
    ),
    "dienstaufsichtsbeschwerde": (r"(?:dienst|fach)aufsichtsbeschwerde",),
    "betroffenenrecht_auskunft": (
        r"art(?:ikel)?\.? ?15 (?:\w+ ){0,3}(?:ds-?gvo|datenschutz)|welche (?:\w+ ){0,2}daten ~~gespeichert|auskunft ~gespeicherte\w* daten",
    ),
    "betroffenenrecht_loeschung": (
        r"lösch\w* ~(?:meine (?:\w+ ){0,2}daten|alle daten|alle meine|alles)\b|meine (?:\w+ ){0,2}daten ~(?:zu )?lösch\w*"
        r"|art(?:ikel)?\.? ?17 ~ds-?gvo",
    ),
    "rueckrufwunsch": (
        r"bitten? (?:\w+ ){0,3}(?:um )?(?:einen )?rückruf\b|rufen sie mich (?:\w+ ){0,3}(?:an|zurück)\b|rufen sie (?:bitte )?zurück\b"
        r"|um rückruf\b",
    ),
    "kein_telefon": (r"gehörlos\w*|(?:nicht|kann nicht) telefonieren\b|(?:habe|besitze) kein telefon\b|(?:bin|ist) taub\b",),
    "einfache_sprache": (
        r"(?:in )?(?:einfache[rsnm]?|leichte[rsnm]?) (?:sprache|deutsch|worte\w*)\b|kurze,? (?:klare |einfache )?sätze\b|basit almanca"
        r"|simple german",
    ),
    "dritte_person": (
        r"für (?:meine[nm]?|unsere[nm]?) (?:mutter|vater|oma|opa|schwester|bruder|tochter|sohn|freund\w*|nachbar\w*|mann|frau|mandant\w*"
        r"|klient\w*)\b",
        r"(?:gesetzliche[rn]?|rechtliche[rn]?) betreuer\w*|berufsbetreuer\w*|im (?:namen|auftrag) (?:von|meine\w*|unsere\w*|der|des)\b",
    ),
    "ohne_vollmacht": (r"(?:kein\w*|ohne) (?:\w+ )?vollmacht\b",),
    "gesundheitsdaten": (
        r"(?:krebs|depress\w+|psychi\w+|diagnose\w*|schwerbehind\w*|erkrankung\w*|krankenhaus|operation|epilep\w*|gehörlos\w*|therapie)\b",
    ),
    "mehrere_anliegen": (r"(?:zwei|drei|vier|mehrere|einige) (?:punkte|anliegen|sachen|dinge|themen)\b",),
    "folgebeschwerde": (
        r"(?:schon|bereits) (?:zwei|drei|vier|mehr)mal\b|erneut ~beschwer\w*|zum (?:zweiten|dritten|vierten) mal\b|das (?:zweite"
        r"|dritte) mal\b",
    ),
}  # fmt: skip

URGENT: Final = {
    "selbstgefaehrdung": "sofort", "bedrohung": "sofort", "kindeswohl": "sofort",
    "mittellos": "dringend", "wohnungsverlust": "dringend", "stromsperre": "dringend", "datenpanne": "dringend",
    "widerspruch": "frist", "antrag": "frist", "frist_genannt": "frist", "dienstaufsichtsbeschwerde": "frist",
    "betroffenenrecht_auskunft": "frist", "betroffenenrecht_loeschung": "frist",
}  # fmt: skip

# What colleagues read of a flag, where it asks them to do something.
FLAG_SENTENCES: Final = {
    "selbstgefaehrdung": "flag.self_harm", "bedrohung": "flag.violence", "kindeswohl": "flag.child_at_risk",
    "mittellos": "flag.no_money", "wohnungsverlust": "flag.loss_of_home", "stromsperre": "flag.power_cut",
    "datenpanne": "flag.data_breach", "widerspruch": "flag.objection", "antrag": "flag.application", "frist_genannt": "flag.day_named",
    "dienstaufsichtsbeschwerde": "flag.complaint_on_person", "betroffenenrecht_auskunft": "flag.access_to_data",
    "betroffenenrecht_loeschung": "flag.erasure_of_data", "anonym": "flag.anonymous", "rueckrufwunsch": "flag.call_back",
    "kein_telefon": "flag.no_telephone", "einfache_sprache": "flag.plain_language", "dritte_person": "flag.third_person",
    "ohne_vollmacht": "flag.no_authority",
}  # fmt: skip

TOPICS: Final[dict[str, str]] = {
    "auszahlung": r"(?:geld|zahlung|auszahlung|überweisung)\b ~(?:nicht|fehlt|kein|spät|noch)\b|nicht (?:gezahlt|überwiesen|ausgezahlt)\b",
    "bearbeitungsdauer": rf"seit {_COUNT} (?:wochen|monaten)\b|nicht bearbeitet|bearbeitungs(?:zeit|dauer)|dauert (?:ewig|so lange"
        rf"|zu lange)|"
    r"warte (?:ich )?seit\b",
    "unterlagen": r"unterlagen\b|nachweis\w*|dokumente?\b|formular\w*|evrak\w*|belge\w*|документ\w*",
    "kosten_unterkunft": r"(?:miete|nebenkosten\w*|heizkosten\w*|betriebskosten\w*|umzug\w*|unterkunft|stromkosten|heizung|kaution)\b",
    "erreichbarkeit": r"(?:nicht|niemand\w*|nie|kaum) ~erreich\w*|keine? (?:antwort|rückmeldung|rückruf)|(?:aus der leitung"
        r"|warteschleife|bandansage)",
    "termin": r"termin\w*|wartezeit\w*|einladung\b|موعد|зустріч|randevu\w*",
    "umgang": r"(?:unfreundlich|unverschämt|respektlos|arrogant|freundlich|hilfsbereit|geduldig|herablassend|patzig)\w*|aufgelegt\b|ton\b",
    "gebaeude": r"(?:wartebereich|warteraum|wartezimmer|aufzug|gebäude|eingang|parkplatz|toilette|spielecke|rampe)\w*",
    "digital": r"(?:online\w*|website|webseite|internetseite|homepage|hochladen|upload|app|chatbot|portal)\b",
    "bescheid_verstaendlichkeit": r"(?:bescheid|schreiben|brief)\w*\b ~~(?:versteh\w*|unverständlich|nachvollzieh\w*|amtsdeutsch"
        r"|berechnungsbogen)",
    "barrierefreiheit_sprache": r"(?:dolmetsch\w*|übersetz\w*|gehörlos\w*|gebärden\w*|rollstuhl\w*|barrierefrei\w*|blind|مترجم"
        r"|tercüman\w*)\b",
    "datenschutz": r"(?:datenschutz\w*|ds-?gvo|datenpanne)\b|daten\b ~(?:weitergegeben|gespeichert)",
    "massnahme": r"(?:weiterbildung|umschulung|sprachkurs|maßnahme|bildungsgutschein|praktikum|coaching)\w*",
    "zustaendigkeit": r"zuständig\w*|ansprechpartner\w*|ansprechperson\w*|neuer? sachbearbeiter",
    "leistungsminderung": r"(?:sanktion\w*|leistungsminderung|gekürzt|kürzung)\b",
    "rueckforderung": r"(?:rückforder\w*|zurückzahlen|erstattungsbescheid|überzahl\w*|aufhebungsbescheid)\b",
    "leistung": r"(?:einkommen|regelsatz|berechnung|angerechnet|bewilligungsbescheid|leistungsbescheid)\b",
    "bildung_teilhabe": r"(?:klassenfahrt|schulbedarf|bildung und teilhabe|mittagessen|nachhilfe|schulausflug)\b",
    "bedarfe": r"(?:mehrbedarf|erstausstattung|darlehen|waschmaschine|kinderbett)\b",
    "diskriminierung": r"(?:diskriminier|rassis|benachteilig)\w*",
    "beratung_vermittlung": r"(?:arbeitsvermittl|fallmanag|bewerber|arbeitgeberservice|stellenangebot|vermittler)\w*",
}  # fmt: skip
