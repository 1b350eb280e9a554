"""Sentences that belong to the page and not to the article: calls to subscribe, consent to forms, notices, names of icons."""

import re
from collections.abc import Sequence
from functools import cache

from rag.language.sentences import is_icon

LONGEST = 320  # characters; a longer sentence says something

# What a call asks the reader to take, and where.
_SERVICE = (
    r"(?:telegram|whats\s?app|facebook|twitter|instagram|tik\s?tok|you\s?tube|linkedin|reddit|discord|snapchat|pinterest|threads|"
    r"mastodon|bluesky|wechat|weibo|viber|vk|substack|patreon|spotify|flipboard|messenger|tumblr|twitch|rumble|signal|x|"
    r"apple\s+(?:news|podcasts)|google\s+(?:news|play)|social\s+media|(?:the|an?)\s+app\s+store|truth\s+social)"
)
_OFFER = (
    r"(?:(?:e-?)?news\s?letters?|channels?|podcasts?|e-?mails?|inbox|updates?|(?:news|e-?mail|text|breaking)\s+alerts?|alerts|"
    r"notifications?|rss|feeds?|bulletins?|briefings?|digests?|mailing\s+list|(?:latest|breaking|daily|weekly|top)\s+(?:news|stories|"
    r"headlines|updates|deals|offers|posts)|headlines|subscriptions?|memberships?|accounts?|(?:free|digital|unlimited|full)\s+(?:trial|"
    r"access)|web\s?site|blog|magazine|(?:facebook|fan|home)\s?page|our\s+(?:app|news|page|stories|articles|coverage|content|journalism|"
    r"community|group|readers|team|reporting|work|free)|exclusive\s+(?:content|offers|access|stories)|" + _SERVICE + r")\b"
)
_SOFT_START = (
    r"(?:(?:and|so|but|or|then|also|now|please|just|simply|remember\s+to|(?:do\s?n[o’']t|never)\s+forget\s+to|(?:make|be)\s+sure\s+"
    r"(?:to|you|and)|you\s+can(?:\s+also)?|click\s+(?:here\s+)?to|tap\s+(?:here\s+)?to|to\s+[^,.!?]{3,60},|for\s+more(?:\s+[^,.!?]{1,50})?,|"
    r"if\s+you\b[^,.!?]{1,60},)\s+)*"
)
_HERE = r"(?:here|below|now|today|free|online)"
_PIECE = r"(?:articles?|story|stories|posts?|page|piece|videos?|episode|report|content|reading|recipe)"

# A call opens the sentence, in the imperative.
_CALLS = (
    rf"(?:subscribe|sign\s?-?up|register|enrol+)\b(?:[^.!?]*\b{_OFFER}|\s+{_HERE}\b.{{0,80}}$|\W*$)",
    rf"(?:join|follow|like|find|add|friend)\s+(?:us|@\w+)\b(?:.*\b{_OFFER}|\W*$)",
    rf"follow\s+(?:@\w+|our\b.{{1,60}}|.{{1,60}}\bon\s+{_SERVICE}(?:(?:,|,?\s+(?:and|or))\s+{_SERVICE})*\W*$|along\b.{{0,40}}\b(?:live|{_OFFER}))",
    rf"join\s+(?:our\b.{{0,40}}\b{_OFFER}|.{{0,40}}\b(?:conversation|discussion|mailing\s+list|(?:\d\S*|other|fellow)\s+(?:readers|subscribers))\b)",
    rf"(?:visit|check\s+out|browse|explore|see|watch|listen\s+to|download|get|try)\s+(?:our|the\s+free)\b.{{0,60}}\b(?:{_OFFER}|app|shop|store|{_PIECE})",
    rf"(?:get|receive|have)\b.{{1,80}}\b(?:(?:in|to|into)\s+your\s+(?:inbox|e-?mail|phone|mailbox)|delivered|{_OFFER})\W*(?:{_HERE}\W*)?$",
    r"(?:stay|keep)\s+(?:tuned|in\s+touch|connected|informed|updated|up[\s-]to[\s-]date|ahead\s+of)\b(?:\s+(?:with|on|for|to|by|and|about|via)\b.{0,80})?\W*$",
    rf"(?:never|do\s?n[o’']t)\s+miss\s+(?:out|an?|any(?:thing)?|our|the\s+latest)\b(?:[^.!?]*\b(?:{_OFFER}|{_PIECE}|again|beat|thing)|\W*$)",
    r".{0,80}?[–—:;-]\s+(?:sign\s?-?up|subscribe|register|join\s+us|follow\s+us|click\s+here|turn\s+on\s+alerts|read\s+more)\b.{0,40}$",
    r"subscribe\s+to\b.{1,60}\b(?:read|save|support|for\s+(?:only|just|as\s+little\s+as)|(?:a|per)\s+(?:week|month|year))\b.{0,80}$",
    r"(?:find\s+out|learn|discover)\s+more\b.{0,60}\b(?:here|online|below|web\s?site)\W*$",
    r"read\s+the\s+(?:original|full|whole|rest\s+of\s+the)\b.{0,20}\b(?:articles?|story|post|report|version|text)\b.{0,40}$",
    r"(?:catch\s+up|watch|listen)\s+(?:online|again|on\s+demand)\W*$",
    r"get\s+(?:unlimited|full|complete|digital)\s+access\b.{0,80}$",
    r"check\s+your\s+(?:inbox|e-?mail|spam)\b.{0,80}$",
    r"(?:turn|switch)\s+(?:\w+\s+)?notifications\s+o(?:n|ff)\b.{0,60}$",
    r"chip\s+in\b.{0,30}\b(?:our|us)\b.{0,60}$",
    r"press\s+(?:enter|esc\w*|return|space|tab)\s+to\b.{0,40}$",
    r"(?:connect|chat|talk|get\s+in\s+touch)\s+with\s+us\b.{0,60}$",
    r"create\s+(?:an?|your)\s+(?:\w+\s+)?account\b.{0,60}$",
    r"(?:download|available|get|find)\b.{0,30}\b(?:google\s+play|app\s+store)\b.{0,40}$",
    r"(?:buy|book|order|reserve|get)\b.{0,20}\b(?:tickets?|copy|copies|seats?|table|yours)\s+(?:here|now|today|online)\W*$",
    r"(?:report|hide|close|skip|tweet|pin|share|print|save|bookmark)\s+(?:this|an?)(?:\s+(?:ads?|advert\w*|page))?\W*$",
    r"(?:consider|think\s+about)\s+(?:making\s+|giving\s+)?(?:an?\s+)?(?:donat\w+|support\w*\s+us|subscri\w+|contribut\w+|becoming)\b.{0,80}$",
    r"help\s+us\b.{0,80}\b(?:donat\w+|subscri\w+|supporter|member|contribut\w+|gift)\b.{0,40}$",
    r"be\s+the\s+first\s+to\s+(?:know|comment|hear|read|get|find\s+out)\b.{0,60}$",
    r"(?:click|tap|press|swipe)\s+(?:here|the\s+(?:link|button|bell|image|photo|banner)|on\s+(?:the|this)\s+(?:link|button|image|photo)|below|to\s+(?:"
    r"read|see|view|watch|enlarge|expand|play|share|subscribe|copy))\b.*",
    rf"(?:read|see|view|watch|hear|show|load|discover)\s+(?:more|next|also|the\s+full|full|all|related)\s*(?:$|\W+$|[:|»→>–—-].*|{_HERE}\W*$|"
    rf"(?:about|on|from|in|at|of)\b.{{1,80}}$|{_PIECE}\b.{{0,80}}$|comments?\W*$)",
    r"(?:read|read\s+on|continue|keep)\s+reading\b.{0,60}$",
    rf"(?:share|print|save|bookmark|e-?mail|rate|tweet|forward)\s+(?:this|the)\s+{_PIECE}\b.{{0,60}}$",
    rf"(?:share|tweet|pin|post|send)\s+(?:it\s+|this\s+)?(?:on|via|to|with|by)\s+(?:{_SERVICE}|e-?mail|friends|your\s+friends)\b.{{0,30}}$",
    r"(?:leave|post|write|add)\s+(?:us\s+)?(?:a|your)\s+(?:comment|reply|review|rating)\b(?!\s+(?:that|which)).{0,60}$",
    rf"(?:log|sign)\s?-?in\s+(?:to|with|or|{_HERE})\b.{{0,80}}$",
    r"(?:support|help\s+(?:us|support))\s+(?:us|our|independent|quality|local)\b.{0,20}\b(?:work|journalism|news\w*|reporting|mission|site|team|us)\b.{0,60}$",
    rf"(?:donate|contribute|shop|order|buy|learn\s+more|find\s+out\s+more|apply|start\s+your\s+free\s+trial)\s*(?:{_HERE})?\W*$",
    r"(?:donate|contribute|give)\b.{0,30}\bto\s+(?:us|support\s+(?:us|our)|keep\s+(?:us|our))\b.{0,60}$",
    r"become\s+an?\s+(?:\w+\s+)?(?:member|subscriber|supporter|patron|insider)\b.{0,60}$",
    r"(?:contact|e-?mail|write\s+to|text|message|call)\s+us\b.{0,80}$",
    r"(?:send|submit|share|tell)\s+(?:us\s+)?(?:your|us|a)\s+(?:\w+\s+)?(?:tips?|story|stories|feedback|thoughts|comments|photos|questions)\b.{0,60}$",
    r"(?:enter|provide|confirm|type\s+in)\s+your\s+(?:e-?mail|name|phone|password|zip|address|details)\b.{0,80}$",
    r"(?:turn\s+on|enable|allow|activate|switch\s+on|disable|turn\s+off)\s+(?:your\s+)?(?:push\s+|desktop\s+)?"
    r"(?:notifications|javascript|cookies|ad\s?-?block\w*)\b.{0,80}$",
    r"(?:accept|manage|reject|customi[sz]e)\s+(?:all\s+|my\s+|your\s+)?(?:cookies?|consent|preferences|choices)\b.{0,30}$",
    r"(?:scroll|swipe)\s+(?:down|up|left|right)\b.{0,40}$",
    r"skip\s+(?:to\b.{0,30}|ad\w*|this)\W*$",
    r"unsubscribe\b.{0,40}$",
)
_CALL = _SOFT_START + "(?:" + "|".join(_CALLS) + ")"

_READER = (
    r"(?:i|you|we)\s+(?:(?:also|hereby|do|expressly|automatically|confirm\s+that\s+you)\s+)*"
    r"(?:agree|consent|accept|acknowledge|confirm|opt\s+in)\b"
)
_NOTICES = (
    rf"by\s+(?:\w+ing\b|your\s+(?:use|continued))[^.!?]{{0,140}}?,?\s*\b{_READER}",
    rf"(?:yes,?\s+)?i\s+(?:(?:have\s+)?read\s+and\s+(?:agree|accept|understand)|accept\s+(?:the|your)\s+(?:terms|privacy|conditions)|agree\s+(?:to|with)\s+(?:the|your)\s+(?:terms|privacy|storage|processing)|"
    rf"(?:would\s+like|want|agree|consent)\s+to\s+(?:(?:receive|get|subscribe)\b.*\b(?:{_OFFER}|marketing|offers|information)|be\s+contacted|the\s+(?:processing|use)\s+of\s+my))\b",
    r"you\s+(?:can|may)\s+(?:also\s+)?(?:unsubscribe|opt[\s-]out|withdraw\s+your\s+consent|cancel)\b.{0,80}$",
    r"we\s+(?:will\s+never|promise\s+not\s+to|do\s?n[o’']t|wo\s?n[o’']t|will\s+not|never)\s+(?:share|sell|send|spam|rent)\b.{0,60}\b(?:your|you|spam)\b",
    r"your\s+(?:e-?mail(?:\s+address)?|data|privacy|information|subscription)\s+(?:will\s+(?:not|never)|is\s+(?:safe|important|important)|has\s+been|was\s+successful|could\s+not)\b",
    r"(?:(?:all\s+)?(?:required|mandatory)\s+fields|fields\s+marked)\b",
    r"this\s+(?:site|page|form)\s+is\s+protected\s+by\b",
    r"(?:this|our|the)\s+(?:site|web\s?site|page|service|blog)s?\s+uses?\s+(?:\w+\s+)?cookies\b(?!.*\b(?:found|regulator|court)\b)",
    r"we\s+(?:and\s+our\s+(?:\w+\s+)?partners\s+)?use\s+(?:\w+\s+)?cookies\s*(?:$|\W+$|(?:to|on|and\s+(?:similar|other)|for|so|in\s+order)\b)",
    r"(?:copyright\b\s*)?(?:©|\(c\)\s*(?:copyright\s*)?(?:19|20)\d\d|℗)",
    r"copyright\s*(?:notice|(?:19|20)\d\d\b)",
    r"(?:.{0,80}\W)?all\s+rights\s+reserved\W*$",
    r"(?:this\s+(?:material|article|content|story|work)|(?:no|any)\s+part\s+of\s+this\s+\w+|(?:reproduction|republication|redistribution)\b.{0,40})\b"
    r".{0,30}\b(?:may\s+not\s+be|is\s+(?:strictly\s+)?prohibited|without\b.{0,30}\bpermission)\b",
    r"(?:this|the)\s+(?:article|post|page|story|site)\s+(?:may\s+)?(?:contains?|includes?)\s+(?:affiliate|sponsored|paid)\b",
    r"we\s+(?:may|might|will)\s+(?:earn|receive|get)\s+(?:an?\s+)?(?:\w+\s+)?(?:commission|fee)\b",
    r".{0,60}\bmay\s+not\s+be\s+(?:published|reproduced|copied|redistributed|rewritten|reprinted)\b.{0,100}$",
    r"this\s+(?:newsletter|e-?mail)\s+(?:may\s+)?(?:contains?|was\s+sent)\b.{0,100}$",
    r"your\s+(?:subscription|support|donation|membership|contribution|gift)\s+(?:helps?|makes?|keeps?|supports?|allows?|means)\b.{0,80}$",
    r"we\s+(?:value|respect|care\s+about|take)\s+your\s+(?:privacy|data|trust)\b.{0,60}$",
    r"you\s+(?:have\s+been|are\s+now|have)\s+(?:successfully\s+)?(?:subscribed|signed\s+(?:up|out|in)|unsubscribed|logged\s+(?:out|in))\b.{0,40}$",
    r"(?:invalid|incorrect|wrong)\s+(?:e-?mail|password|user\s?name|login|captcha)\b.{0,40}$",
    r"(?:something|sorry,?\s+something)\s+went\s+wrong\b.{0,60}$",
    r"this\s+(?:article|story|post|piece)\s+(?:was\s+)?(?:first|originally)\s+(?:appeared|published|ran)\b.{0,120}$",
    r"unauthori[sz]ed\s+(?:copying|use|reproduction|distribution|duplication)\b.{0,80}\bprohibited\b.{0,40}$",
    r"(?:as\s+an\s+amazon\s+associate|powered\s+by\s+\w+\W*$)",
    r"(?:the\s+)?(?:story|article|video|post|content|report)\s+continues?\s+(?:below|after|underneath)\b",
    r"comments\s+(?:are|have\s+been)\s+(?:now\s+)?(?:closed|disabled|turned\s+off)\b",
    r"(?:thank\s+you|thanks)\s+for\s+(?:reading|subscribing|signing|joining|visiting|watching|listening|registering|your\s+(?:subscription|support))\b.{0,60}$",
    r"(?:an?\s+)?(?:error|problem)\s+(?:has\s+)?occurred\W.{0,60}$",
    r"(?:loading|please\s+wait)\s*(?:\.{2,}|…)?\W*$",
)
_NOTICE = "(?:" + "|".join(_NOTICES) + ")"

_LABEL = (
    r"(?:advertisements?(?:\W+scroll\b.{0,30})?|advert|ad|ad\s?choices|ads\s+by\s+\w+|sponsored(?:\s+(?:content|post|by\b.{1,30}))?|promoted(?:\s+content)?|paid\s+(?:content|post)|"
    r"(?:related|recommended|similar|suggested|popular|featured)(?:\s+(?:articles?|stories|posts?|news|content|topics|reading|links|videos?|for\s+you|coverage))?|"
    r"(?:most|more)\s+(?:read|popular|viewed|shared|stories|news|articles|from\s+.{1,40}|on\s+this\s+(?:story|topic))|trending(?:\s+(?:now|stories|topics))?|top\s+stories(?:\s+(?:right\s+now|today|this\s+week))?|"
    r"editor[’']?s[’']?\s+(?:picks?|choice)|you\s+(?:may|might)\s+(?:also\s+)?(?:like|enjoy|be\s+interested\s+in)\b.{0,30}|what\s+to\s+read\s+next|up\s+next|"
    r"(?:share|tweet|print|e-?mail|save|comments?|reply|like|follow|menu|search|home|login|log\s?in|sign\s?in|sign\s?out|next|previous|"
    r"(?:back|return)\s+to\s+(?:top|home\w*)|close|view\s+comments|show\s+(?:more|less|all)|(?:tap|press)\s+to\s+\w+|"
    r"(?:\d[\d,.]*k?\s+)?(?:comments|shares|likes|views)|(?:privacy|cookie)\s+(?:policy|notice|settings|preferences)|terms\s+(?:of\s+(?:use|service)|(?:and|&)\s+conditions)|"
    r"about\s+us|contact\s+us|advertise\s+with\s+us|newsletters?|subscribe|register|sign\s?up)"
    r"|(?:related|(?:see|read|watch)\s+also|also\s+(?:read|see|watch)|watch|listen)\s*:.{1,120}"
    r"|(?:tags?|topics?|keywords|categor(?:y|ies)|filed\s+under|posted\s+in)\s*:.{1,120})"
    r"\s*[:.!»›→>|+\-–—…]*$"
)

_LEAD_INS = (
    rf"(?:are|aren[’']?t|do|don[’']?t)\s+you\s+(?:already\s+|also\s+|still\s+)?(?:on|using|follow\s+us\s+on)\s+(?:(?:the|our)\s+)?{_OFFER}\s*(?:yet|too|as\s+well)?",
    r"(?:(?:are|aren[’']?t)\s+you|already|not|still\s+not)\s+(?:(?:yet|already|not)\s+)*(?:an?\s+)?(?:subscrib\w+|signed\s+up|registered|(?:member|reader)\b(?:\s+yet)?|following\s+us)\b.{0,40}",
    rf"(?:do|have)\s+you\s+(?:use|have|got|prefer)\s+(?:an?\s+)?(?:{_SERVICE}|(?:news\s+|story\s+)?tip|story\s+(?:to\s+(?:tell|share)|for\s+us)|feedback)\b.{{0,50}}",
    r"(?:got|have|do\s+you\s+have)\s+an?\s+(?:news\s+|confidential\s+|story\s+)?(?:tips?|story|question|comment|correction)\b.{0,50}",
    rf"have\s+you\s+(?:already\s+)?(?:subscribed|joined|downloaded|followed|signed\s+up|tried)\b.*\b{_OFFER}.{{0,30}}",
    r"(?:did\s+you\s+|do\s+you\s+)?(?:like|love|enjoy(?:ed|ing)?|liked)\s+(?:(?:reading|listening|watching)\s+)?(?:this|our|what\s+you)\b.{0,50}",
    rf"(?:do\s+you\s+|you\s+|would\s+you\s+)?(?:want|need|looking\s+for|like|prefer|love|fancy|crave)\b[^?]{{0,60}}\b(?:{_OFFER}|{_PIECE}\s+like\s+this|more\s+(?:from\s+us|like\s+this|{_PIECE}|news)|know\s+more)[^?]{{0,30}}",
    r"(?:want|looking\s+for|need)\s+(?:more|the\s+latest\b[^?]{0,60})",
    r"(?:already\s+have|(?:don[’']?t|do\s+you)\s+have|no|new\s+to|forgot(?:ten)?|lost)\b.{0,30}\b(?:account|password|username|login)",
    r"(?:find|found|did\s+you\s+find)\s+this\s+\w+\s+(?:helpful|useful|interesting)",
    r"(?:spotted|see|notice)d?\s+an?\s+(?:error|mistake|typo)",
)
_LEAD_IN = rf"(?:{'|'.join(_LEAD_INS)})\s*\?+\W*$"
# A question to the reader, and short additions: page furniture only right beside a sentence that is.
_ASKS_READER = (
    r"(?:(?:are|aren[’']?t|have|haven[’']?t|did|do|don[’']?t)\s+you\b(?!\s+(?:think|believe|remember|know|recall|see|hear|agree))|want|like|love|enjoy\w*|looking|"
    r"interested|got|need|prefer|ready|already|not|still|ca\s?n[’']?t\s+get|curious|hungry|tired)\b[^?]{0,60}\?+\W*$"
)
_ADDITION = (
    r"(?:it(?:[’']s| is)\s+(?:free|easy|quick|that\s+(?:easy|simple))|no\s+(?:spam|ads?|strings\s+attached|obligation|credit\s+card)|"
    r"(?:unsubscribe|cancel)\b|"
    r"thank\s+you|thanks|privacy\s+policy|terms\b|we\s+(?:respect|value)\s+your|(?:it\s+)?only\s+takes|free\s+of\s+charge|stay\s+\w+|"
    r"(?:delivered|sent)\s+(?:\w+\s+){0,3}to\s+your|every\s+(?:morning|day|week|friday|monday)\b|be\s+the\s+first\s+to|never\s+miss|do\s?n[o’']t\s+miss)[^.!?]{0,60}\W*$"
)

_EDGES = " \t\r\n\u00a0*_>|#•·»›→▶►[]({<-–—=~+\ufeff\u200b"
_WORDLESS = re.compile(r"[\W_]*\Z")
_OPEN_QUOTE = ("“", '"', "‘", "«", "„", "'", "「")
_REPORTED = (
    r"\b(?:said|says|told|tells|urged|urges|wrote|writes|tweeted|shouted|asked|warned|warns|advised|advises|explained|argued|insisted|"
    r"recalled|replied|chanted|announced|quipped|joked|whispered|yelled)\b"
)
_NEAR = 3  # sentences looked at on either side for the quotation that a sentence stands in


def is_boilerplate(sentence: str) -> bool:
    """Whether a sentence, taken alone, is part of the page: by what it asks of its reader or says about its page, never by a list of texts.

    Reported and quoted speech never is.
    """
    if not _has_words(sentence):
        return True
    if len(sentence) > LONGEST:
        return False
    text = sentence.strip(_EDGES)
    if text.startswith(_OPEN_QUOTE) or _balance(text) or text.count('"') % 2:
        return False
    if _rule(_REPORTED).search(text):
        return False
    return any(_rule(source).match(text) for source in (_LABEL, _NOTICE, _LEAD_IN, _CALL))


def flags(sentences: Sequence[str]) -> tuple[bool, ...]:
    """`is_boilerplate` for the sentences of a document in order; neighbours help to decide."""
    alone = [is_boilerplate(sentence) for sentence in sentences]
    marks = [mark and not (_has_words(sentences[at]) and _in_quotation(sentences, at)) for at, mark in enumerate(alone)]
    for at in range(len(marks) - 2, -1, -1):
        if marks[at + 1] and not marks[at] and _has_words(sentences[at + 1]):
            marks[at] = _beside(sentences[at], _ASKS_READER)
    for at in range(1, len(marks)):
        if marks[at - 1] and not marks[at] and _has_words(sentences[at - 1]):
            marks[at] = _beside(sentences[at], _ADDITION)
    return tuple(marks)


@cache
def _rule(source: str) -> re.Pattern[str]:
    # Compiled when first asked for: these take longer than the rest of the package's imports, and asking a question needs none.
    return re.compile(source, re.I)


def _beside(sentence: str, rule: str) -> bool:
    text = sentence[: LONGEST + 1].strip(_EDGES)
    return len(text) <= LONGEST and _rule(rule).match(text) is not None and not _rule(_REPORTED).search(text)


def _has_words(sentence: str) -> bool:
    return not (_WORDLESS.match(sentence) or is_icon(sentence.strip(_EDGES)))


def _in_quotation(sentences: Sequence[str], at: int) -> bool:
    """Whether a quotation that is open before the sentence is closed after it: both within a few sentences."""
    before = sum(_balance(sentence) for sentence in sentences[max(0, at - _NEAR) : at])
    after = (_balance(sentence) for sentence in sentences[at + 1 : at + 1 + _NEAR])
    return before > 0 and any(balance < 0 for balance in after)


def _balance(text: str) -> int:
    return text.count("“") - text.count("”")
