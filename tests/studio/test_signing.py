"""Who may see a page, and under which name they answer."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from studio import signing, state


def door() -> None:
    import streamlit as st

    from studio import signing, state

    if signing.let_in():
        signing.draw()
        st.text(f"inside as {state.reviewer()}")


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_function(door)


def test_without_a_provider_the_users_own_name_signs(app: AppTest) -> None:
    app.run()
    assert [text.value for text in app.text] == [f"inside as {state.whoami()}"]


def test_a_name_chosen_here_signs_and_an_empty_one_is_none(app: AppTest) -> None:
    app.run()
    app.text_input(key=state.REVIEWER).set_value("  Ada ").run()
    assert app.text[0].value == "inside as Ada"
    app.text_input(key=state.REVIEWER).set_value(" ").run()
    assert app.text[0].value == f"inside as {state.whoami()}"


def test_a_name_in_the_address_signs(app: AppTest) -> None:
    app.query_params[state.REVIEWER] = "Bo"
    app.run()
    assert app.text[-1].value == "inside as Bo"


@pytest.mark.parametrize("address", ["0.0.0.0", "192.168.1.5", "", "studio.example"])  # noqa: S104
def test_an_open_server_without_sign_in_draws_nothing(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    option = st.get_option
    monkeypatch.setattr(
        st, "get_option", lambda name: address if name == "server.address" else option(name)
    )
    app.run()
    assert "reached from other machines" in app.error[0].value
    assert not any("inside" in text.value for text in app.text)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost", "127.8.0.1"])
def test_this_machine_is_ours_alone(address: str) -> None:
    assert signing._is_ours_alone(address)


def test_who_must_sign_in_and_has_is_named_by_the_provider(app: AppTest) -> None:
    app.user = {"is_logged_in": True, "email": "ada@example.com"}
    app.query_params[state.REVIEWER] = "somebody else"
    app.run()
    assert app.text[0].value == "inside as ada@example.com"
