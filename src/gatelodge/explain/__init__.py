"""A decision in words and JSON; the same words everywhere.

Knows how decisions are told; decides nothing: it runs the engine again, exhaustively, on what was
recorded (replay.py).
"""
