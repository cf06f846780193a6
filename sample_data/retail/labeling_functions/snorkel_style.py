"""A labeling function written for Snorkel, which votes with numbers: it works here as it is."""
# ruff: noqa: ANN001, ANN201 - written as a user writes them

from snorkel.labeling import labeling_function

ABSTAIN = -1
ORDER_STATUS = 2  # the third of the task's labels, counted from 0


# Good: they ask where the order is, or to change it before it goes.
@labeling_function()
def lf_follows_an_order(x):
    """Vote order status where an order is asked after, changed or cancelled."""
    asked = ("my order", "order is", "shipped", "any update", "still says", "processing", "comes")
    changed = ("cancel", "change the", "change my", "add to", "in time")
    text = x.text.lower()
    return ORDER_STATUS if any(words in text for words in asked + changed) else ABSTAIN
