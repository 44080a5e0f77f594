#include "services/contact/contact_import.h"

#include <set>

#include "services/contact/consent/consent_evidence.h"
#include "services/contact/contact_proto.h"
#include "services/contact/contact_store.h"
#include "services/contact/purpose/purpose_store.h"

namespace vefa::contact {
namespace {

constexpr int kChunkMax = 500;

struct ConsentRow {
  int64_t line = 0;
  ConsentOf of;
};

// The good rows of a chunk, and what is wrong with the others.
struct Chunk {
  std::vector<Contact> contacts;
  std::vector<ConsentRow> consents;
};

void Reject(v1::ImportContactsResponse& response, int64_t line, const Violation& violation) {
  auto* reject = response.add_rejects();
  reject->set_line(line);
  reject->set_field(violation.field);
  reject->set_reason(violation.reason);
  reject->set_message(violation.description);
}

Chunk Read(const v1::ImportContactsRequest& request, const AttributeDefinitions& definitions, const std::string& actor,
           Time now, v1::ImportContactsResponse& response) {
  Chunk chunk;
  std::set<std::string> seen;
  for (const v1::ImportRow& row : request.rows()) {
    std::vector<Violation> violations;
    if (row.has_contact()) {
      Contact contact = FromProto(row.contact(), "contact.", violations);
      Normalise(contact, "contact.", violations);
      NormaliseValues(definitions, {}, contact.attributes, "contact.", violations);
      if (violations.empty() && !seen.insert(contact.external_id).second)
        violations.push_back({"contact.external_id", "EXTERNAL_ID_REPEATED", "Name each contact once in a chunk."});
      if (violations.empty()) chunk.contacts.push_back(std::move(contact));
    } else if (row.has_consent()) {
      Consent consent = FromProto(row.consent().consent());
      consent.actor = actor;
      Normalise(consent, "consent.", now, violations);
      if (!row.consent().consent().point().empty())
        violations.push_back({"consent.point", "NOT_IMPORTED", "Record what was said of one address by RecordConsent, or leave the point out."});
      if (row.consent().contact_external_id().empty())
        violations.push_back({"consent.contact_external_id", "REQUIRED", "Say whose consent it is."});
      if (violations.empty())
        chunk.consents.push_back(
            {row.line(), {row.consent().contact_external_id(), Uuid{}, std::move(consent), Uuid{}, ""}});
    } else {
      violations.push_back({"row", "REQUIRED", "Give a contact or a consent."});
    }
    for (const Violation& violation : violations) Reject(response, row.line(), violation);
  }
  return chunk;
}

// Without those that name a text which their purpose does not have. Most chunks name none, and then nobody is asked.
Result<std::vector<const ConsentRow*>> WithKnownTexts(postgres::Transaction& transaction, const Uuid& tenant,
                                                      const std::vector<ConsentRow>& consents, v1::ImportContactsResponse& response) {
  std::vector<const ConsentRow*> good, naming;
  std::vector<NamedText> texts;
  for (const ConsentRow& row : consents) {
    good.push_back(&row);
    if (row.of.consent.text_version == 0) continue;
    naming.push_back(&row);
    texts.push_back({row.of.consent.purpose, row.of.consent.text_version});
  }
  if (texts.empty()) return good;
  VEFA_TRY(auto unknown, FindUnknownTexts(transaction, tenant, texts));
  for (size_t at : unknown) {
    Reject(response, naming[at]->line, {"consent.text_version", "TEXT_VERSION_UNKNOWN", "Give the number of a text that was published, or leave it out."});
    std::erase(good, naming[at]);
  }
  return good;
}

// Consents of one contact follow each other in versions, so each goes into a statement of its own:
// round n holds the n-th consent of every contact.
std::vector<std::vector<const ConsentRow*>> Rounds(const std::vector<const ConsentRow*>& consents) {
  std::vector<std::vector<const ConsentRow*>> rounds;
  std::map<std::string, size_t> next;
  for (const ConsentRow* row : consents) {
    size_t round = next[row->of.external_id]++;
    if (round == rounds.size()) rounds.emplace_back();
    rounds[round].push_back(row);
  }
  return rounds;
}

}  // namespace

Result<v1::ImportContactsResponse> ContactImport::Import(const rpc::CallContext& call,
                                                         const v1::ImportContactsRequest& request) {
  if (request.rows_size() == 0 || request.rows_size() > kChunkMax)
    return Violations({{"rows", "CHUNK_SIZE", "Send 1 to 500 rows in a chunk."}});
  v1::ImportContactsResponse checked;
  VEFA_TRY(auto definitions, attributes_.ForTenant(call.tenant, call.deadline));
  Chunk chunk = Read(request, *definitions, call.principal.subject, clock_.Now(), checked);
  VEFA_TRY(auto sealer, keys_.ForTenant(call.tenant, call.deadline));
  for (ConsentRow& row : chunk.consents) row.of.origin = SealOrigin(row.of.consent, *sealer, clock_);
  std::vector<ContactVersion> changes;
  auto imported = postgres::InTransaction(
      database_, postgres::Scope::Tenant(call.tenant), call.deadline,
      [&](postgres::Transaction& transaction) -> Result<v1::ImportContactsResponse> {
        v1::ImportContactsResponse response = checked;
        changes.clear();
        VEFA_TRY(auto good, WithKnownTexts(transaction, call.tenant, chunk.consents, response));
        if (!chunk.contacts.empty()) {
          VEFA_TRY(auto changed, UpsertContacts(transaction, *sealer, *definitions, chunk.contacts, clock_));
          int said = 0;
          for (const Upserted& contact : changed) {
            if (contact.shows_another) {
              changes.push_back({contact.id, contact.version});
              continue;
            }
            ++said;
            contact.version == 1 ? response.set_contacts_created(response.contacts_created() + 1)
                                 : response.set_contacts_updated(response.contacts_updated() + 1);
            // Nobody has a copy of what was not there.
            if (contact.version > 1) changes.push_back({contact.id, contact.version});
          }
          response.set_unchanged(static_cast<int32_t>(chunk.contacts.size()) - said);
        }
        for (const auto& round : Rounds(good)) {
          std::vector<ConsentOf> consents;
          for (const ConsentRow* row : round) consents.push_back(row->of);
          VEFA_TRY(auto outcomes, RecordConsents(transaction, call.tenant, consents, clock_));
          for (size_t i = 0; i < outcomes.size(); ++i) {
            switch (outcomes[i].outcome) {
              case Recorded::kNew:
                response.set_consents_recorded(response.consents_recorded() + 1);
                changes.push_back(outcomes[i].contact);
                break;
              case Recorded::kRepeated:
                response.set_unchanged(response.unchanged() + 1);
                break;
              case Recorded::kErased:
                Reject(response, round[i]->line,
                       {"consent.contact_external_id", "CONTACT_ERASED", "The person was erased; leave it out."});
                break;
              case Recorded::kNoContact:
                Reject(response, round[i]->line,
                       {"consent.contact_external_id", "CONTACT_NOT_FOUND", "Import the contact before its consent."});
                break;
            }
          }
        }
        return response;
      });
  if (imported.ok()) copies_.Changed(call.tenant, changes);
  return imported;
}

}  // namespace vefa::contact
