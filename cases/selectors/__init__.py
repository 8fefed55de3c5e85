"""Every read that a page or an endpoint shows, already limited to what the person may see."""
