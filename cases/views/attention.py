"""What this person should look at again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cases.selectors.attention import AT_MOST, fractures_after_reads, second_reads_shown
from cases.views.guard import clinical, person


@clinical
@require_safe
def attention(request: HttpRequest) -> HttpResponse:
    """Fractures suspected after one's own read, and for supervising readers the disagreements."""
    user = person(request)
    context = {
        "after_reads": fractures_after_reads(user=user)[:AT_MOST],
        "second_reads": second_reads_shown(user=user),
    }
    return render(request, "cases/attention.html", context)
