"""Names and postal addresses are found as far as cues, lists and sounds go."""

import pytest

from deskhand.llm.pii import find_pii, redacted


def persons(text: str) -> list[str]:
    return [text[span.start : span.end] for span in find_pii(text) if span.type == "PERSON"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My name is Xantippe Quorl.", ["Xantippe Quorl"]),
        ("my name is xantippe quorl.", ["xantippe quorl"]),
        ("Name: Xantippe Quorl\nOrder: 12", ["Xantippe Quorl"]),
        ("This is Mr. Quorl speaking", ["Quorl"]),
        ("Sehr geehrte Frau Quorl, danke", ["Quorl"]),
        ("Hi Xanti, how are you?", ["Xanti"]),
        ("Thanks a lot!\nKind regards,\nXanti Quorl", ["Xanti Quorl"]),
        ("Please remove my husband Zorb from it", ["Zorb"]),
        ("I spoke with Maria Quorl yesterday", ["Maria Quorl"]),
        ("Maria Quorl's parcel is late. Quorl is angry.", ["Maria Quorl", "Quorl"]),
        ("It belongs to Hanne I. Kreutz", ["Hanne I. Kreutz"]),
        ("Ask Jürgen van der Berg about it", ["Jürgen van der Berg"]),
        ("Add Éva Zölösi to the account", ["Éva Zölösi"]),
        ("Add Sumarlidason and Kowalewski", ["Sumarlidason", "Kowalewski"]),
        ("There were Efi, Mary, Zorb and Isabel.", ["Efi", "Mary", "Zorb", "Isabel"]),
        ("Xanti Quorl\nSome Shop\nTel: 0341 8387176", ["Xanti Quorl"]),
        ("Sinéad O'Connor wrote", ["Sinéad O'Connor"]),
        ("je m'appelle Zorb Quorl", ["Zorb Quorl"]),
        ("people call me zorb and i like it", ["zorb"]),
        ("they were silvana, adam and christopher.", ["silvana", "adam", "christopher"]),
        ("Will Quorlson asked", ["Will Quorlson"]),
    ],
)
def test_names_are_found_without_their_titles(text: str, expected: list[str]) -> None:
    assert persons(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Thomas Systems Inc. sent it",
        "Jones University",
        "I live in Quorlova",
        "Will it work? May I ask? Mark it as done.",
        "call me back tomorrow",
        "my name is misspelled",
        "The Lime Green bike",
        "Shipping from Germany to Austria on Friday",
        "Step One: Open the App",
        "Wow, Yeah, Congrats",
        "Mit Schöne Grüße und ich bin nicht da",
        "The United States Postal Service",
    ],
)
def test_other_words_with_a_capital_are_no_names(text: str) -> None:
    assert persons(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is at 221b Baker Street, London NW1 6XE now", "It is at <STREET_ADDRESS> now"),
        ("I live at 1600 Pennsylvania Avenue NW, Washington. Ok", "I live at <STREET_ADDRESS>. Ok"),
        ("Ich wohne in der Hauptstraße 12, 10115 Berlin.", "Ich wohne in der <STREET_ADDRESS>."),
        ("Calle de Alcalá 45, Madrid", "<STREET_ADDRESS>"),
        ("12 Rue de la Paix, Paris", "<STREET_ADDRESS>"),
        ("j'habite 12 rue de la Paix, 75002 Paris", "j'habite <STREET_ADDRESS>"),
        ("my address: xyzstad 12", "my address: <STREET_ADDRESS>"),
        ("Via Roma 7, Torino", "<STREET_ADDRESS>"),
        ("ul. Więckowskiego 28", "<STREET_ADDRESS>"),
        ("Storgatan 5", "<STREET_ADDRESS>"),
        ("P.O. Box 104", "<STREET_ADDRESS>"),
        ("send it to PSC 6293, Box 8158\nAPO AP 04336", "send it to <STREET_ADDRESS>"),
        ("ship to 14 Crown Street\n Suite 321\n LONDON\n United Kingdom 75419? I am away", None),
        ("Stop at the corner of King Road and Queen Lane", "Stop at <STREET_ADDRESS>"),
        ("> 28245 Puruntie 82\n> Apt. 595\n> OULU", "> <STREET_ADDRESS>"),
        ("address: 947 trg revolucije 17 apt. 858", "address: <STREET_ADDRESS>"),
        ("My zip code is 90210", "My zip code is <ZIP_CODE>"),
        ("the postcode is SW1A 1AA", "the postcode is <ZIP_CODE>"),
        ("K1A 0B1", "<ZIP_CODE>"),
        ("Austin, TX 78701", "Austin, TX <ZIP_CODE>"),
        ("I work in Costamezzana 43015 in sales", "I work in Costamezzana <ZIP_CODE> in sales"),
        ("I was in London 1984 for work", "I was in London 1984 for work"),
    ],
)
def test_postal_addresses_of_many_countries_are_found(text: str, expected: str | None) -> None:
    assert redacted(text) == (expected or "ship to <STREET_ADDRESS>? I am away")
