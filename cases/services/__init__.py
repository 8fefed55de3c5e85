"""Every write to the clinical record: keyword-only functions, alone in calling save and create."""
