"""Stub area; its owner replaces this file."""

from flask import Blueprint

bp = Blueprint("inbox", __name__)
