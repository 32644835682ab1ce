"""Stub area; its owner replaces this file."""

from flask import Blueprint

bp = Blueprint("questions", __name__)
