"""The demo world: a small hosting company's desk with about sixty tickets, played through the real actions."""
