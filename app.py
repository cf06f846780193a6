"""The frame: opens the project, lists the pages in the order of the ring, runs the chosen one."""

from pathlib import Path

import streamlit as st

from studio import frame, signing

HERE = Path(__file__).parent

st.set_page_config(
    page_title="Tunesmith",
    page_icon=str(HERE / "static" / "favicon.png"),
    layout="wide",
)
st.logo(
    str(HERE / "static" / "logo.svg"),
    size="large",
    icon_image=str(HERE / "static" / "mark.svg"),
)

PAGES = {
    "Home": "home",
    "Data": "database",
    "Functions": "function",
    "Review": "rate_review",
    "Dataset": "inventory_2",
    "Train": "model_training",
    "Evaluate": "fact_check",
    "Errors": "troubleshoot",
    "In use": "sensors",
}

pages = {
    title: st.Page(
        HERE / "studio" / "pages" / f"{title.lower().replace(' ', '_')}.py",
        title=title,
        icon=f":material/{icon}:",
        default=title == "Home",
    )
    for title, icon in PAGES.items()
}
inside = signing.let_in()
chosen = st.navigation(list(pages.values()), position="sidebar" if inside else "hidden")
if inside:
    frame.draw(pages)
    chosen.run()
