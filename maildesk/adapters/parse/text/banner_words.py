# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The words of banners by language: German, English, French, Turkish, Ukrainian, Russian. For `banner`; compared without case."""

from __future__ import annotations

LABELS = (
    r"achtung|vorsicht|warnung|hinweis|sicherheitshinweis|wichtiger hinweis|hinweis (?:der|des|ihrer) (?:it|edv)\b[\w-]{0,20}"
    r"|extern(?:e[rs]?)?|external|caution|warning|attention|notice"
    r"|important|security notice|dikkat|uyarı|увага|обережно|внимание|осторожно"
)
LABELLED = r"e-?mail|mail|nachricht|absender|email|sender|message|e-?posta|лист|письмо"

_THIS_MAIL = (
    r"(?:diese[rs]?|die|eine|this|ce|cet|bu|цей|це|это|данное)\b.{0,40}?"
    r"(?:e-?mail|mail|nachricht|message|courriel|e-?posta|ileti|лист|письмо)"
)
_HOUSE = (
    r"(?:organi[sz]ation|unternehmen|firma|haus|hause|netzwerk|behörde|\w*verwaltung|domäne|domain|konzern|company|network|kuruluş"
    r"|організаці|организаци)"
)
# A sentence that begins so says that the sender is external, new or not checked.
SENDER = "|".join((
    rf"{_THIS_MAIL}\w*\b.{{0,60}}\b(?:externe[nmrs]?|external|externe|зовнішн\w+|внешн\w+|harici|dış)\b",
    rf"{_THIS_MAIL}\w*\b.{{0,60}}\b(?:außerhalb|ausserhalb|outside|extérieur|dışı\w*|ззовні|извне|поза)\b.{{0,40}}{_HOUSE}",
    rf"{_THIS_MAIL}\w*\b.{{0,60}}{_HOUSE}\w*\b.{{0,20}}\bdışı\w*",
    r"(?:diese[rs]? )?extern\w* (?:absender|e-?mail|mail|quelle|nachricht)\w*\b"
    r"(?:.{0,60}\b(?:nicht|un)\s?(?:über|ge)?prüft.{0,20}|\s[-–|].{0,60})?$",
    r"(?:an |this is an |this )?external (?:e-?mail|sender|message|source)(?: (?:warning|notice|alert)|\s[-–|].*)?$",
    r"sie erhalten (?:nicht (?:oft|häufig)|selten) (?:e-?mails?|nachrichten) von",
    r"(?:einige )?personen, die diese nachricht (?:erhalten|empfangen) haben, erhalten",
    r"you don['’]?t often get e-?mails? from",
    r"some people who received this message don['’]?t often",
    r"you have not previously corresponded with",
    r"(?:the )?sender of this (?:message|e-?mail) (?:is|could)",
    r"vous (?:ne )?recevez (?:pas|rarement) (?:souvent )?de courriers?",
    r"зовнішн\w+ (?:відправник|лист|пошта)|внешн\w+ (?:отправител|письм)",
    r"zjqcmqryfpfptbanner",
    r"extern(?:al)?$",
))  # fmt: skip

# Comes with such a sentence, and means nothing alone.
INSTRUCTIONS = "|".join((
    r"\b(?:klicken|öffnen|antworten|folgen) sie (?:bitte )?(?:nicht|kein|nur|auf kein|niemals|daher|deshalb|dann)",
    r"\b(?:klicken|öffnen) sie\b.{0,60}\bnicht\b|\bmelden sie\b.{0,40}\bverdächtig|\bgeben sie (?:kein|nie)",
    r"\bseien sie\b.{0,20}\b(?:vorsichtig|achtsam|wachsam)|\bvorsicht (?:bei|mit)\b|\bwenn sie d(?:en|em) absender",
    r"\berfahren sie\b|\bwarum dies wichtig ist|\bkeine (?:links|anhänge)\b|\bphishing\b",
    r"\b(?:do not|don['’]?t|never|avoid) (?:click|open|reply|follow)|\b(?:use|exercise) (?:extreme )?caution",
    r"\bbe (?:careful|cautious|wary)|\bunless you (?:recogni|know|trust|are sure|were expecting)|\blearn why\b",
    r"\breport (?:suspicious|this|phish)|\bthink before you click",
    r"\bне (?:відкривайте|натискайте|переходьте|открывайте|нажимайте|переходите)",
    r"\bbağlantı\w*\b.{0,40}\btıkla|\baçmayın|\bne (?:cliquez|ouvrez)|\bn['’]ouvrez",
))  # fmt: skip
GREETINGS = (
    r"guten (?:tag|morgen|abend)|hallo|hi|hey|moin|servus|grüß|sehr geehrte\w*|liebe\w*|werte\w*|dear|hello|good (?:morning|day)|merhaba"
    r"|selam|sayın|добр\w+|вітаю|здрав\w+|шановн\w+|уважаем\w+|bonjour|مرحبا|السلام"
)
