"""GraphiQL in a real browser."""

from playwright.sync_api import Page


def test_graphiql_answers_a_question_without_the_internet(page: Page, address: str) -> None:
    page.goto(f"{address}/graphql")
    page.get_by_label("Execute query").first.click()

    page.locator(".result-window").get_by_text("F-1").first.wait_for()


def test_an_address_may_bring_its_question(page: Page, address: str) -> None:
    page.goto(f"{address}/graphql#query={{ blastRadius {{ complete }} }}")
    page.get_by_label("Execute query").first.click()

    page.locator(".result-window").get_by_text("complete").first.wait_for()
