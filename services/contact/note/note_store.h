#pragma once

#include <optional>
#include <vector>

#include "libs/postgres/database.h"
#include "services/contact/note/note.h"

// The SQL of notes. Every write appends its event in the same transaction.
namespace vefa::contact {

inline constexpr char kNoteAddedType[] = "note.added";
inline constexpr char kNoteChangedType[] = "note.changed";
inline constexpr char kNoteRemovedType[] = "note.removed";

// As stored. What it is about is held.
Result<Note> InsertNote(postgres::Transaction& transaction, const Uuid& tenant, Note note, const Clock& clock);
// Kept from others until the transaction ends; nullopt: there is no such note.
Result<std::optional<Note>> HoldNote(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& id);
// `note` is held, and as it is to be but for its version; as stored.
Result<Note> ChangeNote(postgres::Transaction& transaction, const Uuid& tenant, Note note, const Clock& clock);
Status DeleteNote(postgres::Transaction& transaction, const Uuid& tenant, const Note& note, const Clock& clock);

struct NotePage {
  Party about;
  bool pinned_only = false;
  std::optional<Uuid> before;  // The last one of the page before.
  int size = 50;
};
// The newest first.
Result<std::vector<Note>> ListNotes(postgres::Database& database, const Uuid& tenant, const NotePage& page, Deadline deadline);

}  // namespace vefa::contact
