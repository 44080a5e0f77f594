#include <iterator>

#include "tests/verify/read.h"

namespace vefa::verify {
namespace {

using postgres::Rows;
using postgres::Statement;

constexpr std::chrono::minutes kPatience(15);

std::string Filled(const std::string& conninfo, const std::string& service) {
  std::string filled = conninfo;
  size_t at = filled.find("{service}");
  if (at != std::string::npos) filled.replace(at, 9, service);
  return filled;
}

int64_t Micros(Time time) { return time.time_since_epoch().count(); }

Status ReadContacts(postgres::Database& database, const Canaries& canaries, Evidence& evidence) {
  VEFA_TRY_OK(Stream(database, "SELECT tenant_id, id, external_id, display_name, version, email || ' ' || source FROM contact",
                     [&](const Rows& rows) {
                       for (int i = 0; i < rows.size(); ++i) {
                         evidence.contacts.push_back({rows.Id(i, 0), rows.Id(i, 1), rows.String(i, 2), rows.String(i, 3),
                                                      rows.Int64(i, 4)});
                         for (int column : {2, 3, 5}) canaries.Search(rows.Id(i, 0), rows.Text(i, column), "contact", evidence);
                       }
                     }));
  return Stream(database, "SELECT tenant_id, contact_id, occur_time, state FROM consent_log", [&](const Rows& rows) {
    for (int i = 0; i < rows.size(); ++i)
      evidence.consents.push_back({rows.Id(i, 0), rows.Id(i, 1), Micros(rows.Timestamp(i, 2)), rows.Int32(i, 3)});
  });
}

Status ReadInteractions(postgres::Database& database, const Canaries& canaries, Evidence& evidence) {
  VEFA_TRY_OK(Stream(database, "SELECT tenant_id, id, contact_id, external_id FROM placed_order", [&](const Rows& rows) {
    for (int i = 0; i < rows.size(); ++i)
      evidence.orders.push_back({rows.Id(i, 0), rows.Id(i, 1), rows.Id(i, 2), rows.String(i, 3)});
  }));
  // Orders, new contacts and consents; messages are judged by the suites of notification.
  const char* sql =
      "SELECT tenant_id, contact_id, kind, occur_time, record_time, subject,"
      " coalesce((SELECT string_agg(key || '=' || value, ';' ORDER BY key COLLATE \"C\") FROM jsonb_each_text(facts)), '')"
      " FROM timeline_entry WHERE kind IN (1, 7, 8, 9)";
  return Stream(database, sql, [&](const Rows& rows) {
    for (int i = 0; i < rows.size(); ++i) {
      evidence.timeline.push_back({rows.Id(i, 0), rows.Id(i, 1), static_cast<int16_t>(rows.Int64(i, 2)),
                                   Micros(rows.Timestamp(i, 3)), Micros(rows.Timestamp(i, 4)),
                                   ContentOf(rows.Text(i, 5), rows.Text(i, 6))});
      canaries.Search(rows.Id(i, 0), rows.Text(i, 6), "timeline", evidence);
    }
  });
}

Status ReadFeed(postgres::Database& database, const Canaries& canaries, Evidence& evidence) {
  return Stream(database, "SELECT tenant_id, seq, event_id, envelope FROM feed_event", [&](const Rows& rows) {
    for (int i = 0; i < rows.size(); ++i) {
      evidence.feed.push_back({rows.Id(i, 0), rows.Int64(i, 1), rows.Id(i, 2)});
      canaries.Search(rows.Id(i, 0), rows.Text(i, 3), "feed", evidence);
    }
  });
}

// What consumers of this database know, by the service whose topic they read.
Status ReadConsumers(postgres::Database& database, Evidence& evidence) {
  VEFA_TRY_OK(Stream(database, "SELECT DISTINCT consumer, topic FROM consumer_position", [&](const Rows& rows) {
    for (int i = 0; i < rows.size(); ++i)
      for (uint32_t service = 0; service < std::size(kServices); ++service)
        if (rows.Text(i, 1) == std::string("vefa.") + kServices[service] + ".v1")
          evidence.reads[evidence.names.Number(rows.Text(i, 0))].insert(service);
  }));
  VEFA_TRY_OK(Stream(database, "SELECT consumer, tenant_id || '/' || subject, version FROM applied_version",
                     [&](const Rows& rows) {
                       for (int i = 0; i < rows.size(); ++i)
                         evidence.applied.push_back({evidence.names.Number(rows.Text(i, 0)),
                                                     evidence.names.Number(rows.Text(i, 1)), rows.Int64(i, 2)});
                     }));
  VEFA_TRY_OK(Stream(database, "SELECT consumer, tenant_id || '/' || subject, kind, reason FROM parked_subject",
                     [&](const Rows& rows) {
                       for (int i = 0; i < rows.size(); ++i)
                         evidence.parked.push_back({evidence.names.Number(rows.Text(i, 0)),
                                                    evidence.names.Number(rows.Text(i, 1)), rows.String(i, 2),
                                                    rows.String(i, 3)});
                     }));
  return Stream(database, "SELECT count(*) FROM unreadable_record",
                [&](const Rows& rows) { evidence.unreadable += rows.Int64(0, 0); });
}

}  // namespace

void Canaries::Search(const Uuid& tenant, std::string_view output, std::string_view place, Evidence& evidence) const {
  constexpr size_t kPlacesMax = 5;
  ++evidence.outputs_searched;
  for (const auto& [owner, word] : words_) {
    if (owner == tenant || output.find(word) == std::string_view::npos) continue;
    ++evidence.foreign_words;
    if (evidence.foreign_places.size() < kPlacesMax)
      evidence.foreign_places.push_back(std::string(place) + " of " + tenant.ToString() + " holds " + word);
  }
}

Status Stream(postgres::Database& database, const char* sql, const std::function<void(const Rows&)>& take) {
  std::string declare = std::string("DECLARE everything NO SCROLL CURSOR FOR ") + sql;
  Statement open{"declare", declare.c_str(), true};
  Statement fetch{"fetch", "FETCH 20000 FROM everything", true};
  VEFA_TRY(postgres::Transaction transaction, database.Begin(postgres::Scope::EveryTenant(), Deadline::After(kPatience)));
  VEFA_TRY_OK(transaction.Execute(open));
  for (;;) {
    VEFA_TRY(Rows rows, transaction.Execute(fetch));
    if (rows.empty()) break;
    take(rows);
  }
  return transaction.Commit();
}

Status ReadDatabases(const std::string& conninfo, const Canaries& canaries, Evidence& evidence) {
  for (uint32_t service = 0; service < std::size(kServices); ++service) {
    postgres::Database database(Filled(conninfo, kServices[service]), 1);
    VEFA_TRY_OK(ReadLedger(database, service, evidence));
    VEFA_TRY_OK(ReadConsumers(database, evidence));
    if (service == 0) VEFA_TRY_OK(ReadContacts(database, canaries, evidence));
    if (service == 1) VEFA_TRY_OK(ReadInteractions(database, canaries, evidence));
  }
  postgres::Database gateway(Filled(conninfo, "gateway"), 1);
  VEFA_TRY_OK(ReadFeed(gateway, canaries, evidence));
  return ReadConsumers(gateway, evidence);
}

}  // namespace vefa::verify
