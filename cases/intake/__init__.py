"""What somebody sent -> a verified, de-identified, canonical radiograph; or why not."""
