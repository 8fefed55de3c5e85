"""Bytes that somebody sent -> a verified, de-identified, canonical radiograph, or a reason why not."""
