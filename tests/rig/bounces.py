# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""What mail servers write when a mail fails or waits, for tests: in all of them it is eva@example.org who did not get our letter."""

from __future__ import annotations

LETTER = "KD-2026-00042.aaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb@example.com"
RETURNED = (
    "Received: from desk.example.com by mx.example.net; Mon, 23 Nov 2026 09:00:00 +0100\n"
    f"Message-ID: <{LETTER}>\nFrom: Kundendialog <desk@example.com>\nTo: eva@example.org\nSubject: Ihr Anliegen\n\nGuten Tag\n"
)

# The words of one server each, with the address that failed.
FAILURES: dict[str, str] = {
    "qmail": (
        "Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to"
        " the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n<eva@example.org>:\nSorry, no mailbox"
        " here by that name. (#5.1.1)\n"
        "\n--- Below this line is a copy of the message.\n\n"
    ),
    "Postfix without parts": (
        "This is the mail system at host mx.example.net.\n\nI'm sorry to have to inform you that your message could not\n"
        "be delivered to one or more recipients. It's attached below.\n\nFor further assistance, please send mail to"
        " postmaster@example.net.\n\n"
        "                   The mail system\n\n<eva@example.org> (expanded from <e.m@example.org>): host mx.example.org[192.0.2.7]\n"
        "    said: 550 5.1.1 <eva@example.org>: User unknown (in reply to RCPT TO command)\n\n"
    ),
    "Exim": (
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be"
        " delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n\n  eva@example.org\n"
        "    host mx.example.org [192.0.2.7]\n    SMTP error from remote mail server after RCPT TO:<eva@example.org>:\n"
        "    550 5.1.1 unknown\n\n------ This is a copy of the message, including all the headers. ------\n\n"
    ),
    "GMX auf Deutsch": (
        "Diese Nachricht wurde automatisch von einem Mail-Zustellsystem erstellt.\n\nDie von Ihnen gesendete Nachricht"
        " konnte an einen oder mehrere\n"
        "Empfänger nicht zugestellt werden. Dies ist ein dauerhafter Fehler.\nDie folgende(n) Adresse(n) schlugen"
        " fehl:\n\neva@example.org:\n"
        "SMTP error from remote server for RCPT TO command, host: mx.example.org\n\n--- Der Header der Originalnachricht folgt. ---\n\n"
    ),
    "T-Online": (
        "|------------------------- Message log follows: -------------------------|\n no valid recipients were found for this message\n"
        "|------------------------- Failed addresses follow: ---------------------|\n <eva@example.org> ... unknown user\n"
        "|------------------------- Message text follows: ------------------------|\n"
    ),
    "a German server in one sentence": (
        "Ihre Nachricht an <eva@example.org> konnte nicht zugestellt werden, weil das Postfach voll ist.\n\nOriginalnachricht:\n\n"
    ),
    "a German server with a list": (
        "Ihre E-Mail konnte leider nicht zugestellt werden.\n\nBetroffene Empfänger:\n  * eva@example.org\n\nGrund: Empfänger unbekannt\n\n"
        "Es folgt eine Kopie Ihrer Nachricht:\n\n"
    ),
    "old Sendmail": (
        "   ----- Transcript of session follows -----\n550 example.org (smtp)... 550 Host unknown\n"
        "554 <eva@example.org>... 550 Host unknown\n\n   ----- Unsent message follows -----\n"
    ),
    "Sendmail": (
        "The original message was received at Mon, 23 Nov 2026 09:00:00 +0100\nfrom desk.example.com [192.0.2.1]\n\n"
        "   ----- The following addresses had permanent fatal errors -----\n<eva@example.org>\n    (reason: 550 5.1.1 User unknown)\n\n"
        "   ----- Transcript of session follows -----\n... while talking to mx.example.org.:\n>>> MAIL From:<desk@example.com>\n"
        ">>> RCPT To:<eva@example.org>\n<<< 550 5.1.1 User unknown\n\n   ----- Original message follows -----\n"
    ),
    "OpenSMTPD": (
        "    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this e-mail.\n\n    An error has occurred"
        " while attempting to deliver"
        " a message for\n    the following list of recipients:\n\neva@example.org: 550 5.1.1 unknown\n\n    Below is a"
        " copy of the original message:\n\n"
    ),
    "DragonFly Mail Agent": (
        "This is the DragonFly Mail Agent v0.13 at mx.example.net.\n\nThere was an error delivering your mail to <eva@example.org>.\n\n"
        "mx.example.org [192.0.2.7] did not like our RCPT TO:\n550 5.1.1 unknown\n\nMessage headers follow.\n\n"
    ),
    "Courier": (
        "This is a delivery status notification from mx.example.net,\nrunning the Courier mail server, version 0.65.\n\n"
        "                           UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be"
        " delivered:\n\n<eva@example.org>:\n"
        "    mx.example.org [192.0.2.7]:\n>>> RCPT TO:<eva@example.org>\n<<< 550 User unknown\n\n"
    ),
    "Gmail": (
        "** Address not found **\n\nYour message wasn't delivered to eva@example.org because the address couldn't be"
        " found, or is unable to receive"
        " mail.\n\nLearn more here: https://support.example.net/?p=NoSuchUser\n\n----- Original message -----\n\n"
    ),
    "Gmail auf Deutsch": (
        "** Adresse nicht gefunden **\n\nIhre Nachricht wurde nicht an eva@example.org zugestellt, weil die Adresse"
        " nicht gefunden wurde oder keine"
        " E-Mails empfangen kann.\n\n----- Ursprüngliche Nachricht -----\n\n"
    ),
    "Gmail, old": (
        "Delivery to the following recipient failed permanently:\n\n     eva@example.org\n\nTechnical details of permanent failure:\n"
        "The error that the other server returned was:\n550 5.1.1 <eva@example.org>... User Unknown\n\n----- Original message -----\n\n"
    ),
    "Yahoo": (
        "Sorry, we were unable to deliver your message to the following address.\n\n<eva@example.org>:\n554: delivery"
        " error: not a valid recipient\n"
        "\n--- Below this line is a copy of the message.\n\n"
    ),
    "Exchange": (
        "Delivery has failed to these recipients or groups:\n\nEva Muster"
        " (eva@example.org)<mailto:eva@example.org>\nThe email address you entered"
        " couldn't be found.\n\nDiagnostic information for administrators:\n\nGenerating server: mx.example.net\n\neva@example.org\n"
        "Remote Server returned '550 5.1.1 RESOLVER.ADR.RecipNotFound; not found'\n\nOriginal message headers:\n\n"
    ),
    "Exchange auf Deutsch": (
        "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\n\nEva Muster (eva@example.org)<mailto:eva@example.org>\n"
        "Die eingegebene E-Mail-Adresse konnte nicht gefunden werden.\n\nDiagnoseinformationen für Administratoren:\n\n"
        "Generierender Server: mx.example.net\n\neva@example.org\n\nUrsprüngliche Nachrichtenkopfzeilen:\n\n"
    ),
    "Exchange auf Deutsch, in one sentence": (
        "Diese Nachricht konnte nicht übermittelt werden.\n\nIhre Nachricht an eva@example.org konnte nicht zugestellt werden.\n"
        "eva wurde bei example.org nicht gefunden.\n\nUrsprüngliche Nachrichtenkopfzeilen:\n\n"
    ),
    "Exchange 2003 auf Deutsch": (
        "Ihre Nachricht hat einige oder alle Empfänger nicht erreicht.\n\n      Betreff:  Ihr Anliegen\n      Gesendet"
        " am:  23.11.2026 09:00\n\n"
        "Folgende(r) Empfänger kann/können nicht erreicht werden:\n\n      eva@example.org am 23.11.2026 09:01\n      "
        "      Das E-Mail-Konto ist nicht"
        " vorhanden.\n\n"
    ),
    "Exchange 5.5 with an X.400 address": (
        "Your message\n\n  To:      x400\n  Subject: Ihr Anliegen\n  Sent:    Mon, 23 Nov 2026 09:00:00 +0100\n\n"
        "did not reach the following recipient(s):\n\nc=DE;a= ;p=EXAMPLE;o=Nord;dda:SMTP=eva@example.org; on Mon, 23"
        " Nov 2026 09:00:01 +0100\n"
        "    The recipient name is not recognized\n\n"
    ),
    "IIS SMTP auf Deutsch": (
        "Dies ist eine automatisch erstellte Benachrichtigung über den Zustellstatus.\n\nÜbermittlung an folgende"
        " Empfänger fehlgeschlagen.\n\n"
        "       eva@example.org\n\n"
    ),
    "Lotus Domino": (
        "Your message\n\n  Subject: Ihr Anliegen\n\nwas not delivered to:\n\n  eva@example.org\n\nbecause:\n\n  User"
        " eva (eva@example.org) not listed in"
        " Domino Directory\n\n"
    ),
    "Lotus Notes": (
        "------- Failure Reasons  --------\n\nUser not listed in public Name & Address Book\neva@example.org\n\n"
        "------- Returned Message --------\n\n"
    ),
    "GroupWise": "The message that you sent was undeliverable to the following:\n\n\teva@example.org (user not found)\n\n",
    "Sun Messaging Server": (
        "Your message cannot be delivered to the following recipients:\n\n  Recipient address: eva@example.org\n  Reason: unknown user\n\n"
    ),
    "Amazon WorkMail": (
        "An error occurred while trying to deliver the mail to the following recipients:\neva@example.org\n\nTechnical report:\n\n"
        "Reporting-MTA: dsn; mx.example.net\nAction: failed\nFinal-Recipient: rfc822; eva@example.org\nStatus: 5.1.1\n\n"
    ),
    "James": (
        "Hi. This is the James mail server at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the"
        " following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.  Below\nI include the list of recipients and the reason.\n\n"
        "eva@example.org\n\nError message below:\n550 unknown\n\n"
    ),
    "hMailServer": (
        "Your message did not reach some or all of the intended recipients.\n\n   Sent: Mon, 23 Nov 2026\n   Subject: Ihr Anliegen\n\n"
        "The following recipient(s) could not be reached:\n\neva@example.org\n   Error Type: SMTP\n   Remote server said: 550 unknown\n\n"
    ),
    "IMail": "Invalid final delivery userid: eva@example.org\n\nOriginal message follows.\n\n",
    "LISTSERV": "--> Error description:\nError-for:  eva@example.org\nError-Code: 0\nError-Text: Message looping\n\n",
    "Mail.Ru": (
        "Это письмо создано автоматически сервером, отвечать на него не нужно.\n\nК сожалению, Ваше письмо не может"
        " быть доставлено одному или"
        " нескольким получателям:\n\n  eva@example.org\n\n"
    ),
    "au": "Your mail sent on: Mon, 23 Nov 2026 09:00:00 +0900\n"
    "     Could not be delivered to: <eva@example.org>\n     As their mailbox is full.\n\n",
    "a filter": "Unable to deliver message to: <eva@example.org>\nDelivery failed for the following reason:\n550 No such user here\n\n",
    "a French server": "Votre message n'a pas pu être délivré à l'adresse suivante :\n\n  eva@example.org\n\n",
}  # fmt: skip

DELAYS: dict[str, str] = {
    "Exim": (
        "This message was created automatically by mail delivery software.\nA message that you sent has not yet been"
        " delivered to one or more of"
        " its\nrecipients after more than 24 hours on the queue on mx.example.net.\n\nThe address to which the message"
        " has not yet been delivered"
        " is:\n\n  eva@example.org\n\nNo action is required on your part.\n"
    ),
    "Sendmail": (
        "    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n"
        "    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n    **********************************************\n\n"
        "Warning: message still undelivered after 4 hours\nWill keep trying until message is 5 days old\n<eva@example.org>... Deferred\n"
    ),
    "Postfix": (
        "# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n\nYour message could not be delivered"
        " for more than 4 hour(s).\n"
        "It will be retried until it is 5 day(s) old.\n\n<eva@example.org>: connect to mx.example.org: Connection timed out\n"
    ),
    "Gmail": (
        "This is an automatically generated Delivery Status Notification\n\nTHIS IS A WARNING MESSAGE"
        " ONLY.\n\nDelivery to the following recipient"
        " has been delayed:\n\n     eva@example.org\n\nMessage will be retried for 2 more day(s)\n"
    ),
    "Gmail auf Deutsch": (
        "** Zustellung unvollständig **\n\nVorübergehendes Problem bei der Zustellung Ihrer Nachricht an"
        " eva@example.org. Gmail versucht es noch"
        " 47 Stunden lang.\n"
    ),
    "OpenSMTPD": "    A message is delayed for more than 4 hours for the following\n"
    "    list of recipients:\n\neva@example.org: Connection refused\n",
    "a German server": "Die Zustellung Ihrer Nachricht an eva@example.org wurde verzögert. Weitere Zustellversuche folgen.\n",
}  # fmt: skip
