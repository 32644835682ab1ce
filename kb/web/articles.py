"""Stub area; its owner replaces this file."""

from flask import Blueprint

bp = Blueprint("articles", __name__)
