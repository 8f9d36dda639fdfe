# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""How letters close, in the languages of a desk; patterns are matched without case (`core.answers.signature`)."""

from __future__ import annotations

CLOSINGS = (
    r"(?:mit|viele|beste|liebe|herzliche|freundliche|schöne|sonnige)\s(?:\w+[ ,]+){0,3}?(?:grüßen?|gruß|grüssen?|gruss|gruessen?)"
    r"|(?:freundliche[nr]?|beste[nr]?|viele[nr]?|liebe[nr]?|schöne[nr]?|herzliche[nr]?)\s(?:grüßen?|gruß|grüsse|gruss|gruesse)|mfg|vg|lg"
    r"|hochachtungsvoll|freundlichst|herzlichst|grüße|gruß"
    r"|(?:(?:with )?(?:kind(?:est)?|best|warm(?:est)?) )?regards|(?:yours )?(?:sincerely|faithfully|truly)|(?:with )?best wishes"
    r"|(?:en iyi dileklerimle|saygılar(?:ımla|ımızla)?)|з повагою|з найкращими побажаннями|с уважением|с наилучшими пожеланиями"
    r"|z poważaniem|(?:serdecznie )?pozdrawiam|cu stimă|cu respect|с уважение|cordialement|bien à vous|(?:sincères|meilleures) salutations"
    r"|(?:مع )?(?:أطيب |خالص )?(?:التحيات|التحية|الاحترام)|مع أطيب التحيات|با احترام|با سپاس"
)
# What closes a letter where the name is right below, and else may be part of it.
BEFORE_THE_NAME = (
    r"(?:[^\W\d_]+[ ,]+){0,6}(?:grüßen?|gruß|grüssen?|gruss|gruessen?|wünschen?|hochachtung)|ihre?|best|cheers"
    r"|thanks(?: a lot)?|many thanks|thank you|take care|(?:vielen |besten |herzlichen )?dank(?:e)?(?: im voraus| schön)?"
    r"|alles gute|viel (?:erfolg|glück)"
    r"|bis (?:bald|dann)|einen schönen (?:tag|abend)(?: noch)?|schönes wochenende|iyi günler|teşekkürler|sevgiler"
    r"|щиро ваш\w?|дякую|спасибо|благодаря"
    r"|dziękuję|mulțumesc|merci"
)
