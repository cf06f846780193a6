"""The labeling functions `benchmarks.voting` lets vote: ten declarative, ten in plain Python."""

from __future__ import annotations

LABELS = ("search", "book", "question", "thanks", "yes", "no", "money", "travel")

DECLARATIVE = {
    "greets": 'pattern("greets", "search", r"^(hi|hello|hey)\\b")',
    "reserves": 'keywords("reserves", "book", ["reserve", "reservation", "book a table"])',
    "asks": 'pattern("asks", "question", r"\\?\\s*$")',
    "thanks": 'keywords("thanks", "thanks", ["thanks", "thank you", "appreciate it"])',
    "agrees": 'keywords("agrees", "yes", ["yes", "sure", "sounds good", "that works", "perfect"])',
    "declines": 'pattern("declines", "no", r"\\b(no|nope|not now|never ?mind)\\b")',
    "amounts": 'pattern("amounts", "money", r"\\$\\s?\\d+(\\.\\d\\d)?")',
    "flies": 'keywords("flies", "travel", ["flight", "airport", "airlines", "one way"])',
    "brief": 'lengths("brief", "yes", at_most=2)',
    "wordy": 'lengths("wordy", "search", at_least=25)',
}
"""By name, as a user of Tunesmith writes them."""

FOR_SNORKEL = """
import re
from snorkel.labeling import labeling_function

SEARCH, BOOK, QUESTION, THANKS, YES, NO, MONEY, TRAVEL = range(8)
ABSTAIN = -1

def words(*listed):
    choices = "|".join(r"\\s+".join(map(re.escape, word.split())) for word in listed)
    return re.compile(rf"(?<!\\w)(?:{choices})(?!\\w)", re.IGNORECASE)

GREETS = re.compile(r"^(hi|hello|hey)\\b", re.IGNORECASE)
RESERVES = words("reserve", "reservation", "book a table")
ASKS = re.compile(r"\\?\\s*$", re.IGNORECASE)
THANKED = words("thanks", "thank you", "appreciate it")
AGREES = words("yes", "sure", "sounds good", "that works", "perfect")
DECLINES = re.compile(r"\\b(no|nope|not now|never ?mind)\\b", re.IGNORECASE)
AMOUNTS = re.compile(r"\\$\\s?\\d+(\\.\\d\\d)?", re.IGNORECASE)
FLIES = words("flight", "airport", "airlines", "one way")

@labeling_function()
def greets(x): return SEARCH if GREETS.search(x.text) else ABSTAIN
@labeling_function()
def reserves(x): return BOOK if RESERVES.search(x.text) else ABSTAIN
@labeling_function()
def asks(x): return QUESTION if ASKS.search(x.text) else ABSTAIN
@labeling_function()
def thanks(x): return THANKS if THANKED.search(x.text) else ABSTAIN
@labeling_function()
def agrees(x): return YES if AGREES.search(x.text) else ABSTAIN
@labeling_function()
def declines(x): return NO if DECLINES.search(x.text) else ABSTAIN
@labeling_function()
def amounts(x): return MONEY if AMOUNTS.search(x.text) else ABSTAIN
@labeling_function()
def flies(x): return TRAVEL if FLIES.search(x.text) else ABSTAIN
@labeling_function()
def brief(x): return YES if len(x.text.split()) <= 2 else ABSTAIN
@labeling_function()
def wordy(x): return SEARCH if len(x.text.split()) >= 25 else ABSTAIN
"""
"""The same ten, as a user of Snorkel writes them: expressions compiled once."""

PYTHON = """
import re

SEARCH, BOOK, QUESTION, THANKS, YES, NO, MONEY, TRAVEL = range(8)
ABSTAIN = -1
TIME = re.compile(r"\\b\\d{1,2}(:\\d\\d)? ?(am|pm)\\b", re.IGNORECASE)
CITIES = ("new york", "los angeles", "london", "paris", "san francisco", "chicago")

@labeling_function()
def wants_food(x): return SEARCH if "restaurant" in x.text.lower() else ABSTAIN
@labeling_function()
def names_a_time(x): return BOOK if TIME.search(x.text) else ABSTAIN
@labeling_function()
def asks_twice(x): return QUESTION if x.text.count("?") > 1 else ABSTAIN
@labeling_function()
def ends_well(x): return THANKS if x.text.lower().rstrip(" .!").endswith("all") else ABSTAIN
@labeling_function()
def starts_yes(x): return YES if x.text.lower().startswith(("yes", "yeah", "yep")) else ABSTAIN
@labeling_function()
def starts_no(x): return NO if x.text.lower().startswith(("no", "nah")) else ABSTAIN
@labeling_function()
def pays(x): return MONEY if {"pay", "transfer"} & set(x.text.lower().split()) else ABSTAIN
@labeling_function()
def names_a_city(x): return TRAVEL if any(c in x.text.lower() for c in CITIES) else ABSTAIN
@labeling_function()
def long_words(x): return SEARCH if max(map(len, x.text.split()), default=0) > 14 else ABSTAIN
@labeling_function()
def by_service(x): return TRAVEL if x.service.startswith(("Flights", "Buses")) else ABSTAIN
"""
"""Ten in plain Python: the same source votes on both sides, under each side's decorator."""
