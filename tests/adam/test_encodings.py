"""An encoding is recognized or refused; nothing is Western only because every byte is a letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.adam.csv import read_csv
from trialbook.adam.encodings import encoding_of
from trialbook.adam.problems import Findings
from trialbook.adam.table import UnreadableError

TEXTS = {
    "cp932": "プラセボ 治験薬 男 女", "euc_jp": "プラセボ 治験薬 男 女",
    "gb18030": "安慰剂 试验药 是 否",
    "big5": "安慰劑 試驗藥 是 否", "cp949": "위약 시험약 남 여", "cp1251": "Плацебо Препарат",
    "koi8_r": "Плацебо Препарат", "cp1253": "Εικονικό Φάρμακο Θεραπεία Γυναίκα Άνδρας Ομάδα",
    "cp1256": "دواء وهمي علاج",
    "cp1254": "İlaç Kadın Erkek",
}  # fmt: skip
CENTRAL = ["Léčba muž žena", "Mężczyzna płeć kobieta", "Férfi nő kezelés", "Účinný přípravek",
           "Szczęśliwy", "bărbat femeie ţinut"]  # fmt: skip
WESTERN = ["Témoin à jeun, naïfs, où, poème, août, Noël, créé", "Übelkeit, männlich, weiß",
           "Año, señal, niñez, sí", "Não, corações, ações, irmãs, São", "Ålder, Örebro, kön",
           "Blærebetændelse, Øre, bøje", "Perché, più, città, così", "Þórður, maður, það, já",
           "5 µg/m² ±1 °C", "Nîmes, Zürich, Besançon", "MALADIE GÉNÉRALE"]  # fmt: skip


def content(text, encoding):
    words = text.split() * 6
    rows = "".join(f"P{n:03d},{n}.5,{word.strip(',')}\n" for n, word in enumerate(words))
    return ("id,time,arm\n" + rows).encode(encoding)


@pytest.mark.parametrize(("encoding", "text"), TEXTS.items())
def test_other_scripts_are_recognized(encoding, text):
    raw = content(text, encoding)
    assert raw.decode(encoding_of(raw)) == raw.decode(encoding)


@pytest.mark.parametrize("text", CENTRAL)
def test_central_europe_is_not_read_as_the_west(text):
    raw = content(text, "cp1250")
    assert raw.decode(encoding_of(raw)) == raw.decode("cp1250")


@pytest.mark.parametrize("text", WESTERN)
def test_the_west_is_read_as_such(text):
    assert encoding_of(content(text, "cp1252")) == "cp1252"


@pytest.mark.parametrize("encoding", ["mac_roman", "cp437", "cp850"])
def test_what_nothing_shows_is_refused_and_can_be_said(encoding):
    raw = content("Témoin Médicament männlich Über", encoding)
    with pytest.raises(UnreadableError, match="not UTF-8") as error:
        encoding_of(raw)
    assert error.value.option == "--encoding"
    frame = read_csv(raw, "x.csv", Findings(), encoding).frame
    assert frame.iloc[0, 2] == "Témoin"
    # what is UTF-8 is, whatever was said
    utf_8 = content("Témoin", "utf-8")
    assert read_csv(utf_8, "x.csv", Findings(), encoding).frame.iloc[0, 2] == "Témoin"


def test_text_of_sas_in_another_encoding_is_recognized(tmp_path):
    import pandas as pd
    import pyreadstat

    from trialbook.adam.readers import read_table

    path = tmp_path / "adsl.xpt"
    marked = {"USUBJID": ["a", "b"], "ARM": ["XXXXXXXX", "YYYYYY"], "AGE": [1.1, 2.3]}
    pyreadstat.write_xport(pd.DataFrame(marked), str(path))
    raw = path.read_bytes().replace(b"XXXXXXXX", "プラセボ".encode("cp932"))
    path.write_bytes(raw.replace(b"YYYYYY", "治験薬".encode("cp932")))
    findings = Findings()
    frame = read_table(path, findings).frame
    assert frame["ARM"].tolist() == ["プラセボ", "治験薬"]
    assert "read as cp932, for it is not UTF-8" in str(findings.repairs[0])


@pytest.mark.parametrize(
    ("words", "encoding"),
    [("ąžė", "cp1257"), ("ėšų šūų", "cp1257"), ("ćź", "cp1250"), ("şü ğü", "cp1254"),
     ("муж жен", "cp1251"), ("Ж М", "cp1251"), ("да нет", "koi8_r"), ("муж контроль", "koi8_r"),
     ("ναι", "cp1253"), ("男 無", "cp932"), ("是 否", "big5"), ("여", "cp949"), ("öö", "cp1252")],
)  # fmt: skip
def test_a_word_or_two_without_a_letter_of_ascii_show_no_encoding(words, encoding):
    with pytest.raises(UnreadableError, match="not UTF-8"):
        encoding_of(content(words, encoding))


# words of trials' files by their language, with the encodings that its computers used
LANGUAGES = {
    "cp1257": [
        "zāles vīrietis ārstēšana nāve dzīvs izdzīvošana grupa Rīga Jūrmala Jānis Bērziņš Kļaviņš "
        "Pēteris Līga Šķēle miris cenzēts jā nē recidīvs ķīmijterapija placebo",
        "vyras moteris gydymas mirtis išgyvenimas grupė kontrolė amžius mėnesiai Šiauliai Klaipėda "
        "Žemaitis Petrauskaitė miręs cenzūruotas vėžys krūties žaizda placebas",
        "mees naine ravi surm elus rühm platseebo päevad Pärnu Jõgeva Mägi Õunapuu Tõnis Ülle "
        "Šmidt tsenseeritud vähk",
    ],
    "cp1254": ["erkek kadın tedavi ölüm sağ yaşıyor sağkalım yaş gün hastalık İzmir İstanbul Ayşe "
               "Yıldız Çelik Şahin Öztürk Güneş öldü sansürlü hayır akciğer göğüs ilaç plasebo"],
    "cp1253": ["άνδρας γυναίκα θεραπεία θάνατος ζωντανός επιβίωση ομάδα φάρμακο ηλικία Αθήνα "
               "Θεσσαλονίκη Γιώργος ναι όχι"],
    "iso8859_7": ["γυναίκα θεραπεία θάνατος ζωντανός επιβίωση φάρμακο Αθήνα Γιώργος ναι όχι"],
    "cp1255": ["גבר אישה טיפול מוות הישרדות קבוצה ביקורת פלצבו חודשים ירושלים"],
    "cp1256": ["ذكر أنثى علاج موت البقاء مجموعة ضابطة دواء وهمي أشهر القاهرة نعم"],
    "iso8859_6": ["ذكر أنثى علاج موت البقاء مجموعة ضابطة دواء وهمي أشهر القاهرة نعم"],
    "cp1250": ["mężczyzna leczenie śmierć żyje przeżycie Łódź Kraków Gdańsk Świątek źródło tak",
               "muž žena léčba smrt živý přežití skupina Plzeň Dvořák Šťastný ano",
               "bărbat femeie tratament deces viaţă vârstă boală Iaşi Timişoara da"],
    "iso8859_2": ["mężczyzna leczenie śmierć żyje przeżycie Łódź Kraków Gdańsk Świątek źródło tak"],
}  # fmt: skip
WESTERN = [
    "männlich weiblich Behandlung Tod Überleben Gruppe Köln Müller Groß", "óbito vivo não sim São",
    "décès vivant témoin traité groupe âge mois Besançon Orléans", "ålder månader Malmö död",
]  # fmt: skip


@st.composite
def in_some_language(draw, languages):
    """Return a small file in words of one language, and its encoding."""
    encoding = draw(st.sampled_from(list(languages)))
    words = draw(st.sampled_from(languages[encoding])).split()
    few = draw(st.lists(st.sampled_from(words), min_size=2, max_size=12))
    rows = [f"P{n},{few[n % 2]},{word},{10 * n}" for n, word in enumerate(few)]
    return "\n".join(["id,arm,status,days", *rows]), encoding


@given(in_some_language(LANGUAGES))
def test_no_language_is_read_as_another(case):
    text, encoding = case
    content = text.encode(encoding)
    try:
        found = encoding_of(content)
    except UnreadableError as error:
        assert error.option == "--encoding"
    else:
        assert content.decode(found) == text


@given(in_some_language({"cp1252": WESTERN}))
def test_western_words_are_not_asked_about(case):
    text, encoding = case
    content = text.encode(encoding)
    assert content.decode(encoding_of(content)) == text
