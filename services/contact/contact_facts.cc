#include "services/contact/contact_facts.h"

#include "libs/events/append.h"
#include "libs/telemetry/trace.h"

namespace vefa::contact {
namespace {

const postgres::Statement kAppendFacts{
    "contact_facts_append",
    "WITH changed AS (UPDATE contact c SET version = version + 1 FROM unnest($2::uuid[], $3::uuid[], $4::bytea[]) AS i(id, event_id, payload)"
    "   WHERE c.tenant_id = $1 AND c.id = i.id AND c.erase_time IS NULL RETURNING c.id, c.version, i.event_id, i.payload),"
    " logged AS (SELECT " VEFA_APPEND_EVENTS("$1, 'contacts/' || id, version, event_id, $5, $6, $7, NULL, payload") " FROM changed)"
    " SELECT id, version FROM changed, logged"};

}  // namespace

Result<std::vector<ContactVersion>> AppendFacts(postgres::Transaction& transaction, const Uuid& tenant, const char* event_type,
                                                const std::vector<ContactFact>& facts, const Clock& clock) {
  std::vector<ContactVersion> changed;
  if (facts.empty()) return changed;
  std::vector<Uuid> contacts, events;
  std::vector<std::string> payloads;
  for (const ContactFact& fact : facts) {
    contacts.push_back(fact.contact);
    events.push_back(NewUuidV7(clock));
    payloads.push_back(fact.payload);
  }
  VEFA_TRY(postgres::Rows rows,
           transaction.Execute(kAppendFacts, postgres::Bound(tenant, contacts, events, postgres::BindBytes(payloads), event_type,
                                                             clock.Now(), telemetry::CurrentTrace().traceparent())));
  for (int i = 0; i < rows.size(); ++i) changed.push_back({rows.Id(i, 0), rows.Int64(i, 1)});
  return changed;
}

}  // namespace vefa::contact
