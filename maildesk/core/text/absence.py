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
