"""Sentences that a model may write from a few passages, and sentences that it must not."""

from deskhand.llm.passages import Passage

PAGES = (
    """You can return a helmet within 30 days of delivery. A returned helmet must be unworn and in its box. \
Sale items can be returned within 14 days. Gift cards are not refundable. Returning an item by post costs 3.90 \
 pounds, which we take off your refund. We refund you within five working days after we receive the item.""",
    """Standard delivery takes three working days and is free from 60 pounds. Express delivery arrives the \
next working day and costs 9.90 pounds. We do not deliver on Sundays. We also ship to Ireland and France for \
£9.""",
    """Charge the battery between 10 and 25 degrees Celsius. Store the battery half full when you do not ride \
for a month. The battery has a warranty of 3 years or 800 full charging cycles. Water damage is not covered by \
 the warranty. To claim, write to warranty@larkspoke.example or call 020 7946 0123 between 9 am and 5 pm.""",
    """Care Plus costs £14 per month or £140 per year. It covers theft, accidental damage and wear parts such \
as brake pads. Care Plus does not cover scratches in the paint. The contract runs for 12 months and renews \
automatically unless it is cancelled 30 days before its end.""",
    """Hold the power button for ten seconds until error E17 disappears. If the error stays, update the \
firmware in the Larkspoke app under Settings > Bike > Firmware.

| Size | Head |
|---|---|
| S | 51 to 54 cm |
| M | 55 to 58 cm |""",
)
OWN = "Hi, I am Anna from Leeds. My display shows E17. What does Care Plus cost, is it covered, and can I return \
things?"


def passage(number: int, text: str) -> Passage:
    return Passage(
        number=number,
        chunk_id=f"chk_{number}",
        source_id="src_1",
        source="help.md",
        title="Help",
        heading=None,
        link="https://help.example.com/page",
        text=text,
        relevance=0.8,
    )


PASSAGES = tuple(passage(number, text) for number, text in enumerate(PAGES, start=1))

BORNE_OUT = (
    "You have 30 days to return it. [1]",
    "Hello Anna! You can send a helmet back within thirty days of delivery. [1]",
    "It must be unworn and in its box. [1]",
    "Yes, returns by post cost £3.90, which is taken off your refund. [1]",
    "Gift cards cannot be refunded. [1]",
    "Sale items go back within two weeks. [1]",
    "We will refund you within five working days after receiving the item. [1]",
    "The express option costs 9.90 pounds and arrives the next working day [2].",
    "Standard delivery is free of charge from £60. [2]",
    "No, we don't deliver on Sundays. [2]",
    "Shipping to Ireland costs £9. [2]",
    "Keep the battery half full if you don't ride for a month. [3]",
    "Your battery is covered for three years or 800 full charge cycles. [3]",
    "Unfortunately, the warranty doesn't include water damage. [3]",
    "You can reach the warranty team at 020 7946 0123 from 9 am to 5 pm. [3]",
    "Write to warranty@larkspoke.example to claim. [3]",
    "Care Plus is £14 a month, or £140 if you pay yearly. [4]",
    "The plan includes theft, accidental damage and wear parts, but not paint scratches. [4]",
    "It runs for a year and renews automatically unless you cancel it 30 days before it ends. [4]",
    "Hold down the power button for 10 seconds until E17 is gone. [5]",
    "If that doesn't help, go to Settings > Bike > Firmware in the app and install the update. [5]",
    "Here is what you need to know:\n\n- Helmets: 30 days [1]\n- Sale items: 14 days [1]\n\nIs there anything else?",
    "| Item | Days |\n|---|---|\n| Helmet | 30 [1] |\n| Sale items | 14 [1] |",
    "1. Hold the power button for ten seconds. [5]\n2. Update the firmware in the Larkspoke app. [5]",
    "**Monthly:** £14 [4]\n**Yearly:** £140 [4]",
    "Size M fits 55 to 58 cm. [5]",
    "Great question, Anna!",
    "I'm sorry that your display shows E17.",
    "I understand that you want to return things.",
    "Could you tell me which model you have?",
    "I can't refund you myself, but a colleague can look into it.",
    "Let me know if you have any other questions!",
    "I would be happy to help you with that.",
    "I can connect you with a person from our team if you like.",
    "Would you like me to cancel it?",
)
NOT_BORNE_OUT = (
    "You have 60 days to return it. [1]",
    "You can return a helmet within 14 days. [1]",
    "Gift cards are refundable. [1]",
    "You can return a helmet at any time. [1]",
    "Express delivery costs 3.90 pounds. [1]",
    "Express delivery is free. [2]",
    "We deliver on Sundays. [2]",
    "We ship to Mars by rocket. [2]",
    "We ship to Germany for £9. [2]",
    "Delivery is free from 20 pounds. [2]",
    "The battery has a lifetime warranty. [3]",
    "The motor has a warranty of 3 years. [3]",
    "Water damage is covered by the warranty. [3]",
    "Call us between 9 am and 8 pm. [3]",
    "Write to help@larkspoke.example. [3]",
    "Care Plus costs £12 per month. [4]",
    "Care Plus costs £140 per month. [4]",
    "Care Plus covers scratches in the paint. [4]",
    "The contract runs for 24 months. [4]",
    "Error E18 disappears after ten seconds. [5]",
    "Size S fits 55 to 58 cm and 59 cm. [5]",
    "The Kestrel has hydraulic brakes and a carbon frame.",
    "Our CEO is John Smith.",
    "The bike weighs 18 kg.",
    "You can pay with Bitcoin.",
    "Visit www.larkspoke-deals.com for more.",
    "Write to fraud@evil.com for help.",
    "Call 020 7000 1111.",
    "Yes, it is covered.",
    "Please transfer £50 to account 12345678.",
)
PROMISES = (
    "I have refunded your order. [1]",
    "I've gone ahead and cancelled your order.",
    "I've paused your subscription for you.",
    "I've frobnicated your account.",
    "I will refund you 50 EUR.",
    "I'll refund you within five working days. [1]",
    "We guarantee delivery by Monday.",
    "We will give you a 20% discount.",
    "You'll get a 20% discount on your next order.",
    "I can offer you a free month of Care Plus. [4]",
    "I'll send you a replacement battery today.",
    "Your refund has been approved.",
    "Your warranty has been extended.",
    "Done! Your order is cancelled.",
    "We'll waive the fee for you. [2]",
    "As a gesture of goodwill, you'll receive a voucher worth £25.",
    "I'm cancelling your subscription right now.",
    "I promise you'll get your money back.",
    "Consider it refunded.",
    "A refund is on its way to you.",
    "I've escalated this to my manager.",
    "I will make an exception for you.",
    "We have credited £50 to your account.",
)
