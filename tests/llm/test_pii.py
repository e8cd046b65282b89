"""Personal data and secrets are found whole, whatever their form, and what only looks like them is left alone."""

import pytest

from deskhand.llm.pii import find_pii, redacted

ZERO_WIDTH = "\u200b"


def named(text: str) -> list[tuple[str, str]]:
    return [(span.type.value, text[span.start : span.end]) for span in find_pii(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write to ana.lopez+shop@mail.example.co.uk.", "Write to <EMAIL_ADDRESS>."),
        ("'tim@example.com' is mine", "'<EMAIL_ADDRESS>' is mine"),
        ("O'Neil: shane.o'neil@example.ie", "O'Neil: <EMAIL_ADDRESS>"),
        ("mail jürgen@bücher.de please", "mail <EMAIL_ADDRESS> please"),
        ("reach us: tom (at) example dot com", "reach us: <EMAIL_ADDRESS>"),
        ("it is tom.b at example dot co dot uk", "it is <EMAIL_ADDRESS>"),
        ("tom[at]example[.]org", "<EMAIL_ADDRESS>"),
        ("Look at https://shop.example.com/a?b=c#d, it is broken", "Look at <URL>, it is broken"),
        ("(see www.example.com/path_(x))", "(see <URL>)"),
        ("[docs](https://docs.example.com/x)", "[docs](<URL>)"),
        ("my shop is kestrel-bikes.de now", "my shop is <URL> now"),
        ("blocked address 165.165.185.178.", "blocked address <IP_ADDRESS>."),
        ("from 2001:db8:85a3::8a2e:370:7334 today", "from <IP_ADDRESS> today"),
        ("from ::ffff:10.1.2.3 today", "from <IP_ADDRESS> today"),
    ],
)
def test_addresses_on_the_net_are_found_whole(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("card 4111 1111 1111 1111 is lost", "card <CREDIT_CARD> is lost"),
        ("paid with 5500-0000-0000-0004", "paid with <CREDIT_CARD>"),
        ("amex: 378282246310005", "amex: <CREDIT_CARD>"),
        ("4111111111111111", "<CREDIT_CARD>"),
        ("my maestro card is 630427373398", "my maestro card is <CREDIT_CARD>"),
        ("my credit card number is 4111 1111 1111 1112", "my credit card number is <CREDIT_CARD>"),
        ("IBAN DE89 3704 0044 0532 0130 00 at my bank", "IBAN <IBAN_CODE> at my bank"),
        ("send it to gb82west12345698765432", "send it to <IBAN_CODE>"),
        ("NL91ABNA0417164300 and FR1420041010050500013M02606", "<IBAN_CODE> and <IBAN_CODE>"),
        ("my IBAN is DE89370400440532013001", "my IBAN is <IBAN_CODE>"),
        ("account number 12345678, sort code 20-00-00", "account number <BANK_ACCOUNT>, sort code <BANK_ACCOUNT>"),
    ],
)
def test_cards_and_accounts_are_told_by_checksum_or_by_what_is_said(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Here's my SSN: 460-89-9847", "Here's my SSN: <US_SSN>"),
        ("540-12-3456", "<US_SSN>"),
        ("social security number 460899847", "social security number <US_SSN>"),
        ("ITIN 912-71-1234", "ITIN <US_SSN>"),
        ("912-71-1234", "<US_SSN>"),
        ("mi DNI es 54362315K", "mi DNI es <NATIONAL_ID>"),
        ("CPF 390.533.447-05", "CPF <NATIONAL_ID>"),
        ("codice fiscale RCCMNL83S18D969H", "codice fiscale <NATIONAL_ID>"),
        ("my NHS number is 943 476 5870", "my NHS number is <NATIONAL_ID>"),
        ("National insurance QQ 12 34 56 C", "National insurance QQ 12 34 56 C"),
        ("National insurance AB 12 34 56 C", "National insurance <NATIONAL_ID>"),
        ("born on 2/8/1935 there", "born on <DATE_OF_BIRTH> there"),
        ("My date of birth is 12 May 1984", "My date of birth is <DATE_OF_BIRTH>"),
        ("DOB: March 3rd, 1990", "DOB: <DATE_OF_BIRTH>"),
        ("geboren am 12.05.1984", "geboren am <DATE_OF_BIRTH>"),
        ("date of birth 1984-05-12", "date of birth <DATE_OF_BIRTH>"),
        ("born in 1984", "born in 1984"),
        ("passport number X1234567", "passport number <PASSPORT>"),
        ("My driver's license number is F162823540116", "My driver's license number is <DRIVER_LICENSE>"),
    ],
)
def test_numbers_of_the_state_are_told_by_checksum_or_by_what_is_said(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize(
    "number",
    [
        "+44 20 7946 0958",
        "+1-903-140-4508x769",
        "001-518-640-0854",
        "(212) 555-0123",
        "212.555.0123 ext. 12",
        "+41 (0)96 471 07 95",
        "0049 30 901820",
        "07700 900123",
        "01 42 68 53 00",
        "+91 98765 43210",
    ],
)
def test_telephone_numbers_of_many_countries_need_no_word_about_them(number: str) -> None:
    assert named(f"Maybe {number}, thanks") == [("PHONE_NUMBER", number)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Can someone call me on 450 0840? Thanks", "450 0840"),
        ("Phone:\n60-56-85-91", "60-56-85-91"),
        ("tel:0341 8387176", "0341 8387176"),
        ("About order 5551234: text me at 467 3395", "467 3395"),
        ("Call me: +49 (0) 170 / 123 45 67", "+49 (0) 170 / 123 45 67"),
        ("my number's 555-1234", "555-1234"),
        ("Meine Handynummer ist 0171 2345678", "0171 2345678"),
        ("mi teléfono es 612 34 56 78", "612 34 56 78"),
        ("781 1704 office", "781 1704"),
        ("Apt. 4\n082 490 1693-Office", "082 490 1693"),
        ("whatsapp ９４９８７７７１０６", "９４９８７７７１０６"),
        (f"call 0{ZERO_WIDTH}7700{ZERO_WIDTH}900123 now", f"0{ZERO_WIDTH}7700{ZERO_WIDTH}900123"),
    ],
)
def test_other_telephone_numbers_are_told_by_the_words_around(text: str, number: str) -> None:
    assert ("PHONE_NUMBER", number) in named(text)


@pytest.mark.parametrize(
    "text",
    [
        "Where is order 55512345?",
        "Order number: 1234567890 has not arrived, call it lost",
        "tracking 00340434161094042557",
        "I called about invoice 2026-0042-1177",
        "It is from 2024-05-01 12:30:45",
        "You reached 1 000 000 customers",
        "I paid $1,299.00 and 1.299,00 EUR",
        "call me between 10.00-12.00",
        "office hours 0900-1700",
        "Version 10.2.3.4 crashed",
        "firmware 1.2.3.4",
        "bought 12.05.1984",
        "the year 1984-1990",
        "serial 4012888888881882",
        "imei 490154203237518",
        "std::vector and a::b",
        "at 12:30:45",
        "127.0.0.1 and ::1 and 0.0.0.0",
        "300.1.1.1",
        "e.g. this, i.e. that. And so on...Then",
        "file.py and main.rs",
        "It works.it does",
        "Look at the polka dot dress",
        "Meet me at noon @ home",
        "my password is not working",
        "The password was reset twice",
        "your API key is invalid.",
        "password: <your password>",
        "Passport photos: 4",
        "123-45-678",
        "000-12-3456",
        "DE00 1234",
        "1111 1111 1111 1111",
        "My account is 5 years old",
        "2 Kestrel 500 bikes",
        "Gold plan, 30 days",
        "Chapter 3 Section 12",
        "I bought 3 in Step 6",
        "How do I change my plan? Thanks a lot for your help!",
        "Where is the Premium Plan in Settings?",
        "On Monday the Kestrel Bike broke.",
        "Hello, I need help. Please answer soon. Kind regards",
        "WHERE IS MY ORDER? PLEASE HELP ME NOW",
        "",
        " \n\t ",
    ],
)
def test_what_only_looks_like_personal_data_is_left_alone(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("key sk-proj-Zk3jd82jd82jd82jdk20 leaked", "key <SECRET> leaked"),
        ("dk_3f9a1c2b4d5e6f70_abcDEF123456", "<SECRET>"),
        ("aws AKIAIOSFODNN7EXAMPLE.", "aws <SECRET>."),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "<SECRET>"),
        ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl ok", "token <SECRET> ok"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----\nbye", "<SECRET>\nbye"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEow cut off", "<SECRET>"),
        ("my password is hunter2!", "my password is <SECRET>!"),
        ("password: sunshine", "password: <SECRET>"),
        ("the password for my account is 'let me in'?", "the password for my account is '<SECRET>'?"),
        ("mein Passwort ist Geheim99", "mein Passwort ist <SECRET>"),
        ("api_key=abcd1234efgh", "api_key=<SECRET>"),
        ("Authorization: Bearer abcdefghijklmnop1234", "Authorization: Bearer <SECRET>"),
        ("cvv 123 and PIN: 4821", "cvv <SECRET> and PIN: <SECRET>"),
        ("The verification code is 482911", "The verification code is <SECRET>"),
    ],
)
def test_secrets_are_found_without_the_words_that_introduce_them(text: str, expected: str) -> None:
    assert redacted(text) == expected


def test_the_surer_kind_has_the_place() -> None:
    assert named("https://example.com/?mail=ana@example.com&n=4111111111111111") == [
        ("URL", "https://example.com/?mail=ana@example.com&n=4111111111111111")
    ]


def test_everything_of_a_message_goes() -> None:
    text = (
        "Hello, my name is Ana Ramirez, SSN 460-89-9847. Ship to 12 High Street, Leeds LS1 4DY and call 07700 900123 "
        "or write to ana@example.com. Card 4111 1111 1111 1111, order 55512345."
    )

    assert redacted(text) == (
        "Hello, my name is <PERSON>, SSN <US_SSN>. Ship to <STREET_ADDRESS> and call <PHONE_NUMBER> "
        "or write to <EMAIL_ADDRESS>. Card <CREDIT_CARD>, order 55512345."
    )
