#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "libs/events/event.h"
#include "libs/postgres/database.h"

namespace google::protobuf {
class Message;
}

namespace vefa::events {

// Where events come from when they are not being followed live: the owner's ledger. Called from
// several threads. Answers within the deadline or with UNAVAILABLE.
class LedgerReader {
 public:
  virtual ~LedgerReader() = default;
  // Versions `from` to `to` of one subject, contiguous. FAILED_PRECONDITION `EVENTS_DROPPED` when the
  // ledger no longer has them, NOT_FOUND `LEDGER_UNKNOWN` when nobody is known who owns the topic.
  virtual Result<std::vector<Event>> Fetch(const std::string& topic, const Uuid& tenant, const std::string& subject,
                                           int64_t from, int64_t to, Deadline deadline) = 0;
  // A tenant's events of a topic's ledger in the order they were recorded, page by page; `token` is empty at first
  // and empties again at the end.
  virtual Result<std::vector<Event>> Read(const std::string& topic, const Uuid& tenant, std::string& token,
                                          Deadline deadline) = 0;
};

// Tables that are nothing but a fold of events, so that they can be built anew beside the live ones and
// checked. `Apply` of their handler writes to these tables only, names them without a schema, and
// depends on nothing but the events and the tables themselves; topics may come in any order between
// each other, subjects of a topic too. It is called by two threads at once: live and in a run.
// The migration that makes the tables declares them: SELECT declare_projection('<consumer>', '<table>', …).
struct ProjectionInfo {
  std::string consumer;  // `interaction.timeline.v1`
  std::vector<std::string> topics;
  std::vector<std::string> tables;  // `timeline_entry`; each with tenant_id first in its primary key.
  // Columns that may differ between two foldings, as table.column: the time of writing, for example.
  std::vector<std::string> ignored_columns;
  // By table, where each row comes from the events of one subject alone: that subject, as an SQL expression
  // over the row. Such rows can be left out of a verification one by one where a ledger has dropped the
  // beginning of their subject; of a table without it, the tenant's rows are then left out altogether.
  std::map<std::string, std::string> row_subjects;
};

// Folds one event into the state message of a subject (`vefa.contact.v1.ContactSnapshot`). Pure. The
// state begins empty. Sets `erased` when nothing is to be kept; the state topic then gets a tombstone.
using Fold = std::function<Status(const Event& event, google::protobuf::Message& state, bool& erased)>;

}  // namespace vefa::events
