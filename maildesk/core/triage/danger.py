# SPDX-FileCopyrightText: 2026 The maildesk authors
# SPDX-License-Identifier: EUPL-1.2
"""The words that indicate danger and of need, as data: patterns as `core.text.patterns` reads them.

A pattern for danger wants the first person, or a threat in so many words: "das bringt mich noch um" is an idiom, "ich bringe sie um
10 Uhr vorbei" is an errand, and "mein Bruder hat sich umgebracht" is grief. Besides German the languages in which most people write.
"""

from __future__ import annotations

from typing import Final

_CHILD: Final = r"(?:kind|kinder|kindern|kindes|baby|säugling|tochter|töchter|sohn|söhne|enkel\w*|mädchen|junge)\b"
_BEATEN: Final = r"(?:geschlagen|misshandelt|missbraucht|verprügelt|eingesperrt)\b"
_CLERK: Final = (
    r"(?:den (?:typ\w*|kerl|chef|sachbearbeiter|mitarbeiter|herrn? \w+)|die (?:sachbearbeiterin|mitarbeiterin|frau \w+)|herrn \w+)"
)
_VICTIM: Final = rf"(?:sie|euch|ihn|dich|alle|jemanden|einen von \w+|{_CLERK})"
_ARMS: Final = r"(?:messer|axt|beil|waffe|pistole|knarre|gewehr|baseballschläger|benzinkanister|kanister)\b"
_HOUSE: Final = r"(?:jobcenter|amt|haus|büro|gebäude|laden|bude|rathaus|auto)\b"
_FILLER: Final = r"(?:(?:nur|noch|einfach|am|liebsten|gern|gerne|lieber|jetzt|endlich|auch|wirklich|bloß) ){0,3}"
_TRAIN: Final = r"vor (?:den|einen|die) (?:zug|s-bahn|bahn|lkw)\b"
_MINE: Final = r"(?:mann|freund|partner|vater|bruder|sohn|stiefvater|lebensgefährte|exmann|ex-mann|ex|er|nachbar)"

SELF_HARM: Final = (
    r"bringe? (?:ich )?mich (?:(?:selbst|selber|jetzt|dann|einfach|noch|heute|bald|wirklich|sonst|morgen|abend|nacht|früh) ){0,4}um§",
    r"(?:ich (?:\w+ ){0,2})?(?:werde|will|möchte|könnte|würde|muss|wollte|kann) (?:ich )(?:\w+ ){0,3}mich (?:\w+ ){0,2}umbringen(?! vor\b)",
    r"ich (?:\w+ ){0,2}(?:werde|will|möchte|könnte|würde|muss|wollte) (?:\w+ ){0,3}mich (?:\w+ ){0,2}umbringen(?! vor\b)",
    r"(?:werde|will|möchte|könnte|würde|muss|wollte|kann) (?:ich )?mich (?:\w+ ){0,2}umbringen(?! vor\b)",
    r"ich mich (?:\w+ ){0,2}umbringe\w*(?! vor\b)|mich (?:\w+ ){0,2}umzubringen\b",
    r"nehme? (?:ich )?mir (?:\w+ ){0,3}das leben\b|mir (?:\w+ ){0,3}das leben (?:(?:zu )?nehmen?|genommen)\b",
    r"(?:habe ich|ich habe|ich) mich (?:\w+ ){0,3}(?:umgebracht|erhängt|vergiftet)\b",
    r"(?:meinem leben|meinem dasein|allem) (?:\w+ ){0,2}ein ende (?:zu )?(?:setz|mach|bereit)\w*|setze? (?:ich )?meinem leben ~ein ende",
    rf"(?:will|möchte|mag) (?:ich )?(?:so )?{_FILLER}(?:nicht|nimmer) (?:mehr )?(?:weiter ?)?leben\b(?! (?:wie|von|ohne|mit|in|hier"
    rf"|bei)\b)",
    r"ich (?:\w+ )?nicht mehr (?:weiter ?)?leben (?:will|möchte|mag)\b",
    rf"(?:will|möchte|würde) (?:ich )?{_FILLER}sterben\b|ich {_FILLER}sterben (?:will|möchte)\b",
    r"(?:wäre|bin) (?:ich )?(?:\w+ )?(?:besser|lieber) tot\b|besser tot als\b|ohne mich (?:\w+ ){0,2}besser dran\b",
    r"(?:selbstmord|suizid)(?:gedank|absicht|gefähr|gefahr|plän)\w*|suizidal\w*|lebensmüde|abschiedsbrief",
    r"(?:begehe|mache|verübe|denke|bleibt|plane|will|werde|möchte) (?:ich )?~(?:selbstmord|suizid)\b",
    r"nicht mehr da sein (?:will|möchte|werde)\b|nicht mehr aufwachen§|keinen ausweg mehr(?! als\b)|nicht mehr am leben sein\b",
    r"keinen sinn mehr (?:im leben|zu leben|am leben)|leben hat ~keinen sinn|wenn sie das (?:hier )?lesen,? ~nicht mehr (?:da|am leben)\b",
    rf"(?:ich|mich) ~{_TRAIN} ~(?:werf|spring|leg|schmei|stürz)\w*|(?:werfe?|lege?|schmeiße?"
    rf"|springe?) (?:ich )?(?:mich )?(?:\w+ ){{0,2}}{_TRAIN}",
    r"(?:springe?|stürze?) (?:ich )?(?:mich )?(?:\w+ ){0,2}(?:von (?:der|einer) brücke|vom (?:dach|hochhaus|balkon))",
    r"(?:ich|mich) ~(?:von (?:der|einer) brücke|vom (?:dach|hochhaus|balkon)) ~(?:spring|stürz)\w*|pulsadern|überdosis",
    r"erhänge? (?:ich )?mich|mich (?:\w+ )?(?:zu )?erhängen|hänge? (?:ich )?mich (?:\w+ ){0,2}auf§|mich auf(?:zu)?hängen\b",
    r"verletze mich selbst|ritze mich|mir (?:\w+ )?(?:etwas|was) an(?:tue|tun|zutun)\b|tue? (?:ich )?mir (?:\w+ ){0,2}(?:etwas|was) an§",
    # A farewell, and the means that somebody has made ready.
    r"(?:alle|meine|die|genug) (?:\w+ )?(?:tabletten|pillen|schlaftabletten) (?:\w+ ){0,2}(?:gesammelt|auf einmal|geschluckt)\b",
    r"(?:strick|seil) (?:\w+ ){0,3}(?:hängt|hangt|bereit|geknüpft|um den hals)\b|(?:niemand|keiner) soll (?:mich|nach mir) (?:\w+ )?suchen",
    r"(?:bin|gehe?|gang) (?:\w+ ){0,3}(?:weg|fort),? (?:für|fia) immer§|(?:für|fia) immer (?:weg|fort)§",
    r"mache? (?:ich )?(?:\w+ ){0,2}schluss mit (?:allem|meinem leben|dem leben)",
    r"kill(?:ing)? myself(?! laughing)|(?<!n't )(?<!not )(?<!dont )(?:want|wanna) (?:to )?die\b|end(?:ing)? my (?:own )?life|suicidal",
    r"commit suicide|don'?t want to live\b(?! in\b| with\b| here\b| like\b)|better off dead|take my own life",
    r"покінчити (?:життя|з собою)|вбити себе|вб'ю себе|не хочу (?:більше )?жити|хочу померти|накласти на себе руки|самогуб\w*",
    r"покончить (?:с собой|жизнь)|покончу с собой|убить себя|убью себя|не хочу (?:больше )?жить|хочу умереть|самоубий\w*|суицид\w*",
    r"intihar (?:edece|etmek|etmey|düşün)\w*|kendimi öldür\w*|canıma kıy\w*|ölmek istiyorum|yaşamak istemiyorum",
    r"سأنتحر|أنتحر|انتحر|الانتحار|(?:سأ|أ)?قتل نفسي|أقتل نفسي|أنهي حياتي|لا أريد (?:أن أعيش|العيش)|أريد أن أموت|أريد الموت",
    r"خودکشی|خودم (?:را|رو) (?:می ?)?بکشم|خودم (?:را|رو) می ?کشم|نمی ?خواهم زنده|می ?خواهم بمیرم",
    r"(?:mă|să mă|ma|sa ma) sinucid\w*|mă omor|vreau să mor|nu mai vreau să trăiesc|îmi iau viața|sinucidere\w*",
    r"самоуби\w*|да се убия|ще се убия|не искам (?:повече )?да живея|искам да умра",
    r"samobójst\w*|zabiję się|się zabiję|zabić się|się zabić|nie chcę (?:już )?żyć|chcę umrzeć|odebrać sobie życie",
)

THREAT: Final = (
    r"letzte warnung (?:an|für) (?:sie|den|die|euch|dich|alle|ihn|herrn?|frau)\b",
    r"(?:wird|werden|werdet|wirst) (?:er|sie|ihr|du|der|die) (?:\w+ ){0,2}(?:sehen|erleben|merken),? was (?:\w+ )?(?:passiert|geschieht)",
    r"(?:er|sie|ihr|du) (?:wird|werden|werdet|wirst) (?:\w+ ){0,2}(?:sehen|erleben|merken),? was (?:\w+ )?(?:passiert|geschieht)",
    r"(?:werden|wird|werdet|wirst) (?:(?!nicht\b)\w+ ){0,3}bereuen\b",
    r"(?:ich weiß|weiß ich)(?: (?!nicht)\w+){0,2},? wo (?:sie|er|du|ihr) (?:\w+ )?(?:wohn|leb)(?:st|en|t)\b(?! (?:kann|könn|soll|darf"
    r"|wird|werd))",
    r"(?:ich weiß|weiß ich)(?: (?!nicht)\w+){0,2},? (?:wann|wo) (?:sie|er|du|ihr|sein|ihre?) ~(?:feierabend|auto|kinder|zur schule)\b",
    r"(?:ich|wir|man|jemand) ~(?<!mich )(?:abstechen|erschießen|abknallen|abschlachten|kaltmachen|niederstechen|ermorden)\b(?! vor\b)",
    r"(?:ich|wir|man) ~(?<!zeit )(?:totschlagen|töten)\b",
    r"schlage? (?:ich )?(?:sie|ihn|euch|dich|alle|jemanden) (?:\w+ ){0,3}(?:tot|zusammen|krankenhausreif)§",
    r"(?:ich|man) ~(?:sie|ihn|euch|dich|alle|jemanden|den|die) ~(?:zusammenschlagen|verprügeln|krankenhausreif)\b",
    rf"bringen? (?:ich |wir )?{_VICTIM} (?:\w+ ){{0,2}}um§",
    rf"(?:ich|wir) (?:\w+ ){{0,2}}{_VICTIM} (?:\w+ ){{0,2}}(?:umbringe|umbringen|umzubringen)\b(?! vor\b)",
    rf"{_MINE} (?:\w+ ){{0,3}}(?:mich|uns|meine \w+) (?:\w+ ){{0,2}}(?:umbringen|umzubringen|töten)\b",
    r"(?:droht|gedroht|drohte)\b,? ~(?:mich|uns|sie|ihn|dich|euch|alle|mein\w*|unser\w*|ihr\w*|sein\w*) ~"
    r"(?:umzubringen|zu töten|umbringen|zu schlagen|schlagen)\b",
    rf"{_MINE} (?:\w+ ){{0,3}}(?:schlägt|verprügelt|würgt) mich\b(?! um\b)(?!~~\bvor\b)",
    r"angst um mein leben|um mein leben fürchte|fürchte ~um mein leben|mit dem tode? bedroht|morddrohung\w*",
    rf"{_HOUSE} ~(?:anzünde|anzuzünden|abfackel|niederbrenn|in brand (?:steck|setz))\w*|in flammen aufgehen",
    rf"(?:zünden?|fackel?n?|fackle|brennen?) (?:ich |wir )?(?:\w+ ){{0,4}}{_HOUSE} (?:\w+ ){{0,3}}(?:an|ab|nieder)§",
    r"(?:mitarbeiter\w*|sachbearbeiter\w*|alle|sie|euch|ihr) (?:\w+ )?(?:sollen|sollt) (?:\w+ ){0,2}(?:brennen|verrecken|sterben)\b",
    r"in die luft (?:zu )?(?:jage|jagen|sprenge|sprengen)\b|(?:sprengen?|jagen?) ~in die luft\b",
    r"laufe? (?:ich )?(?:\w+ ){0,2}amok\b|amok (?:zu )?laufen?\b|amoklauf\w*",
    rf"(?:komme|kommen|besuche|warte|vorbei) ~mit (?:de[mr]|eine[mr]|meine[mr]) (?:\w+ )?{_ARMS}",
    rf"mit (?:de[mr]|eine[mr]|meine[mr]) (?:\w+ )?{_ARMS} ~(?:vorbei|komme|kommen|zu ihnen|ins amt|auf mich|auf uns|bedroht)\b",
    r"(?:bombe|sprengsatz|molotow\w*|handgranate)\b ~(?:gelegt|legen|lege|werfen|werfe|zünden|zünde|bauen|deponier\w*)\b",
    r"garantiere (?:ich )?für nichts\b|(?:kann ich|ich kann|ich) (?:\w+ )?für nichts (?:mehr )?garantieren\b",
    r"sonst passiert (?:hier |noch |bald |ihnen |dir |euch ){0,2}(?:etwas|was)\b|gibt'?s? (?:es )?(?:hier |bald )?tote§|auf die fresse"
    r"|aufs maul",
    r"i(?:'ll| will| am going to|'m going to) (?:kill|shoot|stab|burn|hurt) (?:you|him|her|them|someone|everyone|your)\b"
    r"|i know where you live",
    r"you (?:will|are going to) regret (?:this|it)\b",
    r"(?:seni|sizi|onu|hepinizi) (?:öldür|vuraca|gebert)\w*|nerede oturdu\w* biliyorum",
    r"убью (?:вас|тебя|его|ее|всех)|вб'ю (?:вас|тебе|його|її|всіх)|зарежу|заріжу|знаю,? (?:где|де) (?:вы|ты|ви|ти) жив\w*",
    r"(?:вы|ты|ви|ти) (?:\w+ )?(?:пожалеете|пожалеешь|пошкодуєте|пошкодуєш)|подожгу|підпалю",
    r"س?أقتل(?:ك|كم|ه|هم)\b|ستندم(?:ون)?\b|أعرف أين تسكن\w*",
    r"می ?کشمت\w*|شما را می ?کشم|پشیمان می ?شوید|می ?دانم کجا زندگی می ?کنید",
    r"(?:te|vă|va|îl|îi) (?:omor|ucid)\b|știu unde (?:stai|locui\w*)|(?:o să|veți) regreta\w*",
    r"ще (?:те|ви|го|я|ги) убия|знам къде живее\w*|ще съжалявате",
    r"zabiję (?:cię|was|pana|panią|go|ją|ich)\b|wiem,? gdzie (?:pan |pani |państwo )?mieszka\w*|pożałuje(?:cie|sz)",
)

CHILD: Final = (
    rf"{_CHILD} (?:\w+ ){{0,5}}(?:wird|werden|wurde|wurden) (?:(?!sich\b)\w+ ){{0,5}}{_BEATEN}",
    rf"{_CHILD} (?:\w+ ){{0,5}}(?:wird|werden) (?!~~(?:politik|jobcenter|amt|ihnen|schule|staat)\b)(?:\w+ ){{0,4}}vernachlässigt\b",
    rf"(?:wird|werden|wurde|wurden) (?:(?:das|mein\w*|sein\w*|ihr\w*|unser\w*|die) (?:\w+ )?)?{_CHILD} (?:(?!sich\b)\w+ ){{0,5}}{_BEATEN}",
    rf"(?:schlägt|misshandelt|verprügelt|missbraucht|schlagen) (?:\w+ ){{0,2}}(?:ihre?n?|seine?n?|das|die|den|unsere?n?|meine?n?)"
    rf"(?: \w+)? {_CHILD}(?!~~\bvor\b)",
    rf"vernachlässig(?:t|en) (?:\w+ )?(?:ihre?n?|seine?n?|das)(?: \w+)? {_CHILD}",
    rf"(?:hat|haben) (?:das|mein\w*|sein\w*|ihr\w*|unser\w*|die|den) {_CHILD} (?:(?!sich\b)\w+ ){{0,5}}{_BEATEN}",
    rf"kindeswohlgefährdung|kindesmiss(?:handlung|brauch)\w*|{_CHILD} (?:\w+ ){{0,2}}in (?:\w+ )?gefahr\b|gefahr für (?:\w+ )?{_CHILD}",
    rf"(?:lässt|lassen|sperrt) (?:ihre?n?|seine?n?|das|die) (?:\w+ )?{_CHILD} ~(?:tagelang|nächtelang|nachts|stundenlang|ein)\b",
    r"(?:beats?|hits?|abus(?:es|ing)|beating|hitting) (?:his|her|the|my|their) (?:\w+ )?(?:child|children|son|daughter|kids?|baby)\b",
    r"(?:бьет|бьют|б'є|б'ють|бье) (?:\w+ )?(?:ребенка|ребёнка|детей|дітей|дитину|сына|сина|дочь|доньку)",
    r"çocu(?:ğu|k)\w* (?:dövüyor|istismar)\w*|يضرب (?:ال)?(?:طفل|أطفال|ابن|بنت)\w*|(?:بچه|کودک|فرزند)\w* را (?:کتک )?می ?زن\w*",
    r"(?:bate|abuzează|lovește) (?:copil|fiul|fiica)\w*|бие (?:детето|децата)|bije (?:dzieck|dzieci|syna|córk)\w*",
)

NO_MONEY: Final = (
    r"nichts (?:mehr )?(?:zu|zum) (?:essen|trinken|beißen)\b|seit (?:\w+ )?tagen nichts (?:mehr |richtiges )?gegessen",
    r"kein\w* (?:\w+ )?(?:geld|cent|euro|pfennig)\b (?:\w+ ){0,2}(?:für|zum|um) ~"
    r"(?:essen|lebensmittel|einkauf\w*|windeln|medikament\w*|milch|babynahrung|brot)\b",
    r"(?:kann|können) ~(?:kein\w*|nichts|nicht) ~(?:essen|lebensmittel|windeln|milch|babynahrung) ~(?:kaufen|bezahlen|leisten)\b",
    r"(?:kann|können) (?:\w+ ){0,3}(?:kein\w*|nichts|nicht) (?:\w+ ){0,2}(?:einkaufen|essen kaufen)\b",
    r"(?:habe?|haben|hat) (?:\w+ ){0,4}keinen (?:einzigen )?(?:cent|euro|pfennig)\b(?! (?:zu viel|zuviel))|ohne (?:einen )?cent\b",
    r"mittellos\w*|kühlschrank (?:\w+ ){0,2}leer\b|weiß nicht(?: mehr)?,? wovon\b|wovon (?:soll|sollen) (?:ich|wir|meine) ~(?:leben"
    r"|essen)\b",
    r"(?:habe?|haben) (?:\w+ ){0,4}kein (?:bar)?geld mehr\b(?! (?:für|von|bekommen|erhalten)\b)|konto ist (?:\w+ )?leer\b",
    rf"{_CHILD} (?:\w+ )?(?:haben|hat) (?:\w+ )?hunger\b|(?:müssen|muss) (?:\w+ )?(?:hungern|hunger leiden)\b|wir hungern\b",
    r"no money (?:left )?(?:for|to buy) food|nothing (?:left )?to eat|немає (?:грошей на їжу|що їсти)|нічого їсти|нет денег на еду"
    r"|нечего есть",
    r"yiyecek (?:param|bir şey\w*) (?:yok|kalmadı)|yemek alacak param\w* (?:yok|kalmadı)|aç kaldı\w*|ليس لد(?:ي|ينا) (?:مال|طعام)"
    r"|لا (?:يوجد|نملك|أملك) (?:مال|طعام)",
    r"پول (?:برای )?غذا ندار\w*|چیزی برای خوردن ندار\w*|nu (?:mai )?am bani de mâncare|нямам пари за храна"
    r"|nie mam (?:pieniędzy )?na jedzenie",
)

NO_HOME: Final = (
    r"(?<!meinem )vermieter\w* ~~(?:kündigt|gekündigt|kündigung|kündigen|rauswerf\w*|rausschmeiß\w*|wirft)\b",
    r"wohnung (?:\w+ ){0,2}(?:wurde|wird|ist) (?:\w+ ){0,3}gekündigt\b|(?:wurde|wird) (?:mir |uns )?die wohnung (?:\w+ ){0,2}gekündigt",
    r"(?:wohnung|zuhause|dach über dem kopf) (?:\w+ ){0,2}(?:verliere|verlieren)\b|(?:verliere|verlieren) (?:\w+ ){0,3}(?:die|meine"
    r"|unsere) wohnung",
    r"fristlose\w* kündigung ~~(?:miet|wohnung|vermieter)\w*|(?:miet|wohnung|vermieter)\w* ~~fristlos\w*|wohnungskündigung",
    r"räumungs(?:klage|termin|urteil|androhung|aufforderung)|zwangsräum\w*|droht ~räumung\b|räumung ~droht|(?:obdach"
    r"|wohnungs)los(?:igkeit)?\b",
    r"auf (?:der|die) straße (?:sitz|land|gesetzt|müss|leb|schlaf|setz|werf|geworfen)\w*|(?:sitze|sitzen|stehe|stehen) (?:ich"
    r"|wir) ~auf der straße",
    r"schlafe? (?:\w+ ){0,3}(?:im auto|auf der straße)\b|keine (?:wohnung|bleibe|unterkunft) mehr\b",
    r"(?:muss|müssen) (?:\w+ ){0,4}aus (?:der|meiner|unserer) wohnung (?:raus|ausziehen)\b",
    r"(?:being |got |get |was |be )evict\w*|eviction|homeless|виселяють|виселити|виселять|выселяют|выселят|выселить|выселение|бездомн\w*",
    r"evden (?:at|çıkar)\w*|evsiz kal\w*|tahliye\w*|بلا مأوى|طرد(?:نا|ي|وني)? من (?:المنزل|الشقة|البيت)|بی ?خانمان\w*|از خانه بیرون\w*",
    r"evacua(?:t|re|ți)\w*|fără adăpost|изгонват|без дом\b|eksmi\w*|bezdomn\w*",
)

NO_POWER: Final = (
    r"(?:strom|gas|wasser|heizung) (?!~~(?:warte\w*|büro\w*|gebäude|eingang|halle|toilette\w*)\b)~"
    r"(?:abgestellt|gesperrt|abgeschaltet|abstellen|abzustellen|sperren|abgeklemmt|abschalten|abgedreht)\b",
    r"(?:stell|sperr|schalt|klemm|dreh)(?:t|en) (?:\w+ ){0,3}(?:strom|gas|wasser) (?:\w+ ){0,2}ab§",
    r"(?:strom|gas|versorgungs)sperr\w*|sperr(?:androhung|ankündigung|termin)\w*",
    r"(?:sitze|sitzen|lebe|leben|wohnen|wir sind|ich bin|sind wir|bin ich) (?:\w+ ){0,4}(?:ohne (?:strom|heizung|warmwasser|wasser)"
    r"|im dunkeln)\b",
    r"(?:electricity|power|gas) (?:was|is|has been|will be) (?:\w+ )?(?:cut|shut|disconnected)|(?:відключ|отключ)\w* ~(?:світло|електр"
    r"|газ|свет|электр)\w*",
    r"elektri\w* ~kes\w*|(?:قطع|قطعوا|انقطع)\w* الكهرباء|برق ~قطع|(?:curent|lumin)\w* ~tăi\w*|спря\w* ~ток\w*|(?:odcięli|odcię"
    r"|odłącz)\w* ~prąd\w*",
)

# Urgent, and with no flag of its own.
NEEDS: Final = {
    "rent": r"miete (?:\w+ ){0,4}(?:fällig|nicht (?:gezahlt|bezahlt|überwiesen|zahlen|bezahlen))\b|miet(?:rückst|schuld)\w*"
    r"|(?:kann|können) (?:\w+ ){0,3}(?:die|meine|unsere) miete (?:\w+ ){0,2}nicht\b|keine miete (?:mehr )?(?:zahlen|bezahlen|gezahlt)\b",
    "medicine": r"(?:habe?|haben|bekomme?n?|kriege?n?) (?:\w+ ){0,3}kein\w* (?:\w+ ){0,2}(?:insulin|medikamente?|medizin"
    r"|krankenversicherung)\b"
    r"|(?:insulin|medikamente?|medizin|tabletten) (?:\w+ ){0,4}nicht (?:mehr )?(?:bezahlen|kaufen|leisten|holen)\b"
    r"|ohne (?:insulin|krankenversicherung|krankenversicherungsschutz)\b|nicht (?:mehr )?(?:kranken)?versichert\b",
}
