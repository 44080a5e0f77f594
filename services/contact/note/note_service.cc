#include "services/contact/note/note_service.h"

#include "libs/rpc/mask.h"
#include "libs/rpc/page.h"
#include "libs/rpc/serve.h"
#include "services/contact/note/note_proto.h"
#include "services/contact/note/note_store.h"
#include "services/contact/party/party_store.h"
#include "services/contact/relationship/relationship_hold.h"

namespace vefa::contact {
namespace {

constexpr std::string_view kNoteFields[] = {"text", "pinned"};

// An answer is about what the note is about: erased with a person.
std::string SubjectOf(const v1::Note& note) { return note.about(); }

Error NoSuchNote() { return NotFound("NOTE_NOT_FOUND", "There is no such note; check the name."); }

// Holds what a note is about, so that nobody is written about while they are erased.
Status HoldSubject(postgres::Transaction& transaction, const Uuid& tenant, const Party& about, bool anew) {
  if (about.kind == Party::Kind::kRelationship) {
    VEFA_TRY([[maybe_unused]] HeldRelationship held, HoldToWrite(transaction, tenant, about.id, OfErased::kRefused));
    return Ok();
  }
  return anew ? HoldParties(transaction, tenant, {about}) : HoldPeople(transaction, tenant, {about});
}

}  // namespace

#define VEFA_SERVE(method, Request, Response, handler)                                                         \
  grpc::ServerUnaryReactor* NoteService::method(grpc::CallbackServerContext* context, const v1::Request* request, \
                                                v1::Response* response) {                                      \
    return rpc::Serve(door_, context, {#method, request},                                                                 \
                      [=, this](const rpc::CallContext& call) { return handler(call, *request, *response); }); \
  }
VEFA_SERVE(AddNote, AddNoteRequest, Note, Add)
VEFA_SERVE(UpdateNote, UpdateNoteRequest, Note, Update)
VEFA_SERVE(RemoveNote, RemoveNoteRequest, RemoveNoteResponse, Remove)
VEFA_SERVE(ListNotes, ListNotesRequest, ListNotesResponse, List)
#undef VEFA_SERVE

Status NoteService::Add(const rpc::CallContext& call, const v1::AddNoteRequest& request, v1::Note& response) {
  Note note;
  std::vector<Violation> violations;
  auto about = ParseSubject(request.note().about());
  if (!about.ok()) violations.push_back({"note.about", about.error().reason, about.error().message});
  note.text = request.note().text();
  note.pinned = request.note().pinned();
  note.author = call.principal.subject;
  Normalise(note, "note.", violations);
  if (!violations.empty()) return Violations(std::move(violations));
  note.about = *about;
  auto work = [&](postgres::Transaction& transaction) -> Result<v1::Note> {
    VEFA_TRY_OK(HoldSubject(transaction, call.tenant, note.about, true));
    VEFA_TRY(Note added, InsertNote(transaction, call.tenant, note, clock_));
    return ToProto(added);
  };
  rpc::Attempt attempt{call.tenant, request.request_id(), "AddNote", request.note().SerializeAsString()};
  VEFA_TRY(response, Once<v1::Note>(database_, attempt, call.deadline, work, SubjectOf));
  Committed();
  return Ok();
}

Status NoteService::Update(const rpc::CallContext& call, const v1::UpdateNoteRequest& request, v1::Note& response) {
  VEFA_TRY(Uuid id, ParseResourceName("notes", request.note().name()));
  VEFA_TRY(rpc::Mask mask, rpc::Mask::Read(request.update_mask(), request.note(), kNoteFields));
  VEFA_TRY(response, postgres::InTransaction(
                         database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                         [&](postgres::Transaction& transaction) -> Result<v1::Note> {
                           VEFA_TRY(auto before, HoldNote(transaction, call.tenant, id));
                           if (!before) return NoSuchNote();
                           VEFA_TRY_OK(HoldSubject(transaction, call.tenant, before->about, false));
                           VEFA_TRY_OK(rpc::CheckEtag(request.note().etag(), EtagOf(before->version)));
                           Note after = *before;
                           if (mask.Has("text")) after.text = request.note().text();
                           if (mask.Has("pinned")) after.pinned = request.note().pinned();
                           std::vector<Violation> violations;
                           Normalise(after, "note.", violations);
                           if (!violations.empty()) return Violations(std::move(violations));
                           if (after.text == before->text && after.pinned == before->pinned) return ToProto(after);
                           after.editor = call.principal.subject;
                           VEFA_TRY(Note changed, ChangeNote(transaction, call.tenant, std::move(after), clock_));
                           return ToProto(changed);
                         }));
  Committed();
  return Ok();
}

Status NoteService::Remove(const rpc::CallContext& call, const v1::RemoveNoteRequest& request, v1::RemoveNoteResponse&) {
  VEFA_TRY(Uuid id, ParseResourceName("notes", request.name()));
  VEFA_TRY([[maybe_unused]] bool removed, postgres::InTransaction(database_, postgres::Scope::Tenant(call.tenant), call.deadline,
                                                                  [&](postgres::Transaction& transaction) -> Result<bool> {
                                                                    VEFA_TRY(auto note, HoldNote(transaction, call.tenant, id));
                                                                    if (note) VEFA_TRY_OK(DeleteNote(transaction, call.tenant, *note, clock_));
                                                                    return note.has_value();
                                                                  }));
  Committed();
  return Ok();
}

Status NoteService::List(const rpc::CallContext& call, const v1::ListNotesRequest& request, v1::ListNotesResponse& response) {
  NotePage page;
  VEFA_TRY(page.about, ParseSubject(request.about()));
  VEFA_TRY(page.size, rpc::PageSize(request.page_size()));
  page.pinned_only = request.pinned_only();
  const std::string scope = "ListNotes|" + call.tenant.ToString() + "|" + request.about() + (page.pinned_only ? "|pinned" : "|");
  VEFA_TRY(auto keys, rpc::ReadPageToken(secret_, scope, request.page_token(), 1));
  if (!keys.empty()) {
    VEFA_TRY(page.before, Uuid::Parse(keys.front()));
  }
  // One row more than asked for tells whether there is a next page.
  const int wanted = page.size++;
  VEFA_TRY(auto notes, contact::ListNotes(database_, call.tenant, page, call.deadline));
  if (static_cast<int>(notes.size()) > wanted) {
    notes.pop_back();
    response.set_next_page_token(rpc::MakePageToken(secret_, scope, {notes.back().id.ToString()}));
  }
  for (const Note& note : notes) *response.add_notes() = ToProto(note);
  return Ok();
}

}  // namespace vefa::contact
