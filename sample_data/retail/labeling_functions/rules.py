"""Ten labeling functions for the shop's messages, some good and some poor on purpose."""
# ruff: noqa: ANN001, ANN201 - written as a user writes them

from labeling_functions import ABSTAIN, keywords, labeling_function, pattern

# Good: people name the thing they cannot get into, and few others do.
account_words = keywords(
    "account_words",
    "account",
    [
        "account", "accounts", "password", "log in", "login", "logging", "the app",
        "points", "newsletter", "emails", "unsubscribe", "membership", "loyalty card",
        "verify", "profile", "reset", "barcode", "my data",
    ],
)  # fmt: skip

# Good: what was charged is told in the words of an accountant, whoever writes.
billing_words = keywords(
    "billing_words",
    "billing",
    [
        "charged", "charging", "you charge", "invoice", "invoices", "vat", "tax", "price",
        "full price", "overcharged", "voucher", "payment", "gift card", "you took",
        "two times", "paid twice", "discount", "fee", "pence",
    ],
)  # fmt: skip

# Good: the verbs of giving back, in the orders people use; "back in stock" stays out.
wants_to_return = pattern(
    "wants_to_return",
    "returns",
    r"\b(?:return|returned|refund|exchange|swap|money back"
    r"|(?:send|sent|bring|take|took|brought|give|gave|sending) (?:\w+ ){0,3}back)\b",
)

# Good: opening, parking and what there is in a shop; "open" alone is mostly about boxes.
opening_times = pattern(
    "opening_times",
    "store_hours",
    r"\b(?:(?:are|r) (?:you|u|ya) (?:\w+ )?(?:open|closed|shut)|what time|what hour|opening"
    r"|open (?:on|till|until|today|late|rn)|opens|shut|car park|parking|park|entrance|toilets?"
    r"|wheelchair|is there an? \w+|do you do|does the \w+ (?:shop|store|branch))\b",
)

# Good: there are not many ways to ask whether a thing is to be had.
in_stock = pattern(
    "in_stock",
    "stock",
    r"\b(?:stock|sold|anywhere|any (?:left|more|of)|aside|hold (?:one|it|me|the)|discontinued"
    r"|have (?:you|u) (?:got|any)|(?:do|does) (?:you|u|ya) (?:guys )?(?:still )?"
    r"(?:have|sell|carry)|you got|gone for good|(?:coming|come) back|back in"
    r"|website says|left in|reserve)\b",
)

# Good: things come broken, in the wrong number, or to the wrong door.
arrived_wrong = pattern(
    "arrived_wrong",
    "delivery_problem",
    r"\b(?:broken|cracked|smashed|missing|delivered|arrived|neighbou?r|sent me|says? left|pieces"
    r"|wrong (?:size|colou?r|one|item|address)|in the box|came (?:with|without|today|yesterday)"
    r"|(?:was|were) in (?:it|the)|only (?:one|two|three|\d+)|i ordered)\b",
)

# Poor, too broad: whoever writes about a parcel that is lost or broken gives its number too.
order_number = pattern("order_number", "order_status", r"\bLF-?\s?\d{5,6}\b|\b\d{7}\b")


# Good: a complaint is about people and their time, whatever else is in it.
@labeling_function
def blames_somebody(x):
    """Vote complaint where staff, waiting or manners are mentioned."""
    blamed = ("staff", "manager", "rude", "assistant", "queue", "security", "people", "yelled")
    waited = ("minutes", "rolled", "laughed", "tills", "waited", "lied", "felt like", "i asked")
    text = x.text.lower()
    return "complaint" if any(word in text for word in blamed + waited) else ABSTAIN


# Poor, wrong precedence: "is it" is asked first, so "is it here yet?" is about the product too.
@labeling_function
def asks_about_it(x):
    """Vote by what the question is about."""
    text = x.text.lower()
    made = ("is it", "does it", "will it", "wash", "plastic", "made of", "fit ", "difference")
    if any(words in text for words in made):
        return "product_question"
    if any(words in text for words in ("wheres", "where is", "still says", "on its way")):
        return "order_status"
    return ABSTAIN


# Poor, too broad: some people always write in capitals, whatever they want.
@labeling_function
def shouts(x):
    """Vote complaint where several words are in capitals."""
    loud = [word for word in x.text.split() if len(word) > 3 and word.isupper()]
    return "complaint" if len(loud) > 1 else ABSTAIN
