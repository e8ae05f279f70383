"""In which encoding a text is: recognized, or refused; never read as Western because nothing fails.

Every byte is some letter in cp1252, so that a text that can be read so need not be meant so. What
is no UTF-8 must look like a text of the languages that an encoding is for, in the letters' scripts
and neighbours; of several that do, charset-normalizer says which is the least messy.
"""

import codecs
import re
from itertools import pairwise

from trialbook.adam.table import UnreadableError

_WESTERN = "cp1252"
_SAMPLE = 1 << 15
_BLOCK = 1 << 24
# so much messier, by charset-normalizer's measure, every other reading must be
_CLEARLY = 0.06
# and so often must letters come as they do in a language, to tell one alphabet from another
_COHERENT = 0.2

_VOWEL = "aeiouyáâäéëíóôöúüýAEIOUYÁÂÄÉËÍÓÔÖÚÜÝ"
_SYMBOL = r"[^\w\s\x00-\x7f’‘“”–—…°µ²³±®©™·«»§€ªº]"
# what no Latin text holds: a symbol inside or beside a word, two symbols
_MESSY = re.compile(
    rf"[^\W\d_]{_SYMBOL}[^\W\d_]|(?<!\w){_SYMBOL}[a-z]|[a-z]{_SYMBOL}(?!\w)|{_SYMBOL}{{2}}"
    r"|[\x80-\x9f\xa0]\w*[\x80-\x9f\xa0]|[A-Z][À-ÖØ-ÞŠŒŽ][a-zß-ÿ]"
    r"|(?<![\w)])[’”…—–][A-Za-z²³¹]|[–—’][²³¹]"
    r"|[a-z][À-ÖØ-ÞŠŒŽ][a-z]|[a-zß-ÿ]Ÿ|Ÿ[a-z]"
    r"|[^\W\d_][²³¹ªº¿¡£¥ƒ¶±][^\W\d_]|£[^\W\d_]|[^\W\d_][¼½¾]|[²³¹¿¡ƒ]{2}|(?:[À-ÖØ-öø-ÿŠŒŽ]){4}"
)
# what Western languages do not have, letter beside letter: Spanish ñ goes before a vowel, Polish ń,
# which has its place in cp1250, does not
_CENTRAL = re.compile(
    rf"[èÈøØ][{_VOWEL}]|[éíóúýáÉÍÓÚÝÁ][èøêìùòñïÈØÊÌÙÒÑÏ]|[ìùò][a-zß-ÿ]|ñ(?![{_VOWEL}])|õ(?!e)|Õ"
    r"|[èøùìñòï]\w*[ýš]|[ýšž]\w*[èøùìòï]|ï\b|û(?=[lz])|ã(?![oes\W])|Ã(?![OES\W])|[ê³¹]œ|œ[a-dlw]"
    r"|[a-z][¹³¿]|\b[³¿][a-z]|[eau]è|ç[b-df-hj-np-tv-z]|îr",
)
# what Western languages have in a few words, and others, read as Western, in many: Latvian ā, ī, ū
# look like â, î, û, Lithuanian ė, ę, ų like ë, æ, ø, Croatian ć like æ, Romanian ă like ã
_DOUBTFUL = re.compile(
    r"[âîû]|(?<=[b-df-hj-np-tv-xz])ë|œ(?!u|il|d[èe]|s[ot]|t|no|c)|æ|ò\B|[aeo]ò|ã\b|[a-z]ø\b|à\B",
    re.IGNORECASE,
)
_WITH_CIRCUMFLEX = re.compile(
    r"\b\w*(âg[eé]|âme|âpre|bâti|châte|pâl|pâte|tâch|gât|grâce|théâtr|relâch|câbl|crân|îl[eo]|boît"
    r"|maît|naît|plaît|paraît|fraîch|dîn|abîm|chaîn|traîn|benoît|jérôme|août|coût|goût|sûr|dû\b"
    r"|brûl|flût|mûr|jeûn|câncer|ânci|ânus|glând|pâncr|âmb|ângul|lâmin|ânic|ânt|trâns|fâm)\w*",
    re.IGNORECASE,
)
_WESTERN_ALONE = re.compile(r"[äöüßñåé]|ø\B", re.IGNORECASE)
# a word with a letter of ASCII in it, and one without: the former shows that letters are Latin
_MIXED = re.compile(r"(?=[^\W\d_]*[A-Za-z])(?=[^\W\d_]*[^\W\d_a-zA-Z])[^\W\d_]+")
_ODD_ALONE = re.compile(r"[^\x00-\x7f’‘“”–—…°µ²³±®™·€ªº]")
_FOREIGN = re.compile(r"(?<![A-Za-z])[^\W\d_a-zA-Z]+(?![A-Za-z])")
# so many different words of three letters, of letters, of characters show a script
_WORDS, _LETTERS, _CHARACTERS = 2, 10, 6
# and so many words with such a letter tell one Latin alphabet from another
_LATIN_WORDS = 4
_TURKISH = re.compile(r"[ýÝðÐþÞ]")
# ğ follows a vowel
_NOT_TURKISH = re.compile("(?<![aeıioöuüâîûAEIİOÖUÜ])[ğĞ]")
# Romanian has â inside words alone, î where one begins or ends, also behind re- and ne-
_NOT_CENTRAL = re.compile(r"[âÂ]\b|(?<!\b[nr]e)(?<=[a-z])[îÎ](?=[a-z])", re.IGNORECASE)

# which characters an encoding is for
_SCRIPTS: dict[str, str] = {
    "cp1251": "А-яЁё", "koi8_r": "А-яЁё", "cp866": "А-яЁё", "cp1253": "Ά-ώ",
    "cp1255": "א-ת", "cp1256": "ء-يپچژگ", "iso8859_6": "ء-ي", "cp874": "ก-๛",
    "cp932": "\u3000-\u30ff\u4e00-\u9fff\uff00-\uff9f", "euc_jp": "\u3000-\u30ff\u4e00-\u9fff",
    "gb18030": "\u3000-\u303f\u4e00-\u9fff\uff00-\uff5e", "cp949": "\u3000-\u303f가-힣",
    "big5": "\u3000-\u303f\u4e00-\u9fff\uff00-\uff5e",
}  # fmt: skip
# of those whose letters go beside Latin ones, the set of characters that are usual
_EAST_ASIAN = {"cp932": "shift_jis", "euc_jp": "euc_jp", "gb18030": "gb2312", "cp949": "euc_kr",
               "big5": "big5"}  # fmt: skip
_CASED = ("cp1251", "koi8_r", "cp866", "cp1253")
# the letters, beside ASCII, of the languages that a Latin encoding is for
_LATIN = {
    "cp1250": "áâäăąćčďđéęëěíîĺľłńňóôöőŕřśšşßťţúüűůýźżž",
    "iso8859_2": "áâäăąćčďđéęëěíîĺľłńňóôöőŕřśšşßťţúüűůýźżž",
    "cp1254": "âçğıiîöşüû",
    "cp1257": "āäąčēėęģīįķļņõöšūųüž",
}


def encoding_of(content: bytes) -> str:
    """Return the encoding of a text, by its name in Python.

    Raises
    ------
    UnreadableError
        Where several fit, and none clearly best.
    """
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if can_be(content, "utf-8"):
        return "utf-8"
    sample = _telling_lines(content)
    western = sample.decode(_WESTERN, "replace")
    if not can_be(content, _WESTERN) or _MESSY.search(western) or not _is_latin(western):
        return _least_messy(content, sample)
    if not _CENTRAL.search(western) and not _TURKISH.search(western):
        if _is_doubtful(western):
            raise _not_shown()
        return _WESTERN
    icelandic = re.search("[ðþæÐÞÆ]", western) and not re.search("[çüşÇÜ]", western)
    if icelandic and re.search("[áéíóúöÁÉÍÓÚÖ]", western):
        return _WESTERN
    return _least_messy(content, sample, among=tuple(_LATIN))


def _is_doubtful(western: str) -> bool:
    """Return whether a text read as Western may as well be of a neighbouring language."""
    doubtful = _DOUBTFUL.findall(_WITH_CIRCUMFLEX.sub("", western))
    # Hungarian has the letters of German, and an ű that looks like û
    turned = any(one in "ûÛ" for one in doubtful)
    return bool(doubtful) and (turned or not _WESTERN_ALONE.search(western))


def _not_shown() -> UnreadableError:
    return UnreadableError(
        "is not UTF-8, and its letters do not show which other encoding it is in",
        "save it as CSV UTF-8, or say its encoding with --encoding (encoding: in trial.yml)",
        "--encoding",
    )


def can_be(content: bytes, encoding: str) -> bool:
    """Return whether every byte of a text means something in an encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), _BLOCK):
            decoder.decode(content[start : start + _BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _telling_lines(content: bytes) -> bytes:
    """Return the different lines that are not ASCII, so many as are enough."""
    lines = dict.fromkeys(line for line in re.split(rb"[\r\n]+", content) if not line.isascii())
    whole = b"\n".join(lines)
    return whole if len(whole) <= _SAMPLE else whole[:_SAMPLE].rpartition(b"\n")[0] or whole


def _least_messy(content: bytes, sample: bytes, among: tuple[str, ...] = ()) -> str:
    """Return the one encoding in which a text is clearly the most orderly."""
    from charset_normalizer import from_bytes

    fitting = [
        one
        for one in among or (*_LATIN, *_SCRIPTS)
        if can_be(content, one) and _looks_like(sample.decode(one, "replace"), one)
    ]
    # those that make the same text of it are one
    fitting = list({sample.decode(one, "replace"): one for one in reversed(fitting)}.values())
    found = from_bytes(sample, cp_isolation=fitting) if len(fitting) > 1 else []
    least = min((one.chaos for one in found), default=0.0)
    near = [one for one in found if one.chaos <= least + _CLEARLY]
    if len(near) > 1:
        near = [one for one in near if one.coherence >= _COHERENT]
    best = fitting if len(fitting) == 1 else [one.encoding for one in near]
    rivals = len(fitting) > 1
    if len(best) != 1 or not _is_strong(sample.decode(best[0], "replace"), best[0], rivals=rivals):
        raise _not_shown()
    return best[0]


def _is_latin(text: str) -> bool:
    """Return whether letters beyond ASCII stand in words with ASCII letters, as in most languages.

    Of words without any, which may as well be of another script, there are no more than of those.
    """
    foreign = set(_FOREIGN.findall(text)) - {"µ", "ª", "º"}
    mixed = set(_MIXED.findall(text))
    return len(mixed) >= len(foreign) and bool(mixed or not _ODD_ALONE.search(text))


def _is_strong(text: str, encoding: str, *, rivals: bool) -> bool:
    """Return whether a text is long enough to show that it is of an encoding's letters.

    Beside `rivals` Thai, which has a letter for nearly every byte, takes twice as much, and Latin
    alphabets, most of whose letters are the same, some words.
    """
    times = 2 if rivals and encoding == "cp874" else 1
    if encoding in _LATIN:
        return _is_latin(text) and (not rivals or len(set(_MIXED.findall(text))) >= _LATIN_WORDS)
    words = set(re.findall(r"[^\W\d_a-zA-Z]+", text))
    if encoding in _EAST_ASIAN:
        return len(set("".join(words))) >= _CHARACTERS
    # a capital and small letters behind it: in another encoding of the script they change places
    if encoding in _CASED and not any(word.istitle() and len(word) > 2 for word in words):
        return False
    long = [word for word in words if len(word) >= 3]
    return len(long) >= times * _WORDS and sum(map(len, words)) >= times * _LETTERS


def _looks_like(text: str, encoding: str) -> bool:
    """Return whether a text, decoded, is of the languages that an encoding is for."""
    if any(a.islower() and b.isupper() and not b.isascii() for a, b in pairwise(text)):
        return False
    foreign = [one for one in text if not one.isascii()]
    if encoding in _LATIN:
        if encoding == "cp1254" and _NOT_TURKISH.search(text):
            return False
        if encoding in ("cp1250", "iso8859_2") and _NOT_CENTRAL.search(text):
            return False
        letters = {one.lower() for one in foreign if one.isalpha()} - {"i̇", "µ", "ª", "º"}
        return letters <= set(_LATIN[encoding]) and not _MESSY.search(text)
    script = _SCRIPTS[encoding]
    if re.search(rf"[^\x00-\x7f\xa0{script}«»–—’“”…°№µ]", text):
        return False
    if encoding in _CASED and not any(map(str.islower, foreign)):
        return False
    if encoding not in _EAST_ASIAN:
        return not re.search(rf"[A-Za-z][{script}]|[{script}][A-Za-z]", text)
    if re.search(rf"[A-Za-z][{script}]{{1,2}}[a-z]", text):
        return False
    half_width = sum("\uff61" <= one <= "\uff9f" for one in foreign) / len(foreign)
    usual = _EAST_ASIAN[encoding]
    rare = sum(not can_be(one.encode(encoding, "replace"), usual) for one in foreign)
    return half_width <= 0.7 and rare <= 0.2 * len(foreign)
