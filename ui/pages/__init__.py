"""The pages beside the conversation, in the order of the sidebar."""

from ui.pages import account, evaluation, library, settings, why
from ui.registry import Page

PAGES: tuple[Page, ...] = (library.PAGE, evaluation.PAGE, settings.PAGE, why.PAGE, account.PAGE)
