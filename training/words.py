"""The words of run ids: short, easy to say, hard to mistake for each other."""

from __future__ import annotations

ADJECTIVES = (
    *("amber", "bold", "brisk", "calm", "clear", "crisp", "deft", "eager", "fair", "fleet"),
    *("gentle", "glad", "golden", "keen", "kind", "lively", "lucid", "mellow", "merry", "mild"),
    *("neat", "nimble", "noble", "patient", "placid", "plucky", "proud", "quick", "quiet"),
    *("ready", "silver", "sleek", "smooth", "snug", "sober", "solid", "spry", "steady", "stout"),
    *("subtle", "sunny", "swift", "tidy", "vivid", "warm", "wise", "witty"),
)
ANIMALS = (
    *("badger", "beaver", "bison", "crane", "curlew", "dingo", "dove", "eagle", "egret", "falcon"),
    *("ferret", "finch", "fox", "gecko", "gull", "hare", "heron", "ibis", "jackal", "jay"),
    *("kestrel", "kite", "lark", "lemur", "lion", "lynx", "magpie", "marten", "mole", "newt"),
    *("ocelot", "otter", "owl", "panda", "pika", "puffin", "quail", "raven", "robin", "seal"),
    *("shrew", "sparrow", "stoat", "swan", "tern", "thrush", "vole", "wren"),
)
