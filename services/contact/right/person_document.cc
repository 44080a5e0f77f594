#include "services/contact/right/person_document.h"

#include <algorithm>
#include <limits>
#include <set>

#include "libs/rpc/time.h"
#include "services/contact/affiliation/affiliation_proto.h"
#include "services/contact/affiliation/affiliation_store.h"
#include "services/contact/boundary/boundary_proto.h"
#include "services/contact/boundary/boundary_store.h"
#include "services/contact/consent/consent_proof.h"
#include "services/contact/consent/consent_proto.h"
#include "services/contact/contact_change.h"
#include "services/contact/contact_proto.h"
#include "services/contact/contact_store.h"
#include "services/contact/identity/identity_proto.h"
#include "services/contact/identity/identity_store.h"
#include "services/contact/interest/interest_proto.h"
#include "services/contact/interest/interest_store.h"
#include "services/contact/iys/iys_proto.h"
#include "services/contact/iys/iys_store.h"
#include "services/contact/lifecycle/lifecycle_proto.h"
#include "services/contact/merge/merge_proto.h"
#include "services/contact/merge/merge_store.h"
#include "services/contact/note/note_proto.h"
#include "services/contact/note/note_store.h"
#include "services/contact/persona/persona_proto.h"
#include "services/contact/point/point_store.h"
#include "services/contact/preference/preference_proto.h"
#include "services/contact/preference/preference_store.h"
#include "services/contact/relationship/relationship_proto.h"
#include "services/contact/relationship/relationship_store.h"
#include "services/contact/right/limit_store.h"
#include "services/contact/right/person_titles.h"
#include "services/contact/right/person_words.h"
#include "services/contact/right/right_proto.h"
#include "services/contact/right/right_store.h"
#include "services/contact/score/score_proto.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;

constexpr int32_t kListedMax = 1000;  // Of each list.

const postgres::Statement kSuppressionsOf{
    "person_suppressions",
    "SELECT s.kind, s.address_hash, s.purpose, s.reason, s.source, s.create_time FROM suppression s WHERE s.tenant_id = $1 AND s.lift_time IS NULL"
    " AND s.address_hash IN (SELECT p.address_hash FROM contact_point p WHERE p.tenant_id = $1 AND p.contact_id = $2) ORDER BY s.id LIMIT $3"};

// Reads one record after the other into a document. Made for one call.
class RecordReader {
 public:
  RecordReader(postgres::Database& database, const Sealer& sealer, Time now, Deadline deadline, v1::PersonDocument& document)
      : database_(database), sealer_(sealer), tenant_(sealer.tenant()), now_(now), deadline_(deadline), document_(document) {}

  Status Read(const Uuid& contact) {
    v1::PersonRecord& record = *document_.add_records();
    VEFA_TRY(auto contacts, GetContacts(database_, tenant_, {contact}, {}, deadline_));
    if (contacts.empty()) return NoSuchContact();
    *record.mutable_contact() = ToProto(contacts.front());
    VEFA_TRY(auto points, GetPoints(database_, tenant_, contact, deadline_));
    if (!points) return NoSuchContact();
    for (const ContactPoint& point : *points) *record.add_points() = ToProto(point, contact);
    VEFA_TRY_OK(ReadConsents(contact, record));
    VEFA_TRY(auto preferences, FindPreferences(database_, tenant_, contact, deadline_));
    if (preferences && preferences->version > 0) *record.mutable_preferences() = ToProto(*preferences);
    // Those of merged records come with these.
    if (document_.records_size() == 1) VEFA_TRY_OK(ReadParties(contact, record));
    VEFA_TRY_OK(ReadRatings(contact, record));
    VEFA_TRY(auto changes, contact::ListLifecycleChanges(database_, tenant_, contact, deadline_));
    if (changes)
      for (const LifecycleChange& change : *changes) *record.add_lifecycle_changes() = ToProto(change);
    NoteCut("lifecycle_changes", record.lifecycle_changes_size());
    VEFA_TRY(auto merges, contact::ListMerges(database_, tenant_, contact, deadline_));
    if (merges)
      for (const Merge& merge : *merges) *record.add_merges() = ToProto(merge);
    NoteCut("merges", record.merges_size());
    IysPage page;
    page.contact = contact;
    page.size = kListedMax;
    VEFA_TRY(auto entries, contact::ListIysEntries(database_, tenant_, page, deadline_));
    for (const IysEntry& entry : entries) *record.add_iys_entries() = ToProto(entry);
    return ReadSuppressions(contact, record);
  }

 private:
  // A list that is as long as it can be may have been longer.
  void NoteCut(const char* list, int size) {
    const auto& cut = document_.cut();
    if (size >= kListedMax && std::ranges::find(cut, list) == cut.end()) document_.add_cut(list);
  }

  Status ReadConsents(const Uuid& contact, v1::PersonRecord& record) {
    VEFA_TRY(ConsentHistory history, GetConsents(database_, tenant_, contact, deadline_));
    for (const Consent& consent : history.states) *record.add_consents() = ToProto(consent, contact);
    for (const Consent& consent : history.point_states) *record.add_consents() = ToProto(consent, contact);
    VEFA_TRY(auto entries, ReadEntriesOf(database_, sealer_, contact, 0, std::numeric_limits<int64_t>::max(), kListedMax, deadline_));
    std::set<int64_t> sealed;
    for (const proof::Entry& entry : entries) {
      *record.add_consent_entries() = ToProto(entry);
      sealed.insert(entry.line.line);
    }
    for (const Consent& consent : history.log)
      if (!sealed.contains(consent.line)) *record.add_unsealed_consents() = ToProto(consent, contact);
    NoteCut("consent_entries", static_cast<int>(history.log.size()));
    return Ok();
  }

  Status ReadParties(const Uuid& contact, v1::PersonRecord& record) {
    VEFA_TRY(auto affiliations,
             ListAffiliations(database_, tenant_, {.contact = contact, .organization = {}, .as_of_day = {}, .after = {}, .size = kListedMax}, deadline_));
    for (const Affiliation& affiliation : affiliations) *record.add_affiliations() = ToProto(affiliation);
    NoteCut("affiliations", record.affiliations_size());
    RelationshipPage page;
    page.party = ResourceName("contacts", contact);
    page.size = kListedMax;
    VEFA_TRY(auto relationships, ListRelationships(database_, tenant_, page, deadline_));
    for (const Relationship& relationship : relationships) *record.add_relationships() = ToProto(relationship);
    NoteCut("relationships", record.relationships_size());
    VEFA_TRY(auto boundaries, ListBoundaries(database_, tenant_, {page.party, true, {}, kListedMax}, deadline_));
    for (const Boundary& boundary : boundaries) *record.add_boundaries() = ToProto(boundary);
    NoteCut("boundaries", record.boundaries_size());
    VEFA_TRY(auto notes, ListNotes(database_, tenant_, {.about = {Party::Kind::kContact, contact}, .pinned_only = false, .before = {}, .size = kListedMax}, deadline_));
    for (const Note& note : notes) *record.add_notes() = ToProto(note);
    NoteCut("notes", record.notes_size());
    VEFA_TRY(auto identities, ListIdentities(database_, tenant_, contact, deadline_));
    if (identities)
      for (const Identity& identity : *identities) *record.add_identities() = ToProto(identity);
    return Ok();
  }

  // What is thought of her, which is of her as well.
  Status ReadRatings(const Uuid& contact, v1::PersonRecord& record) {
    VEFA_TRY(auto parts, ReadInterests(database_, tenant_, contact, deadline_));
    if (parts)
      for (const Interest& interest : Weigh(*parts, now_)) *record.add_interests() = ToProto(interest, now_);
    VEFA_TRY(auto scores, ScoresOf(database_, tenant_, contact, deadline_));
    if (scores)
      for (const ShownScore& score : *scores) *record.add_scores() = ToProto(score);
    VEFA_TRY(auto personas, PersonasOf(database_, tenant_, contact, deadline_));
    if (personas)
      for (const StoredPersona& persona : *personas) *record.add_personas() = ToProto(persona);
    return Ok();
  }

  Status ReadSuppressions(const Uuid& contact, v1::PersonRecord& record) {
    VEFA_TRY(Rows rows, database_.Run(postgres::Scope::Tenant(tenant_), kSuppressionsOf, Bound(tenant_, contact, kListedMax), deadline_));
    for (int i = 0; i < rows.size(); ++i) {
      v1::Suppression& one = *record.add_suppressions();
      one.set_kind(static_cast<v1::Suppression::Kind>(rows.Int32(i, 0)));
      one.set_address_hash(rows.String(i, 1));
      one.set_purpose(rows.String(i, 2));
      one.set_reason(static_cast<v1::Suppression::Reason>(rows.Int32(i, 3)));
      one.set_source(rows.String(i, 4));
      *one.mutable_create_time() = rpc::ToProto(rows.Timestamp(i, 5));
    }
    NoteCut("suppressions", record.suppressions_size());
    return Ok();
  }

  postgres::Database& database_;
  const Sealer& sealer_;
  const Uuid tenant_;
  const Time now_;
  const Deadline deadline_;
  v1::PersonDocument& document_;
};

void AddElsewhere(const char* service, const char* what, const std::string& path, v1::PersonDocument& document) {
  auto& one = *document.add_elsewhere();
  one.set_service(service);
  one.set_what(WordFor(PersonValueWords(), what, "en"));
  one.set_path(path);
}

}  // namespace

Result<v1::PersonDocument> ReadPersonDocument(postgres::Database& database, const Sealer& sealer, const Uuid& contact, Time now,
                                              Deadline deadline) {
  v1::PersonDocument document;
  VEFA_TRY(std::vector<Uuid> all, PartsOf(database, sealer.tenant(), contact, deadline));
  all.insert(all.begin(), contact);
  RecordReader reader(database, sealer, now, deadline, document);
  for (const Uuid& one : all) {
    VEFA_TRY_OK(reader.Read(one));
    RightsPage page;
    page.contact = one;
    page.size = kListedMax;
    VEFA_TRY(auto requests, ListRightsRequests(database, sealer.tenant(), page, deadline));
    for (const RightsRequest& request : requests) *document.add_rights_requests() = ToProto(request);
  }
  VEFA_TRY(auto limited, FindLimits(database, sealer.tenant(), contact, deadline));
  if (limited) *document.mutable_processing_limits() = ToProto(*limited);
  const std::string path = "/v1/" + ResourceName("contacts", contact);
  AddElsewhere("interaction", "ELSEWHERE_TIMELINE", path + "/timeline", document);
  AddElsewhere("interaction", "ELSEWHERE_SCORE", path + "/score", document);
  AddElsewhere("notification", "ELSEWHERE_MESSAGES", "", document);
  AddElsewhere("campaign", "ELSEWHERE_CAMPAIGNS", "", document);
  VEFA_TRY_OK(AddTitles(database, sealer.tenant(), deadline, document));
  return document;
}

}  // namespace vefa::contact
