"""The coach's private notes, on a client's page and on a session's."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from coaching.accounts.decorators import coach_required
from coaching.accounts.http import CoachRequest
from coaching.actions import notes
from coaching.forms.notes import NoteForm
from coaching.models import Client, CoachingSession, Note


@require_POST
@coach_required
def client_note_create(request: CoachRequest, client_id: UUID) -> HttpResponse:
    """Keep a note about a client."""
    return _create(request, get_object_or_404(Client.objects, pk=client_id), session=None)


@require_POST
@coach_required
def session_note_create(request: CoachRequest, session_id: UUID) -> HttpResponse:
    """Keep a note about a session."""
    session = get_object_or_404(CoachingSession.objects.with_client(), pk=session_id)
    return _create(request, session.client, session=session)


@require_GET
@vary_on_headers("HX-Request")
@coach_required
def note_detail(request: CoachRequest, note_id: UUID) -> HttpResponse:
    """Show one note: what its editor goes back to."""
    return _note_page(request, _note(note_id), "note")


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@coach_required
def note_edit(request: CoachRequest, note_id: UUID) -> HttpResponse:
    """Change a note where it stands."""
    note = _note(note_id)
    form = NoteForm(request.POST or None, initial={"text": note.text}, auto_id=f"id_{note.pk}_%s")
    form.fields["text"].widget.attrs["autofocus"] = True
    if request.method == "GET":
        return _note_page(request, note, "edit", form=form)
    if not form.is_valid():
        return _note_page(request, note, "edit", form=form, status=422)
    notes.rewrite_note(note=note, text=form.cleaned_data["text"], by=request.user, now=timezone.now())
    return _note_page(request, note, "note") if request.htmx else redirect(_home_of(note))


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
@coach_required
def note_delete(request: CoachRequest, note_id: UUID) -> HttpResponse:
    """Ask, then delete a note for good."""
    note = _note(note_id)
    if request.method == "GET":
        return _note_page(request, note, "delete")
    home = _home_of(note)
    notes.delete_note(note=note, by=request.user)
    if request.htmx:
        return HttpResponse()
    messages.success(request, "The note is deleted.")
    return redirect(home)


def _note(note_id: UUID) -> Note:
    return get_object_or_404(Note.objects.select_related("client", "session"), pk=note_id)


def _home_of(note: Note) -> str:
    """Where this note is read: its session's page, else its client's."""
    if note.session_id:
        return reverse("session-detail", args=[note.session_id])
    return reverse("client-detail", args=[note.client_id])


def _create(request: CoachRequest, client: Client, *, session: CoachingSession | None) -> HttpResponse:
    form = NoteForm(request.POST)
    kept = None
    if form.is_valid():
        kept = notes.write_note(
            client=client,
            session=session,
            text=form.cleaned_data["text"],
            by=request.user,
            now=timezone.now(),
        )
    if kept and not request.htmx:
        return redirect(_home_of(kept))
    context = {
        "client": client,
        "session": session,
        "notes": _notes_beside(client, session),
        "note_form": NoteForm() if kept else form,
        "now": timezone.now(),
    }
    template = "coaching/parts/notes.html" if request.htmx else "coaching/note_form.html"
    return TemplateResponse(request, template, context, status=200 if kept else 422)


def _notes_beside(client: Client, session: CoachingSession | None) -> list[Note]:
    beside = Note.objects.filter(session=session) if session else Note.objects.filter(client=client)
    return list(beside.select_related("session").order_by("-created_at"))


def _note_page(
    request: CoachRequest, note: Note, face: str, *, form: NoteForm | None = None, status: int = 200
) -> HttpResponse:
    """Show a note's face (note, edit or delete): alone for htmx, else as a page of its own."""
    part = f"coaching/parts/note_{face}.html"
    context = {"note": note, "form": form, "face": part, "home": _home_of(note), "now": timezone.now()}
    template = part if request.htmx else "coaching/note_page.html"
    return TemplateResponse(request, template, context, status=status)
