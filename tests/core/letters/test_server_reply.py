# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What a refusal is about, as servers word it: the desk itself, one letter or mailbox, or an address that does not exist.

The rows were written before the rules: first what is right, then how to find it out.
"""

from __future__ import annotations

import pytest

from maildesk.core.letters.server_reply import Concern, Reply, Step, concern_of, is_dead_address

DESK, SENDER, LETTER, ADDRESS, SIZE = Concern.DESK, Concern.SENDER, Concern.LETTER, Concern.ADDRESS, Concern.SIZE
MAIL, RCPT, DATA, DOT = Step.MAIL, Step.RCPT, Step.DATA, Step.DOT
Rows = tuple[tuple[str, Step, Concern, int, str], ...]

# The desk's own trouble: nothing leaves, whoever the letter is for.
OWN: Rows = (
    ("Postfix", RCPT, DESK, 554, "5.7.1 <eva@example.org>: Relay access denied"),
    ("Postfix, as Debian sets it up", RCPT, DESK, 454, "4.7.1 <eva@example.org>: Relay access denied"),
    ("Postfix, in another place", RCPT, DESK, 554, "5.7.1 <eva@example.org>: Recipient address rejected: Relay access denied"),
    ("Postfix", RCPT, DESK, 554, "5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied"),
    ("Postfix", RCPT, DESK, 450, "4.7.1 Client host rejected: cannot find your hostname, [192.0.2.1]"),
    ("Postfix", RCPT, DESK, 554, "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.example"),
    ("Postfix", RCPT, DESK, 504, "5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname"),
    ("Postfix", RCPT, DESK, 450, "4.7.1 <desk>: Helo command rejected: Host not found"),
    ("Postfix", MAIL, DESK, 530, "5.7.0 Must issue a STARTTLS command first"),
    ("Postfix with a policy", DATA, DESK, 550, "5.7.1 <DATA>: Data command rejected: only 10 messages per day"),
    ("Sendmail", RCPT, DESK, 550, "5.7.1 <eva@example.org>... Relaying denied. Proper authentication required."),
    ("Exim", RCPT, DESK, 550, "relay not permitted"),
    (
        "Exim with cPanel", RCPT, DESK, 550,
        "Please turn on SMTP Authentication in your mail client, or login to the\nIMAP/POP3 server before sending your message."
        " (desk) [192.0.2.1]:42630 is not permitted to relay through this server without\nauthentication.",
    ),
    ("qmail", RCPT, DESK, 553, "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"),
    ("qmail", MAIL, DESK, 530, "Authorization required (#5.7.1)"),
    ("OpenSMTPD", RCPT, DESK, 550, "Invalid recipient: relay denied"),
    ("Dovecot submission", MAIL, DESK, 530, "5.7.0 Authentication required."),
    ("hMailServer", RCPT, DESK, 530, "SMTP authentication is required."),
    ("Exchange", RCPT, DESK, 550, "5.7.1 Unable to relay"),
    ("Exchange", RCPT, DESK, 550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain"),
    ("Exchange", MAIL, DESK, 530, "5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM"),
    ("Exchange", DOT, DESK, 550, "5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM"),
    ("Exchange Online", RCPT, DESK, 550, "5.7.64 TenantAttribution; Relay Access Denied SMTP"),
    ("Exchange Online", RCPT, DESK, 550, "5.7.708 Service unavailable. Access denied, traffic not accepted from this IP."),
    ("Exchange Online", DOT, DESK, 550, "5.7.705 Access denied, tenant has exceeded threshold"),
    ("Exchange Online", RCPT, DESK, 550, "5.7.606 Access denied, banned sending IP [192.0.2.1]"),
    ("Exchange Online", DOT, DESK, 554, "5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException.MapiException"),
    ("Exchange Online", MAIL, DESK, 535, "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."),
    ("Gmail", MAIL, DESK, 530, "5.7.0 Authentication Required. For more information, go to https://support.example/ - gsmtp"),
    ("Gmail", RCPT, DESK, 550, "5.4.5 Daily user sending limit exceeded. - gsmtp"),
    ("Gmail's relay", RCPT, DESK, 550, "5.7.0 Mail relay denied [192.0.2.1]. Invalid credentials for relay - gsmtp"),
    ("Mailgun", RCPT, DESK, 550, "5.7.1 Relaying denied"),
    ("OVH", DOT, DESK, 550, "sorry, too many emails (#5.7.1)"),
    ("a hoster", DOT, DESK, 550, "User desk has exceeded its 24-hour sending limit. Messages to 25 recipients out of 25"),
    ("Amazon SES", DOT, DESK, 554, "Access denied: User `arn:aws:iam::1:user/desk' is not authorized to perform `ses:SendRawEmail'"),
    ("Amazon SES", DOT, DESK, 554, "Message rejected: Sending suspended for this account. For more information, please check the inbox"),
    ("IONOS", RCPT, DESK, 550, "must be authenticated"),
    ("a server that checks SPF", RCPT, DESK, 550, "5.7.23 SPF validation failed"),
    ("a server that wants a name", RCPT, DESK, 550, "5.7.25 reverse DNS validation failed"),
)  # fmt: skip

# The same, where it is the sender that is refused: an empty one is replaced by the desk's own, after that it is the desk's trouble.
ABOUT_THE_SENDER: Rows = (
    ("Exchange", DOT, SENDER, 550, "5.7.60 SMTP; Client does not have permissions to send as this sender"),
    ("Exchange 2010", DOT, SENDER, 550, "5.7.1 Client does not have permissions to send as this sender"),
    ("Exchange Online", DOT, SENDER, 554, "5.2.252 SendAsDenied; desk@example.com not allowed to send as other@example.com"),
    ("Exchange Online", DOT, SENDER, 554, "5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied"),
    ("Exchange Online", DOT, SENDER, 550, "5.1.8 Access denied, bad outbound sender AS(42003)"),
    ("Postfix", RCPT, SENDER, 553, "5.7.1 <>: Sender address rejected: not owned by user desk"),
    ("Postfix", RCPT, SENDER, 554, "5.7.1 <desk@example.com>: Sender address rejected: Access denied"),
    ("Postfix", RCPT, SENDER, 550, "5.1.0 <desk@example.com>: Sender address rejected: User unknown in virtual mailbox table"),
    ("Postfix", RCPT, SENDER, 450, "4.1.8 <desk@example.com>: Sender address rejected: Domain not found"),
    ("Postfix", RCPT, SENDER, 504, "5.5.2 <desk>: Sender address rejected: need fully-qualified address"),
    ("Exim", RCPT, SENDER, 550, "Sender verify failed"),
    ("Exim with cPanel", DOT, SENDER, 550, "You are not allowed to send as this sender"),
    ("IONOS, GMX, WEB.DE", RCPT, SENDER, 550, "Sender address is not allowed."),
    ("IONOS, GMX, WEB.DE", MAIL, SENDER, 550, "Requested action not taken: mailbox unavailable\nSender address is not allowed."),
    ("a Polish provider", RCPT, SENDER, 550, "5.1.0 <desk@example.com> sender rejected"),
    ("a server in German", RCPT, SENDER, 550, "5.7.1 Absenderadresse nicht erlaubt"),
    ("Amazon SES", DOT, SENDER, 554, "Message rejected: Email address is not verified. The following identities failed the check"),
    ("SendGrid", DOT, SENDER, 550, "The from address does not match a verified Sender Identity."),
    ("SendGrid", RCPT, SENDER, 550, "Unauthenticated senders not allowed"),
    ("any server at MAIL FROM", MAIL, SENDER, 550, "5.7.1 Access denied"),
    ("any server at MAIL FROM", MAIL, SENDER, 501, "5.1.7 bad sender"),
    ("any server at MAIL FROM", MAIL, SENDER, 550, "no such user"),
    ("any server at MAIL FROM", MAIL, SENDER, 550, "5.2.1 mailbox disabled"),
)

# One letter, or one mailbox: all others leave.
ONE_LETTER: Rows = (
    ("a full mailbox", RCPT, LETTER, 552, "5.2.2 <eva@example.org>: Recipient address rejected: Mailbox is full"),
    ("a full mailbox", DOT, LETTER, 552, "5.2.2 mailbox full, quota exceeded"),
    ("a full mailbox", RCPT, LETTER, 452, "4.2.2 The recipient's inbox is out of storage space"),
    ("a full mailbox at IONOS", RCPT, LETTER, 550, "Quota Exceeded"),
    ("a full mailbox without a status", RCPT, LETTER, 552, "full"),
    ("a mailbox that is switched off", RCPT, LETTER, 550, "5.2.1 The email account that you tried to reach is disabled"),
    ("a mailbox that gets too much", RCPT, LETTER, 450, "4.2.1 The user you are trying to contact is receiving email too quickly"),
    ("greylisting", RCPT, LETTER, 450, "4.7.1 <eva@example.org>: Recipient address rejected: Greylisted, see http://postgrey.example/"),
    ("greylisting", RCPT, LETTER, 451, "4.7.1 Greylisting in action, please come back later"),
    ("greylisting of the sender", RCPT, LETTER, 450, "4.2.0 sender rejected: greylisted"),
    ("spam", DOT, LETTER, 550, "5.7.1 message rejected as spam"),
    ("spam", DOT, LETTER, 554, "5.7.1 Spam message rejected"),
    ("spam at Strato", DOT, LETTER, 550, "5.7.1 Refused by local policy. No SPAM please!"),
    ("spam at amavis", DOT, LETTER, 554, "5.7.0 Reject, id=1234-05 - SPAM"),
    ("a virus", DOT, LETTER, 550, "5.7.1 virus detected by ClamAV"),
    ("a link in the text", DOT, LETTER, 554, "5.7.1 [P4] Message blocked due to spam content in the message."),
    ("a recipient who takes no mail from us", RCPT, LETTER, 550, "5.7.1 <eva@example.org>: Recipient does not accept mail from you"),
    ("Exchange, a closed list", RCPT, LETTER, 550, "5.7.124 Sender not in allowed-senders list"),
    ("Exchange Online", RCPT, LETTER, 550, "5.4.1 Recipient address rejected: Access denied. AS(201806281)"),
    ("Exchange Online, a banned recipient", RCPT, LETTER, 550, "5.7.505 Access denied, banned recipient"),
    ("Postfix, one address that is closed", RCPT, LETTER, 554, "5.7.1 <eva@example.org>: Recipient address rejected: Access denied"),
    ("nothing but a number", RCPT, LETTER, 550, "no"),
    ("nothing but a number", DOT, LETTER, 554, "5.0.0 never"),
    ("the content", DOT, LETTER, 554, "5.6.0 Message contains NUL characters"),
    ("no recipient was taken", DATA, LETTER, 554, "5.5.1 Error: no valid recipients"),
    ("a busy server", DOT, LETTER, 451, "4.3.0 Error: queue file write error"),
    ("a busy server", MAIL, LETTER, 452, "4.3.1 Insufficient system storage"),
    ("a busy server", MAIL, LETTER, 451, "4.7.1 Service unavailable - try again later"),
    ("a parameter at MAIL FROM", MAIL, LETTER, 555, "5.5.4 Unsupported option: BODY=8BITMIME"),
)

NO_SUCH_ADDRESS: Rows = (
    ("Postfix", RCPT, ADDRESS, 550, "5.1.1 <eva@example.org>: Recipient address rejected: User unknown in local recipient table"),
    ("Postfix", RCPT, ADDRESS, 554, "5.7.1 <eva@example.org>: Recipient address rejected: user unknown"),
    (
        "Postfix, that asks first", RCPT, ADDRESS, 550,
        "5.1.1 <eva@example.org>: Recipient address rejected: undeliverable address: host mx said: 554 5.7.1 Relay access denied",
    ),
    ("Postfix", RCPT, ADDRESS, 450, "4.1.2 <eva@exmaple.org>: Recipient address rejected: Domain not found"),
    ("Gmail", RCPT, ADDRESS, 550, "5.1.1 The email account that you tried to reach does not exist."),
    ("Exchange", RCPT, ADDRESS, 550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
    ("Exim", RCPT, ADDRESS, 550, "Unrouteable address: unknown user"),
    ("qmail", RCPT, ADDRESS, 550, "sorry, no mailbox here by that name"),
    ("Strato", RCPT, ADDRESS, 550, "recipient e-mail address unknown"),
    ("IronPort", RCPT, ADDRESS, 550, "#5.1.0 Address rejected."),
    ("a domain without mail", RCPT, ADDRESS, 556, "5.1.10 Recipient address has null MX"),
    ("moved", RCPT, ADDRESS, 551, "5.1.6 gone"),
    ("a server in German", RCPT, ADDRESS, 550, "Empfänger unbekannt"),
)  # fmt: skip

TOO_BIG: Rows = (
    ("Postfix", MAIL, SIZE, 552, "5.3.4 Message size exceeds fixed limit"),
    ("a server without a status", MAIL, SIZE, 552, "too large"),
    ("a recipient", RCPT, SIZE, 552, "5.2.3 message length exceeds what this recipient takes"),
    ("Postfix", DOT, SIZE, 554, "5.3.4 message file too big"),
)

# Written after the rules: how other servers word it.
OTHERS: Rows = (
    ("MailEnable", RCPT, DESK, 503, "This mail server requires authentication when attempting to send to a non-local e-mail address."),
    ("Zoho", RCPT, DESK, 553, "Relaying disallowed as desk@example.com"),
    ("Lotus Domino", RCPT, DESK, 554, "Relay rejected for policy reasons."),
    ("Sendmail, as some word it", RCPT, DESK, 550, "5.7.1 <eva@example.org>... we do not relay"),
    ("Exim, as some word it", RCPT, DESK, 550, "relaying to <eva@example.org> prohibited by administrator"),
    ("Kerio Connect", RCPT, DESK, 550, "5.7.1 Relaying to <eva@example.org> denied (authentication required)"),
    ("Courier", RCPT, DESK, 513, "Relaying denied."),
    ("James", MAIL, DESK, 530, "5.7.1 Authentication Required"),
    ("Brevo", DOT, DESK, 502, "5.7.0 Your SMTP account is not yet activated."),
    ("Brevo", RCPT, DESK, 525, "5.7.1 Unauthorized IP address"),
    ("a gateway with a limit", RCPT, DESK, 550, "5.7.1 exceeded hour limit"),
    ("Zoho, under the status of a loop", DOT, LETTER, 550, "5.4.6 Unusual sending activity detected. Please try after sometime."),
    ("NetEase", MAIL, SENDER, 553, "Mail from must equal authorized user"),
    ("QQ", RCPT, SENDER, 501, "mail from address must be same as authorization user"),
    ("Yandex", RCPT, SENDER, 553, "5.7.1 Sender address rejected: not owned by auth user."),
    ("Mail.ru", RCPT, SENDER, 550, "not local sender over smtp"),
    ("Mailjet", DOT, SENDER, 550, "5.7.1 Sender domain is not active"),
    ("SparkPost", DOT, SENDER, 550, "5.7.1 Unconfigured Sending Domain <example.com>"),
    ("MailChannels", DOT, SENDER, 550, "5.7.1 [SDNF] Sender Domain Not Found"),
    ("Yahoo", RCPT, SENDER, 553, "5.7.1 From address not verified"),
    ("Yandex, spam", DOT, LETTER, 554, "5.7.1 Message rejected under suspicion of SPAM"),
    ("Mimecast", RCPT, LETTER, 550, "Rejected by header based manually Blocked Senders"),
    ("Mimecast", RCPT, LETTER, 550, "Administrative prohibition - envelope blocked"),
    ("Barracuda", DOT, LETTER, 550, "permanent failure for one or more recipients (eva@example.org:blocked)"),
    ("a recipient's filter", RCPT, LETTER, 550, "5.7.1 The recipient has blocked this sender"),
    ("a mailbox limit", RCPT, LETTER, 550, "5.2.0 mailbox has exceeded the limit"),
    ("a mailbox limit without a status", RCPT, LETTER, 552, "Mailbox limit exceeded for this email address"),
    ("Exchange", RCPT, LETTER, 550, "5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; restriction"),
    ("one host of a load balancer", RCPT, LETTER, 451, "4.7.0 Temporary lookup failure"),
    ("a closed group", RCPT, LETTER, 550, "5.7.1 sender not authorized to send to this group"),
    ("a recipient's list", RCPT, LETTER, 550, "5.7.1 sender is not accepted by the recipient"),
    ("Mimecast", RCPT, ADDRESS, 550, "Invalid Recipient"),
    ("Yahoo", DOT, ADDRESS, 554, "delivery error: dd This user doesn't have a yahoo.example account"),
    ("Domino", RCPT, ADDRESS, 550, "eva@example.org... No such user"),
    ("Lotus", RCPT, ADDRESS, 550, "5.1.1 eva is not listed in the directory"),
    ("a server in French", RCPT, ADDRESS, 550, "5.1.1 Adresse d au moins un destinataire invalide"),
    ("Sina", RCPT, ADDRESS, 550, "5.7.1 mailbox not found"),
    ("Postfix", RCPT, DESK, 554, "5.7.1 <unknown[203.0.113.9]>: Client host rejected: cannot find your reverse hostname"),
    ("SmarterMail", RCPT, DESK, 550, "<eva@example.org> No such user here. Relay not allowed, authentication is required"),
    ("MDaemon", RCPT, DESK, 550, "<eva@example.org>... Sorry, this server does not relay mail for unauthenticated users"),
    ("Stalwart", RCPT, DESK, 550, "5.1.2 Relay not allowed."),
    ("maddy", RCPT, DESK, 530, "5.7.0 Authentication required"),
    ("Scaleway", DOT, DESK, 554, "5.7.1 daily quota exceeded for your project"),
    ("Mailbox.org", RCPT, SENDER, 553, "5.7.1 <info@x.example>: Sender address rejected: not logged in as owner"),
    ("Plesk", RCPT, SENDER, 550, "5.7.1 Command rejected: sender not allowed for this login"),
    ("Fastmail", DOT, SENDER, 551, "5.7.1 Not authorised to send from this header address"),
    ("Hosteurope", RCPT, SENDER, 550, "sender envelope address not allowed"),
    ("ProtonMail bridge", MAIL, SENDER, 554, "5.7.1 invalid return path"),
    ("Cyrus", RCPT, LETTER, 550, "5.2.1 Mailbox inactive"),
    ("Rspamd", DOT, LETTER, 554, "5.7.1 Gtube pattern"),
    ("SpamAssassin milter", DOT, LETTER, 550, "5.7.1 Blocked by SpamAssassin"),
    ("T-Online as a recipient", RCPT, LETTER, 550, "5.2.0 mailbox temporarily disabled"),
    ("Zimbra", RCPT, LETTER, 452, "4.2.2 Over quota"),
    ("Zimbra", RCPT, LETTER, 550, "5.2.2 User over quota"),
    ("a list", RCPT, LETTER, 550, "5.7.2 You are not allowed to post to this mailing list"),
    ("Outlook", RCPT, LETTER, 550, "5.5.0 Requested action not taken: mailbox unavailable"),
    ("greylist", RCPT, LETTER, 450, "4.7.1 <eva@example.org>: Recipient address rejected: Policy restrictions; try later"),
    ("Orange", RCPT, ADDRESS, 550, "5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR204_418"),
    ("freenet", RCPT, ADDRESS, 550, "inactive recipient, unknown local part"),
    ("GMX as a recipient", RCPT, LETTER, 550, "Requested action not taken: mailbox unavailable"),
    ("Haraka", RCPT, ADDRESS, 550, "no such user eva"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("server", "step", "concern", "code", "text"), [*OWN, *ABOUT_THE_SENDER, *ONE_LETTER, *NO_SUCH_ADDRESS, *TOO_BIG, *OTHERS]
)
def test_a_refusal_is_about(server: str, step: Step, concern: Concern, code: int, text: str) -> None:
    assert concern_of(Reply(step, code, text)) is concern, server


@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.1.3", "5.1.10", "5.1.0", "5.1.6"])
def test_an_address_is_dead_where_the_report_says_that_there_is_none(status: str) -> None:
    assert is_dead_address(status)


@pytest.mark.parametrize(
    "status", ["5.2.2", "5.2.1", "5.7.1", "5.7.26", "5.4.1", "5.0.0", "4.1.1", "5.1.7", "5.1.8", "5.1.90", "5.10.1", "", "5.3.4"]
)
def test_an_address_lives_where_the_report_says_anything_else(status: str) -> None:
    assert not is_dead_address(status)
