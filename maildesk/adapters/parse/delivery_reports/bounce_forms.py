# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What mail servers write in plain words, as tables: the phrase, what became of the mail, and how the recipient is written.

Phrases are in lower case, and a space in them is any white space. Where `{address}` is in a phrase, the recipient is there;
else the recipients are below, each at the beginning of a line. The tables are read from the top, and every row that matches counts for
its action; the recipients are those of the first row that names any.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

# A plain address. The look-behind keeps the time linear in a long run of letters.
_LOCAL = r"[\w.!#$%&*+/?^`{|}~-]"
ADDRESS = rf"(?<!{_LOCAL})(?P<address>(?!')[\w.!#$%&*+/=?^`{{|}}~'-]{{1,100}}@\w[\w-]{{0,62}}(?:\.[\w-]{{1,63}}){{0,10}})"
_OPENING = r"[<\"'(\[«„]{0,3}(?:(?:mailto|smtp|rfc822) ?[:;] ?)?"
_CLOSING = r"[>\"')\]»“]{0,3}"


@dataclass(frozen=True)
class Form:
    """One way to say it: `software` for the reader of the table, `action` as in RFC 3464."""

    software: str
    phrase: str
    action: str = "failed"

    @cached_property
    def regex(self) -> re.Pattern[str]:
        spaced = re.sub(" ([?*])?", lambda space: r"\s*" if space[1] else r"\s+", self.phrase)
        return re.compile(spaced.replace("{address}", _OPENING + ADDRESS + _CLOSING), re.MULTILINE)

    @property
    def names_the_recipient(self) -> bool:
        return "{address}" in self.phrase


def _forms(software: str, *phrases: str, action: str = "failed") -> tuple[Form, ...]:
    return tuple(Form(software, phrase, action) for phrase in phrases)


DELAYS: tuple[Form, ...] = (
    *_forms("Sendmail, Postfix, Microsoft, Gmail", r"this is a warning (?:message )?only", "you do not need to re-?send", action="delayed"),
    *_forms("Exim", "has not yet been delivered", "has not been delivered to all of its recipients after", action="delayed"),
    *_forms("Microsoft, Gmail", r"delivery to the following recipients?\(?s?\)? has been delayed", action="delayed"),
    *_forms("Gmail", r"gmail will retry for", "there was a temporary problem (?:while )?delivering", action="delayed"),
    *_forms("Gmail, in German", r"vorübergehendes problem bei der zustellung", r"gmail versucht es (?:noch|weiterhin)", action="delayed"),
    *_forms("OpenSMTPD, MAILsweeper, NPlex", "a message is delayed for more than", "your message has been delayed", action="delayed"),
    *_forms("NPlex", "only a notification about a delay", "have not yet received your message", action="delayed"),
    *_forms("Sun Messaging Server", "the mail system will continue to try to deliver", action="delayed"),
    *_forms("Sendmail", "warning: message still undelivered after", "will keep trying until message is", action="delayed"),
    *_forms("Exchange", r"delivery is delayed to these recipients or groups", "this message hasn.t been delivered yet", action="delayed"),
    *_forms(
        "Exchange, in German",
        r"übermittlung an (?:diese|folgende) empfänger(?: oder gruppen)? (?:wird|wurde|ist|hat sich) verzögert",
        r"zustellung (?:ihrer nachricht |der nachricht )?(?:an .{1,100} )?(?:wird|wurde|ist|hat sich) verzögert",
        r"(?:nachricht|e-?mail) (?:konnte|wurde) (?:bisher |bislang )?noch nicht (?:zugestellt|ausgeliefert|übermittelt)",
        r"(?:weitere|erneute) zustellversuche",
        r"dies ist (?:nur|lediglich) eine warnung",
        action="delayed",
    ),
)

DELIVERIES: tuple[Form, ...] = (
    *_forms("Postfix", r"your message was successfully delivered to", action="delivered"),
    *_forms("Exchange", r"your message has been (?:successfully )?(?:delivered|relayed) to the following", action="delivered"),
    *_forms("Exchange", r"delivery to these recipients or groups is complete", action="relayed"),
    *_forms("Exchange, in German",
            r"nachricht wurde (?:erfolgreich )?(?:an (?:die )?folgenden? .{1,60} )?(?:zugestellt|übermittelt)\b(?!,)", action="delivered"),
    *_forms("Amazon SES", r'"notificationtype" ?: ?"delivery"', action="delivered"),
)  # fmt: skip

# Of a mail server that uses disposition notifications (RFC 8098), which else are receipts, for what it did not deliver.
REFUSALS: tuple[Form, ...] = _forms("Dovecot", r"your message to {address} was automatically rejected")

FAILURES: tuple[Form, ...] = (
    # Fields of RFC 3464 and of LISTSERV that are in plain text because the mail lost its parts on the way.
    *_forms("Amazon SES", r'"notificationtype" ?: ?"bounce"', r'"bouncedrecipients":\[\{"emailaddress":"{address}'),
    *_forms("LISTSERV, LMail", "^error-for: {address}"),
    # Widely used mail servers, each in the words of its source.
    *_forms("qmail, James", "wasn't able to deliver your message to the following address"),
    *_forms("MessageLabs, Nemesis", "was not able to deliver your message to the following address"),
    *_forms("Postfix", "could not be delivered to one or more destinations", "your message could not be delivered to one or more recip"),
    *_forms("Postfix, tied to one recipient", r"message returned below could not be delivered"),
    *_forms(
        "Exim, GMX, WEB.DE, 1&1, Mail.Ru, MXLogic, Zoho",
        r"could not be delivered to (?:one or more|all|some) of (?:its|the) recipients?",
        r"could not be delivered to one or more recipients?",
        r"following address(?:es|\(es\))? (?:have )?failed",
        "this message, addressed to {address}",
        "the following message, addressed to {address}",
    ),
    *_forms("Sendmail", r"the following address(?:es)? had (?:permanent |transient |delivery |fatal )+(?:errors|problems)"),
    *_forms("Sendmail 5, Mail2000, Biglobe", r"following addresses had (?:permanent )?(?:delivery )?(?:errors|problems)"),
    *_forms("Sendmail 5", r"transcript of session follows(?= *-* *\n(?:.*\n){0,40}?.*\b5\d\d )"),
    *_forms("DragonFly Mail Agent", "there was an error delivering your mail to {address}"),
    *_forms("OpenSMTPD", "an error has occurred while attempting to deliver a message"),
    *_forms("Courier", "your message to the following recipients cannot be delivered", r"^undeliverable mail"),
    *_forms("IIS SMTP, MDaemon, Gmail", r"deliver?e?ry to the following recipients? ?(?:\(?s\)? )?(?:has |have )?(?:failed|was aborted)"),
    *_forms("MDaemon", "following addresses did not receive a copy of your message", "^{address} - no such user here"),
    *_forms(
        "Gmail",
        r"(?:message|mail) wasn.t delivered to {address}",
        r"there was a problem delivering your message to {address}",
        r"your message to {address} (?:has been|was) (?:blocked|rejected)",
        r"your message couldn.t be delivered to {address}",
        "the group you tried to contact",
        r"\*\* message not delivered \*\*",
    ),
    *_forms(
        "Gmail, in German",
        r"nachricht wurde nicht an {address} zugestellt",
        r"(?:problem|fehler) bei der zustellung (?:deiner|ihrer|der) nachricht an {address}",
        r"nachricht an {address} (?:wurde|ist) (?:blockiert|abgelehnt)",
    ),
    *_forms(
        "Exchange, Microsoft 365",
        "delivery has failed to these recipients",
        "did(?: not|n't) reach (?:the following|some or all of the intended) recip",
        "rejected your message to the following e-?mail address",
        "the following (?:recipients?|recipient\\(s\\)|organi[sz]ations?) (?:could not be reached|cannot be reached|rejected your message)",
        r"your message to {address} (?:couldn.t|could not|cannot|can.t) be delivered",
        r"couldn.t be delivered to the following recip",
    ),
    *_forms(
        "Exchange, Microsoft 365, in German",
        "fehler bei der nachrichtenzustellung an (?:folgende|diese) empfänger",
        r"(?:übermittlung|zustellung) an (?:folgende|diese) empfänger(?: oder (?:gruppen"
        r"|verteilerlisten))? (?:ist )?(?:fehlgeschlagen|nicht)",
        r"(?:folgende[rn]?|diese[rn]?) empfänger(?: oder gruppen)? (?:kann|können|konnten?) nicht erreicht werden",
        r"nachricht hat (?:einige oder alle|folgende[n]?|den|die) empfänger nicht erreicht",
        r"nachricht an {address} (?:konnte|kann) nicht (?:zugestellt|übermittelt|ausgeliefert) werden",
        r"{address} (?:hat|haben) ihre nachricht (?:abgelehnt|zurückgewiesen)",
        r"(?:hat|haben) ihre nachricht an (?:die )?folgenden? e-?mail-?adressen? (?:abgelehnt|zurückgewiesen)",
    ),
    *_forms(
        "GMX, WEB.DE, T-Online, Strato, freenet, Posteo, Kerio, Tobit, in German",
        r"(?:nachricht|e-?mail|mail)s? (?:konnten?|können|kann) (?:leider )?(?:an )?(?:.{0,120}? )?nicht"
        r" (?:zugestellt|übermittelt|ausgeliefert|weitergeleitet|versendet|gesendet|verschickt) werden",
        r"(?:konnte|kann) (?:leider )?(?:an )?(?:.{0,120}? )?nicht (?:zugestellt|ausgeliefert|übermittelt) werden",
        r"(?:folgende[nr]?|die) (?:e-?mail-?)?adressen?(?:\(n\))? (?:schlug(?:en)? fehl|sind? fehlgeschlagen"
        r"|ist fehlgeschlagen|sind ungültig)",
        r"(?:konnten?|war(?:en)?) (?:die|ihre) (?:nachricht|e-?mail)s? nicht zustell(?:en|bar)",
        r"(?:war|ist) (?:leider )?(?:unzustellbar|nicht zustellbar)",
        r"zustellung (?:.{0,100}? )?(?:ist (?:endgültig )?fehlgeschlagen|war nicht möglich|nicht erfolgreich)",
        r"empfänger (?:ist )?(?:unbekannt|existiert nicht)",
    ),
    *_forms("Lotus Notes, Domino", "(?:was not|could not be) delivered to:", "-+ failure reasons -+"),
    *_forms("Lotus Notes, in German", r"(?:wurde|konnte) nicht zugestellt (?:werden )?an:", r"-+ fehlerursachen? -+"),
    *_forms("GroupWise", "message that you sent was undeliverable to the following"),
    *_forms(
        "Yahoo, AOL",
        "unable to deliver (?:your |the )?message to the following",
        "not able to deliver your message to the following",
        r"sorry,? your message to {address} cannot be delivered",
        r"your mail message to the following address.{0,6} could not be delivered",
    ),
    *_forms(
        "Sun Messaging Server", "message (?:cannot|could not) be delivered to the following recip", "your message (?:was|is) being returned"
    ),
    *_forms("Amazon WorkMail", "an error occurred while trying to deliver the mail to the following recip"),
    *_forms("Cyrus, Sieve", r"your message was (?:automatically )?rejected by"),
    *_forms("MailEnable, hMailServer", r"message could not be delivered to some recipients"),
    *_forms("MailMarshal", "the following recipients were affected"),
    *_forms("MailFoundry, InterScan", "unable to deliver message to:? {address}"),
    *_forms("smail, T-Online", r"no valid recipients were found for this message", r"failed addresses follow"),
    *_forms("SurfControl", "your message could not be sent"),
    *_forms("m-FILTER", "以下のメールアドレスへの送信に失敗しました", "送信できませんでした"),
    *_forms("KDDI, au", r"could not be delivered to: {address}", r"送信できませんでした", r"配信できませんでした|配信できません"),
    *_forms("Verizon", r"error: (?:invalid user address|no such user|.{1,60})\s+error message below", r"rcpt to: {address}"),
    *_forms("MailEnable, Plesk", "could not deliver (?:your |the )?(?:message|mail) to"),
    *_forms("MailRu, Yandex", r"не может быть доставлено", r"не было доставлено|не удалось доставить|невозможно доставить"),
    *_forms("fml", "you are not a member of this mailing list {address}"),
    *_forms("a filter that names both ends", "addressed to e-?mail address ?:"),
    # Short messages that name the recipient in the sentence.
    *_forms(
        "IMail, Prodigy and others",
        r"(?:invalid final delivery userid|user mailbox exceeds allowed size|unknown (?:user|host|local-?part)"
        r"|undeliverable to|undeliverable"
        r"|user's mailbox is full|mailbox is full|intended recipient|invalid recipient|unknown recipient|addressee unknown"
        r"|delivery failed(?: \d{1,4} attempts)?|delivery to|recipient address|failed recipient|addressed to):? {address}",
        r"did not reach the following recipients?: {address}",
        r"delivery to {address} (?:has )?failed",
        r"(?:recipients?|addresses) returned permanent errors: {address}",
        r"rejected recipient {address}",
        r"originally addressed to {address}",
        r"could not (?:be )?deliver(?:ed)? (?:your |the )?(?:message |mail )?to:? {address}",
        r"{address}:? (?:is|was) (?:not a valid|unknown|unavailable|disabled|not known|not found)",
        r"message to {address} (?:could not|cannot|was not|has not been|failed)",
        r"mail to {address} (?:could not|cannot|was not|has not been|bounced|failed)",
    ),
    *_forms(
        "an unknown server",
        r"(?:message|mail|e-?mail)s? (?:that you sent |you sent |below |above |to .{1,100} )?(?:could|can|was|has) ?(?:not|n't)"
        r" (?:be )?(?:been )?(?:be )?delivered",
        r"^delivery failed|^delivery (?:has )?failed",
        r"was not delivered|undeliverable|returned (?:undelivered|unopened) to (?:the )?sender",
        r"delivery (?:problems|failure|error)",
        r"could not be delivered",
        r"non-delivery report",
        r"n'a pas pu [eê]tre (?:d[eé]livr[eé]|remis|distribu[eé])",
        r"impossibile (?:recapitare|consegnare)|non (?:è stato possibile|ha potuto)",
        r"no se (?:ha podido|pudo) entregar",
        r"kon niet (?:worden )?(?:be|af)geleverd|niet worden bezorgd",
        r"nie (?:została|może zostać|mogła zostać|można) (?:dostarczona|dostarczyć)",
        r"teslim edilemedi",
    ),
    # The talk of two servers, as transcripts and diagnoses quote it.
    *_forms(
        "a transcript of SMTP",
        r"rcpt to: ?{address}",
        r"(?:<<<|said:|server:|received >>>|^out:|responded|reason:) *[45]\d\d[- ](?:[45]\.\d+\.\d+ )?",
        r"^[45]\d\d[- ](?:#?[45]\.\d+\.\d+ )?(?:{address})?",
    ),
)

# Where the returned mail begins, if it is in the text of the report: a line of dashes with words, a sentence, or its first fields.
ORIGINAL_BEGINS = re.compile(
    r"^(?:[ \t]{0,40}[-=*_|~]{2}[^\n]{0,120}?\b(?:original|returned|unsent|copy|headers?|body|message text"
    r"|mail follows|source mail|undelivered message"
    r"|original(?:e|nachricht)|kopie|ursprüngliche[nr]?|kopfzeilen?|копия)\b"
    r"|[ \t]{0,40}(?:original message (?:follows|headers?)|message headers? follows?"
    r"|below is a copy of|here is a copy of|included is a copy of|old message:|your message reads|undelivered message follows"
    r"|the (?:original )?message (?:headers? )?(?:is|was|are) (?:attached|included) below"
    r"|(?:es folgt|nachfolgend|im folgenden|hier folgt|unten folgt) [^\n]{0,60}(?:nachricht|mail|header|kopf)"
    r"|ursprüngliche (?:nachrichten-?)?(?:kopf|header)\w*|ursprüngliche nachricht:|kopfzeilen der"
    r"|originalnachricht|nachrichtenkopf(?:zeilen)?\b"
    r"|der header der|(?:dies ist )?eine kopie (?:der|ihrer)|en-têtes de message)"
    r"|(?:received|return-path|x-received|dkim-signature|arc-seal|delivered-to|domainkey-signature):)",
    re.MULTILINE | re.IGNORECASE,
)

# Recipients at the beginning of a line: bare, in brackets or quotes, behind a label, or in brackets behind a name.
LINE_BEGINS = re.compile(
    r"^[ \t>*•·–#|-]{0,40}(?:(?:to|an|recipients?(?: address)?|empfänger(?:adresse)?|e-?mail(?:-?adresse)?"
    r"|address|adresse|user|kein konto)[ \t]{0,9}[:=][ \t]{0,9})?"
    rf"(?:(?:[^\n<>()@:;,.]{{0,60}}[ \t]{{0,9}}[<(\[]|c=\w\w; ?a=[^\n@]{{0,120}}?\b(?:smtp|rfc-?822)=)?[ \t]{{0,9}}{_OPENING}{ADDRESS})",
    re.MULTILINE | re.IGNORECASE,
)
ENDS_A_WORD = re.compile(r"[>\"'\])]{0,3}[ \t]*(?:$|[:;,(\[<]|\.\.\.)", re.MULTILINE)
# Sentences about whom to ask: the addresses in them did not fail.
ADVICE = re.compile(
    r"contact|assist|support|help|abuse|question|please (?:send|write|forward)|further information|wenden sie"
    r"|kontakt|rückfragen|fragen|hilfe"
    r"|@\S+ (?:schreiben|anschreiben)|ご連絡",
    re.IGNORECASE,
)
# What is behind an address because the server itself led the mail on.
LED_ON = re.compile(r"\((?:ultimately )?(?:expanded|generated) from:?[^)\n]{0,200}(?:\n[^)\n]{0,200})?\)", re.IGNORECASE)
# Lines of the report that name other people: the writer, and the ids of messages.
OTHERS = re.compile(
    r"^[ \t]*(?:(?:x-|resent-)?(?:message-?id|message identifier|references|in-reply-to|from|sender"
    r"|original sender|reply-to|return-path|mail from"
    r"|envelope-from|von|absender)\b|>>> ?mail from|in: +mail from|from:? <)[^\n]*",
    re.MULTILINE | re.IGNORECASE,
)
