"""Stub area; its owner replaces this file."""

from flask import Blueprint

bp = Blueprint("search", __name__)
