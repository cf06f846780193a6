"""What Label Studio's refusals mean, in a user's words."""

from __future__ import annotations

REFUSALS = {
    "legacy token authentication has been disabled": (
        "Label Studio does not accept legacy tokens in this organization.",
        "Make a personal access token (Account & Settings), or allow legacy tokens there "
        "(Organization > API Tokens Settings).",
    ),
    "wrong type": (
        "The token is an access token, which lives for five minutes.",
        "Use the personal access token itself.",
    ),
    "expired": ("The token has expired.", "Make a new personal access token."),
    "blacklisted": ("The token was revoked.", "Make a new personal access token."),
}


def refusal(status: int | None, body: object) -> tuple[str, str]:
    """Return what to tell a user about a refused request: what is wrong, and what to do."""
    said = body.get("validation_errors") or body.get("detail") if isinstance(body, dict) else ""
    detail = f": {said}"[:300] if said else "."
    for sign, words in REFUSALS.items():
        if status == 401 and sign in detail:
            return words
    if status in (401, 403):
        remedy = "Put a token of this very server into LABEL_STUDIO_API_KEY."
        return f"Label Studio does not accept our token{detail}", remedy
    if status == 404:
        remedy = (
            "Check the address. If the project was deleted there, forget it here and push anew."
        )
        return f"Label Studio does not have what we asked for{detail}", remedy
    if status is not None and status >= 500:
        remedy = "Look into its log, then run the same again: what was sent is kept."
        return f"Label Studio failed with error {status}{detail}", remedy
    return f"Label Studio refused ({status}){detail}", "Correct that, then run the same again."
