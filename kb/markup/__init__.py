"""Markdown to safe HTML, plain text and headings."""
