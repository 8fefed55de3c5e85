"""A model's card, which is Markdown that the training writes."""


def section(card: str, title: str) -> str:
    """The text below the heading `## title`, up to the next one of its rank; empty if there is no
    such heading."""
    lines = card.splitlines()
    heading = f"## {title}"
    if heading not in lines:
        return ""
    below = lines[lines.index(heading) + 1 :]
    end = next((n for n, line in enumerate(below) if line.startswith(("# ", "## "))), len(below))
    return "\n".join(below[:end]).strip()
