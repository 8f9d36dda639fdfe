# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The writer's own words: what mail programs set for other languages write above quoted mail and below a text."""

from __future__ import annotations

import pytest

from maildesk.adapters.parse.text.own_words import own_words

OWN = "Guten Tag,\n\nder Termin passt mir.\n\nEva Muster"
ADDRESS = "Desk <desk@example.com>"

# With the day, the time of day and the address: the mail that follows need not be marked.
ATTRIBUTIONS = {
    "English": f"On Mon, Nov 23, 2026 at 9:15 AM {ADDRESS} wrote:",
    "English, folded in the date": f"On Mon, Nov 23,\n2026 at 9:15 AM, {ADDRESS}\nwrote:",
    "English, Apple": f"On Nov 23, 2026, at 9:15 AM, {ADDRESS} wrote:",
    "English, folded thrice": "On Nov 23, 2026, at 9:15 AM, Desk of the New Ways\n<desk@example.com>\nwrote:",
    "English, a long name": "On Monday, November 23, 2026, at 9:15:00 AM,\nDesk Of The New Ways\n<desk@example.com> wrote:",
    "English, no space": "On Mon, Nov 23, 2026 at 9:15 AM, Desk\n<desk@example.com>wrote:",
    "English, Zoho": "---- On Mon, 23 Nov 2026 09:15:00 +0100 desk@example.com wrote ----",
    "Dutch": f"Op ma 23 nov 2026 om 09:15 schreef {ADDRESS}:",
    "Dutch, on a telephone": 'Op 23 nov. 2026 09:15 schreef "Desk" <desk@example.com> het\nvolgende geschreven:',
    "French": f"Le lun. 23 nov. 2026 à 09:15, {ADDRESS} a écrit :",
    "French, folded": 'Le 23 nov. 2026 09:15, "Desk"\n<desk@example.com>\na écrit :',
    "Spanish": "El lun, 23 nov 2026 a las 9:15, Desk (<desk@example.com>) escribió:",
    "Catalan": "Missatge de Desk <desk@example.com> del dia dl., 23 de nov. 2026 a les 9:15:",
    "Portuguese": f"Em seg., 23 de nov. de 2026 às 09:15, {ADDRESS} escreveu:",
    "Portuguese, folded": "Em 23 de novembro de 2026 às 09:15:00, Desk (\ndesk@example.com) escreveu:",
    "Italian": f"Il giorno lun 23 nov 2026 alle ore 09:15 {ADDRESS} ha scritto:",
    "Italian, dots": f"Il 23 novembre 2026 alle 9.15 {ADDRESS} ha scritto:",
    "Romanian": f"În lun., 23 nov. 2026 la 09:15, {ADDRESS} a scris:",
    "Danish": f"Den man. 23. nov. 2026 kl. 09.15 skrev {ADDRESS}:",
    "Norwegian": f"man. 23. nov. 2026 kl. 09:15 skrev {ADDRESS}:",
    "Swedish": f"Den mån 23 nov. 2026 kl 09:15 skrev {ADDRESS}:",
    "Finnish": f"ma 23. marrask. 2026 klo 9.15 {ADDRESS} kirjoitti:",
    "Estonian": f"Kuupäev E, 23. november 2026 kell 09:15 kirjutas {ADDRESS}:",
    "Polish": f"pon., 23 lis 2026 o 09:15 {ADDRESS} napisał(a):",
    "Polish, with the day": f"W dniu 23.11.2026 o 09:15, {ADDRESS} pisze:",
    "Czech": f"po 23. 11. 2026 v 9:15 odesílatel {ADDRESS} napsal:",
    "Slovak": f"po 23. 11. 2026 o 9:15 {ADDRESS} napísal(a):",
    "Croatian": f"pon, 23. stu 2026. u 09:15 {ADDRESS} napisao je:",
    "Hungarian": f"{ADDRESS} ezt írta (időpont: 2026. nov. 23., H, 9:15):",
    "Turkish": f"{ADDRESS}, 23 Kas 2026 Pzt, 09:15 tarihinde şunu yazdı:",
    "Greek": f"Στις Δευ 23 Νοε 2026 στις 9:15 π.μ., ο χρήστης {ADDRESS} έγραψε:",
    "Russian": f"пн, 23 нояб. 2026 г. в 09:15, {ADDRESS}:",
    "Russian, mail.ru": f"Понедельник, 23 ноября 2026, 9:15 +03:00 от {ADDRESS}:",
    "Russian, Yandex": '23.11.2026, 09:15, "Desk" <desk@example.com>:',
    "Russian, a telephone": '23 нояб. 2026 г. 09:15 пользователь "Desk" <\ndesk@example.com> написал:',
    "Ukrainian": f"пн, 23 лист. 2026 р. о 09:15 {ADDRESS} пише:",
    "Bulgarian": f"На пн, 23.11.2026 г. в 9:15 {ADDRESS} написа:",
    "Hebrew": "\u202bבתאריך יום ב׳, 23 בנוב׳ 2026 ב-9:15 מאת \u202aDesk\u202c\u200f <\u202adesk@example.com\u202c\u200f>:\u202c",
    "Arabic": f"في الاثنين، 23 نوفمبر 2026 في 9:15 ص تمت كتابة ما يلي بواسطة {ADDRESS}:",
    "Vietnamese": f"Vào Th 2, 23 thg 11, 2026 vào lúc 09:15 {ADDRESS} đã viết:",
    "Indonesian": f"Pada tanggal Sen, 23 Nov 2026 pukul 09.15 {ADDRESS} menulis:",
    "Chinese": f"{ADDRESS} 于2026年11月23日周一 09:15写道：",
    "Chinese, with the day first": f"在 2026年11月23日，09:15，{ADDRESS} 写道：",
    "Japanese": f"2026年11月23日(月) 9:15 {ADDRESS}:",
    "Korean": f"2026년 11월 23일 (월) 오전 9:15, {ADDRESS}님이 작성:",
    "any, with the zone": f"2026-11-23 9:15 GMT+01:00 {ADDRESS}:",
}

# Without all of these they need the marks.
ONLY_MARKED = {
    "English": "On 11/23/2026 9:15 AM, Desk wrote:",
    "English, to you": "At 11/23/2026 09:15 AM, you wrote:",
    "English, by a list": "Desk via List <list@example.com> wrote:",
    "French": "Le 23/11/2026 à 09:15, Desk a écrit :",
    "Spanish": "El lunes, 23 de noviembre de 2026, Desk escribió:",
    "Italian": "Il 23/11/2026 09:15, Desk ha scritto:",
    "Polish": "Dnia 23 listopada 2026 09:15 Desk napisał(a):",
    "Russian": "понедельник, 23 ноября 2026 г. пользователь Desk написал:",
    "Dutch": "Op 23-11-2026 om 09:15 schreef Desk:",
}

BLOCKS = {
    "English": "From: Desk <desk@example.com>\nSent: Monday, November 23, 2026 9:15 AM\nTo: Eva Muster\nSubject: Re: Concern",
    "English, Apple": "From: Desk <desk@example.com>\nReply-To: d@example\nDate: Monday, 23 November 2026 at 09:15\nTo: Eva\nSubject: a",
    "English, Hotmail": "Date: Mon, 23 Nov 2026 09:15:00 +0100\nSubject: Concern\nFrom: desk@example.com\nTo: eva@example.org",
    "Dutch": "Van: Desk <desk@example.com>\nVerzonden: maandag 23 november 2026 09:15\nAan: Eva Muster\nOnderwerp: Re: Vraag",
    "French": "De : Desk <desk@example.com>\nEnvoyé : lundi 23 novembre 2026 09:15\nÀ : Eva Muster\nObjet : Re: Question",
    "French, indented": "      De : Desk <desk@example.com>\n À : Eva\n Envoyé le : Lundi 23 novembre 2026 9h15\n Objet : Re",
    "Spanish": "De: Desk <desk@example.com>\nEnviado el: lunes, 23 de noviembre de 2026 9:15\nPara: Eva Muster\nAsunto: RE: Pregunta",
    "Portuguese": "De: Desk <desk@example.com>\nEnviada em: segunda-feira, 23 de novembro de 2026 09:15\nPara: Eva Muster\nAssunto: RES: a",
    "Italian": "Da: Desk <desk@example.com>\nInviato: lunedì 23 novembre 2026 09:15\nA: Eva Muster\nOggetto: R: Domanda",
    "Danish": "Fra: Desk <desk@example.com>\nSendt: 23. november 2026 09:15\nTil: Eva Muster\nEmne: SV: Spørgsmål",
    "Swedish": "Från: Desk <desk@example.com>\nSkickat: den 23 november 2026 09:15\nTill: Eva Muster\nÄmne: SV: Fråga",
    "Finnish": "Lähettäjä: Desk <desk@example.com>\nLähetetty: maanantai 23. marraskuuta 2026 9.15\nVastaanottaja: Eva\nAihe: VS: Kysymys",
    "Polish": "Od: Desk <desk@example.com>\nWysłano: poniedziałek, 23 listopada 2026 09:15\nDo: Eva Muster\nTemat: Odp.: Pytanie",
    "Czech": "Od: Desk <desk@example.com>\nOdesláno: pondělí 23. listopadu 2026 9:15\nKomu: Eva Muster\nPředmět: RE: Dotaz",
    "Hungarian": "Feladó: Desk <desk@example.com>\nElküldve: 2026. november 23., hétfő 9:15\nCímzett: Eva Muster\nTárgy: RE: Kérdés",
    "Turkish": "Kimden: Desk <desk@example.com>\nGönderildi: 23 Kasım 2026 Pazartesi 09:15\nKime: Eva Muster\nKonu: Ynt: Soru",
    "Russian": "От: Desk <desk@example.com>\nОтправлено: 23 ноября 2026 г. 9:15\nКому: Eva Muster\nТема: RE: Вопрос",
    "Ukrainian": "Від: Desk <desk@example.com>\nНадіслано: 23 листопада 2026 р. 9:15\nКому: Eva Muster\nТема: RE: Питання",
    "Chinese": "发件人: Desk <desk@example.com>\n发送时间: 2026年11月23日 9:15\n收件人: Eva Muster\n主题: 答复",
    "Chinese, wide colons": "发件人：Desk <desk@example.com>\n日期：2026年11月23日 9:15\n收件人：Eva Muster\n主题：答复",
    "Japanese": "差出人: Desk <desk@example.com>\n送信日時: 2026年11月23日 9:15\n宛先: Eva Muster\n件名: 質問",
    "Korean": "보낸 사람: Desk <desk@example.com>\n보낸 날짜: 2026년 11월 23일 월요일 오전 9:15\n받는 사람: Eva Muster\n제목: 질문",
    "Hebrew": "מאת: Desk <desk@example.com>\nנשלח: 23 נובמבר 2026 9:15\nאל: Eva Muster\nנושא: שאלה",
}

SEPARATORS = [
    "-----Original Message-----",
    "-----original message-----",
    "----- Forwarded message -----",
    "-----Oorspronkelijk bericht-----",
    "-------- Message d'origine --------",
    "-----Message d’origine-----",
    "-----Mensaje original-----",
    "-----Mensagem original-----",
    "-----Messaggio originale-----",
    "-------- Oprindelig besked --------",
    "-----Opprinnelig melding-----",
    "-----Ursprungligt meddelande-----",
    "-----Alkuperäinen viesti-----",
    "-----Wiadomość oryginalna-----",
    "-----Původní zpráva-----",
    "-----Eredeti üzenet-----",
    "-----Orijinal Mesaj-----",
    "-------- Исходное сообщение --------",
    "-----原始邮件-----",
    "-----元のメッセージ-----",
    "-----원본 메시지-----",
]

TAGLINES = [
    "Sent from my iPhone",
    "Sent from my Verizon Wireless 4G LTE smartphone",
    "Sent from Yahoo Mail on Android",
    "Sent from Mail for Windows 10",
    "Sent via the Samsung Galaxy S26, an AT&T 5G smartphone. Sorry for typos.",
    "Sent from my cell, please excuse any typos.",
    "(sent from a phone)",
    "Get Outlook for iOS<https://aka.ms/example>",
    "Verstuurd vanaf mijn iPhone",
    "Verzonden met BlackBerry Work",
    "Envoyé de mon iPhone",
    "Envoyé depuis mon téléphone Samsung",
    "Télécharger Outlook pour Android",
    "Enviado desde mi iPhone",
    "Obtener Outlook para Android",
    "Enviado do meu iPhone",
    "Inviato da iPhone",
    "Inviato dal mio Galaxy",
    "Trimis de pe iPhone-ul meu",
    "Sendt fra min iPhone",
    "Skickat från min iPhone",
    "Lähetetty iPhonesta",
    "Wysłane z iPhone'a",
    "Odesláno z iPhonu",
    "iPhone-ról küldve",
    "iPhone'umdan gönderildi",
    "Отправлено с iPhone",
    "Отправлено из мобильной Почты Mail.ru",
    "Надіслано з iPhone",
    "发自我的iPhone",
    "從我的 iPhone 傳送",
    "iPhoneから送信",
    "나의 iPhone에서 보냄",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
@pytest.mark.parametrize("mail", ["Hello!\n\nDesk", "> Hello!\n>\n> Desk"], ids=["not marked", "marked"])
def test_an_attribution_that_no_person_types_is_enough(attribution: str, mail: str):
    assert own_words(f"{OWN}\n\n{attribution}\n\n{mail}") == OWN


@pytest.mark.parametrize("attribution", ONLY_MARKED.values(), ids=ONLY_MARKED)
def test_any_other_attribution_needs_marks_behind_it(attribution: str):
    assert own_words(f"{OWN}\n\n{attribution}\n> Hello!") == OWN
    assert own_words(f"{OWN}\n\n{attribution}\nHello!") == f"{OWN}\n\n{attribution}\nHello!"


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_a_header_block_in_any_language_begins_the_quoted_mail(block: str):
    assert own_words(f"{OWN}\n\n{block}\n\nHello!\n\nDesk") == OWN


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_separator_in_any_language_begins_it(separator: str):
    assert own_words(f"{OWN}\n\n{separator}\n\nHello!\n\nDesk") == OWN


@pytest.mark.parametrize("tagline", TAGLINES)
def test_a_tagline_in_any_language_goes(tagline: str):
    assert own_words(f"{OWN}\n\n{tagline}") == OWN
