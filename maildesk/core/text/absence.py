# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The words by which people and programs say that somebody is away."""

from __future__ import annotations

TEXT_CHARS_READ = 3000
# What mail programs themselves put before the subject of the mail that they answer, with a colon, or as the whole subject. Nobody who
# informs us of an absence of their own writes so; a person who answers such a mail writes "AW:" before it.
ABSENCE_NOTICE = (
    r"(?:automatische antwort|automatisch antwoord|automatisches antwortschreiben|abwesenheitsnotiz|abwesenheitsassistent|automatic reply"
    r"|automated (?:reply|response)|auto(?:matic)?[- ]?response|auto[- ]?reply|autoresponder"
    r"|out of (?:the )?office(?: auto[- ]?reply| reply)"
    r"|réponse automatique|respuesta automática|risposta automatica|resposta automática|odpowied[zź] automatyczna|răspuns automat"
    r"|otomatik yanıt|автоответ|автоматический ответ|автоматична відповідь)\s*(?::|$)"
)
# The same words and others of the kind, where another mark is beside them.
ABSENCE_BEGINS = (
    r"(?:automatische antwort|automatisch antwoord|abwesenheit|automatic reply|auto(?:matic)?[- ]?response"
    r"|auto[- ]?reply|out of (?:the )?office"
    r"|réponse automatique|respuesta automática|risposta automatica|odpowied[zź] automatyczna|răspuns automat|otomatik yanıt|автоответ"
    r"|автоматический ответ|автоматична відповідь)"
)
I_AM_AWAY = (
    r"\b(?:i am|i'm|i will be|i'll be|we are|our office is) (?:\w+ )?(?:\w+ )?(?:out of|away|on (?:vacation|holiday|leave)|not in)\b"
    r"|\b(?:ich bin|bin ich|wir sind|sind wir) (?:\S{1,40} ){0,12}?(?:nicht (?:im (?:büro|haus|dienst)"
    r"|erreichbar|da)|abwesend|im urlaub|außer haus)"
)
YOUR_MAIL_WAITS = (
    r"\b(?:reply|respond|answer|read|get back|attend)\b.{0,60}?\b(?:on|upon|after|when) (?:my|i) (?:return|get|am)\b"
    r"|(?:if|for|in) .{0,40}urgent|immediate assistance|thank you for your (?:e-?mail|message|mail)"
    r"|in dringenden (?:fällen|angelegenheiten)|(?:vielen dank|danke) für ihre (?:e-?mail|mail|nachricht|anfrage)"
    r"|(?:e-?mails?|nachrichten?) (?:wird|werden) (?:\S{1,40} ){0,4}?(?:nicht|automatisch|nach meiner)|nach meiner rückkehr"
)
# What may be a notice where a text greets nobody by name; each within a sentence. Of us: that we are away, closed, or elsewhere.
OF_OURSELVES = r"(?<!\w)(?:ich|wir|mein\w*|unser\w*|i|i'm|we|my|our)(?!\w)"
AWAY_OR_CLOSED = (
    r"\b(?:bin|befinde|am)\b.{0,80}?\b(?:elternzeit|mutterschutz|urlaub|krank(?:geschrieben)?|verreist|fortbildung|dienstreise|schulung"
    r"|eingeschränkt erreichbar|parental leave|maternity leave|on leave)\b"
    r"|\b(?:elternzeit|mutterschutz|urlaub)\b.{0,40}?\b(?:bin|befinde)\b"
    r"|\bwir haben (?:heute|derzeit|zurzeit|am|vom|bis|ab|zwischen)\b.{0,60}?\bgeschlossen\b"
    r"|\b(?:bin|sind|ist|bleibt|bleiben|am|are|is|be)\b.{0,80}?\b(?:abwesend|geschlossen|außer haus|closed|away"
    r"|nicht (?:\w+ ){0,3}?(?:im (?:büro|haus|dienst)|erreichbar|da|besetzt))\b"
    r"|\bgeschlossen\b.{0,30}\b(?:haus|amt|büro|dienststelle|behörde|jobcenter)\b"
    r"|\bwieder (?:\w+ ){0,3}?(?:da|erreichbar|zurück|im (?:büro|haus|dienst)|anwesend)\b|\bback (?:in the office|on|from)\b"
    r"|\b(?:nicht mehr|no longer)\b.{0,60}?\b(?:abteilung|tätig|beschäftigt|im (?:haus|dienst)|work(?:ing)?|jobcenter)\b"
    r"|\b(?:vertretung|aufgaben)\b.{0,40}?\b(?:hat|übernimmt|übernommen)\b|\bnach meiner rückkehr\b"
    r"|\b(?:lese|lesen|bearbeiten?|beantworten?)\b.{0,20}\b(?:mails?|nachrichten)\b.{0,30}?(?<!noch )\bnicht\b"
    r"|\bwir antworten (?:ihnen )?(?:morgen|ab|nach|wieder)\b"
)
# And what becomes of the mail.
FATE_OF_THE_MAIL = (
    r"\b(?:nachrichten?|(?:e-?)?mails?|anfragen?|adresse|postfach|mailbox|message)\b[^.!?]{0,40}?\b(?:wird|werden|wurde|wurden|will|is|has)\b"
    r"[^.!?]{0,60}?(?<!noch )\b(?:nicht|not|no longer|automatisch)\b[^.!?]{0,40}?"
    r"\b(?:weitergeleitet|bearbeitet|gelesen|beantwortet|abgerufen|betreut|forwarded|read|monitored|processed|answered)\b"
)
