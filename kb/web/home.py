"""Stub area; its owner replaces this file."""

from flask import Blueprint

bp = Blueprint("home", __name__)
