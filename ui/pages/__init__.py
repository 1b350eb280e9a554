"""The pages beside the conversation, in the order of the sidebar."""

from ui.registry import Page

PAGES: tuple[Page, ...] = ()
