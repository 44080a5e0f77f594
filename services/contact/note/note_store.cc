#include "services/contact/note/note_store.h"

#include "libs/rpc/page.h"
#include "services/contact/merge/merge_store.h"
#include "services/contact/party/party_store.h"
#include "vefa/contact/v1/contact_events.pb.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

#define NOTE_COLUMNS "n.id, n.about, n.text, n.pinned, n.author, n.editor, n.version, n.create_time, n.update_time"

const Statement kInsertNote{"note_insert",
                            "INSERT INTO note (tenant_id, id, about, text, pinned, author, editor, version, create_time, update_time)"
                            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};
const Statement kUpdateNote{"note_update",
                            "UPDATE note SET text = $3, pinned = $4, editor = $5, version = $6, update_time = $7 WHERE tenant_id = $1 AND id = $2"};
const Statement kDeleteNote{"note_delete", "DELETE FROM note WHERE tenant_id = $1 AND id = $2"};
const Statement kHoldNote{"note_hold", "SELECT " NOTE_COLUMNS " FROM note n WHERE n.tenant_id = $1 AND n.id = $2 FOR UPDATE"};
// Of a contact: what is about its parts as well.
const Statement kListNotes{
    "note_list",
    "WITH RECURSIVE " CONTACT_PARTS("$6", "$7") ", whole AS (SELECT $2::text AS about UNION ALL SELECT 'contacts/' || id FROM part)"
    " SELECT n.* FROM whole w CROSS JOIN LATERAL (SELECT " NOTE_COLUMNS " FROM note n WHERE n.tenant_id = $1 AND n.about = w.about"
    "  AND n.id < $3 AND (NOT $4::boolean OR n.pinned) ORDER BY n.id DESC LIMIT $5) n ORDER BY n.id DESC LIMIT $5"};

Result<Note> ReadNote(const Rows& rows, int i) {
  VEFA_TRY(Party about, ParseSubject(rows.String(i, 1)));
  return Note{rows.Id(i, 0),     about,           rows.String(i, 2), rows.Bool(i, 3),      rows.String(i, 4),
              rows.String(i, 5), rows.Int64(i, 6), rows.Timestamp(i, 7), rows.Timestamp(i, 8)};
}

std::string NotePayload(const Note& note, std::string_view type) {
  v1::ContactEvent event;
  v1::NoteFacts& facts = type == kNoteAddedType     ? *event.mutable_note_added()->mutable_state()
                         : type == kNoteChangedType ? *event.mutable_note_changed()->mutable_state()
                                                    : *event.mutable_note_removed()->mutable_state();
  facts.set_about(note.about.Name());
  facts.set_pinned(note.pinned);
  facts.set_author(note.author);
  return event.SerializeAsString();
}

// The row and its event.
Status WriteNote(postgres::Transaction& transaction, const Uuid& tenant, const Note& note, postgres::Call row, const char* type, Time at,
                 const Clock& clock) {
  std::vector<postgres::Call> calls;
  calls.push_back(std::move(row));
  calls.push_back(AppendCall(tenant, {{ResourceName("notes", note.id), note.version, type, NotePayload(note, type)}}, at, clock));
  VEFA_TRY_OK(transaction.ExecuteAll(std::move(calls)));
  return Ok();
}

}  // namespace

Result<Note> InsertNote(postgres::Transaction& transaction, const Uuid& tenant, Note note, const Clock& clock) {
  note.id = NewUuidV7(clock);
  note.version = 1;
  note.create_time = note.update_time = clock.Now();
  postgres::Call row{&kInsertNote, Bound(tenant, note.id, note.about.Name(), note.text.Reveal(), note.pinned, note.author, note.editor,
                                         note.version, note.create_time, note.update_time)};
  VEFA_TRY_OK(WriteNote(transaction, tenant, note, std::move(row), kNoteAddedType, note.create_time, clock));
  return note;
}

Result<std::optional<Note>> HoldNote(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& id) {
  VEFA_TRY(Rows rows, transaction.Execute(kHoldNote, Bound(tenant, id)));
  if (rows.empty()) return std::optional<Note>();
  VEFA_TRY(Note note, ReadNote(rows, 0));
  return std::optional<Note>(std::move(note));
}

Result<Note> ChangeNote(postgres::Transaction& transaction, const Uuid& tenant, Note note, const Clock& clock) {
  ++note.version;
  note.update_time = clock.Now();
  postgres::Call row{&kUpdateNote, Bound(tenant, note.id, note.text.Reveal(), note.pinned, note.editor, note.version, note.update_time)};
  VEFA_TRY_OK(WriteNote(transaction, tenant, note, std::move(row), kNoteChangedType, note.update_time, clock));
  return note;
}

Status DeleteNote(postgres::Transaction& transaction, const Uuid& tenant, const Note& note, const Clock& clock) {
  Note gone = note;
  ++gone.version;
  return WriteNote(transaction, tenant, gone, {&kDeleteNote, Bound(tenant, note.id)}, kNoteRemovedType, clock.Now(), clock);
}

Result<std::vector<Note>> ListNotes(postgres::Database& database, const Uuid& tenant, const NotePage& page, Deadline deadline) {
  const Uuid survivor = page.about.kind == Party::Kind::kContact ? page.about.id : Uuid{};
  VEFA_TRY(Rows rows, database.Run(postgres::Scope::Tenant(tenant), kListNotes,
                                   Bound(tenant, page.about.Name(), page.before.value_or(rpc::AfterEveryId()), page.pinned_only,
                                         static_cast<int32_t>(page.size), survivor, int32_t{kMergeLevelsMax}),
                                   deadline));
  std::vector<Note> notes;
  for (int i = 0; i < rows.size(); ++i) {
    VEFA_TRY(Note note, ReadNote(rows, i));
    notes.push_back(std::move(note));
  }
  return notes;
}

}  // namespace vefa::contact
