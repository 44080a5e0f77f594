#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/result.h"
#include "libs/postgres/database.h"
#include "services/contact/contact.h"
#include "services/contact/contact_copies.h"
#include "services/contact/contact_events.h"
#include "services/contact/contact_filter.h"
#include "services/contact/pii_keys.h"
#include "services/contact/preference/preference.h"

// The SQL of contacts and consents. Every write is set-based and appends its events in the same
// statement, selected from the rows it changed.
namespace vefa::contact {

// What became of one contact of an upsert.
struct Upserted {
  std::string external_id;
  Uuid id;
  int64_t version = 0;  // 1: created
  bool shows_another = false;  // It changed only because a record that is a part of it did.
};

// A consent with the contact it is about, named either way.
struct ConsentOf {
  std::string external_id;  // Used when contact is nil.
  Uuid contact;
  Consent consent;
  // The event that says so, and its trace; nil when a call does, whose trace is the present one.
  Uuid causation_id;
  std::string traceparent;
  std::optional<SealedPerson> origin{};  // From where it was said, sealed.
};

// What became of one consent line.
enum class Recorded { kNoContact, kErased, kRepeated, kNew };
struct RecordedConsent {
  Recorded outcome = Recorded::kNoContact;
  ContactVersion contact;  // Of kNew: whose it is, and the version it made.
};

// Creates the contacts or brings them to this state, with their events; those that already are in
// it are not in the answer. Of what may be left unsaid (names, phone, country, time zone, tags, attributes, owner) only what is
// said is brought over. External ids must be distinct. The tenant is the sealer's. ABORTED `TRANSACTION_CONFLICT` when
// another transaction creates one of them at the same time.
Result<std::vector<Upserted>> UpsertContacts(postgres::Transaction& transaction, const Sealer& sealer,
                                             const AttributeDefinitions& definitions,
                                             const std::vector<Contact>& contacts, const Clock& clock);

// A whole record, its points included, an erased one too: nobody else changes it until the transaction ends.
Result<std::optional<Contact>> LockContact(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& id);
// The same for those there are of these.
Result<std::vector<Contact>> LockContacts(postgres::Transaction& transaction, const Uuid& tenant,
                                          std::vector<std::string> external_ids);
Result<std::vector<Contact>> LockContactsById(postgres::Transaction& transaction, const Uuid& tenant, std::vector<Uuid> ids);

// A change of a locked record: what it is afterwards, and the event that says so.
struct ContactChange {
  Contact after;
  const char* event_type;
  Particulars particulars = {};
  // What else is written in the transaction, after the record; nothing when it is empty.
  std::function<Status(postgres::Transaction&, const Contact& after)> written = {};
};
// Writes whole records with their points and events, each once; their versions and times are set. ALREADY_EXISTS
// `EXTERNAL_ID_TAKEN`.
Status WriteContacts(postgres::Transaction& transaction, const Sealer& sealer, const AttributeDefinitions& definitions,
                     std::span<ContactChange> changes, const Clock& clock);
// A locked record after a change of it. Of a survivor the change is of its own record, which is stored; the answer is what it shows.
using ChangeOwn = std::function<void(Contact& own)>;
Result<Contact> ChangedOwn(postgres::Transaction& transaction, const Uuid& tenant, const Contact& before, const ChangeOwn& change,
                           const Clock& clock);
// Whether two states of a record differ in nothing that is recorded.
bool IsSame(const Contact& a, const Contact& b);
// Brings a record's points and its primary addresses to say the same, after the latter were set.
void SettlePoints(Contact& contact, const Clock& clock);

// A contact that is to be made: what is personal of it is sealed already.
struct NewContact {
  Contact contact;
  SealedPerson person;
  std::string payload;  // Of its event.
  Uuid event_id;
  std::string traceparent;
};
NewContact MakeNewContact(const Sealer& sealer, const AttributeDefinitions& definitions, Contact contact,
                          const Clock& clock);
// Creates contacts of one tenant with their events, in one statement; read its rows with InsertedContacts.
postgres::Call InsertContactsCall(const Uuid& tenant, std::span<const NewContact* const> contacts);
// Each contact as stored, by position. ALREADY_EXISTS `EXTERNAL_ID_TAKEN`.
std::vector<Result<Contact>> InsertedContacts(const postgres::Rows& rows, std::span<const NewContact* const> contacts);

// Creates the one and writes the other, each with its event, and brings survivors of what is a part of them to show it. Errors as of
// UpsertContacts and WriteContacts.
Result<std::vector<Upserted>> StoreUpserts(postgres::Transaction& transaction, const Sealer& sealer,
                                           const AttributeDefinitions& definitions, std::span<const NewContact> made,
                                           std::span<ContactChange> changes, const Clock& clock);

// Appends consent lines with their events, at most one per contact. A line already there is left
// alone, and so is an erased contact. Element i is about input i. Those about a point were placed before (PlaceConsent).
Result<std::vector<RecordedConsent>> RecordConsents(postgres::Transaction& transaction, const Uuid& tenant,
                                                    const std::vector<ConsentOf>& consents, const Clock& clock);

// The stored line that equals `consent`; nullopt when there is none.
Result<std::optional<Consent>> FindConsent(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact,
                                           const Consent& consent);

// Where a page of a list begins.
struct ContactPage {
  std::string order_by = "create_time";  // create_time, display_name or external_id
  bool descending = false;
  std::optional<std::vector<Uuid>> among;  // Of these only: what a search found.
  std::vector<std::string> after;          // Key and id of the last row, as text; empty for the first page.
  int size = 50;
};
Result<std::vector<Contact>> ListContacts(postgres::Database& database, const Uuid& tenant, const ContactPage& page,
                                          Deadline deadline);
// How many there are, counted to at most 10,000.
Result<int32_t> CountContacts(postgres::Database& database, const Uuid& tenant, Deadline deadline);

// Whose contacts are meant: those that one of these users answers for, or everybody's (rpc::Principal).
using Owners = std::optional<std::vector<Uuid>>;

// Who is on a page of those for whom a condition holds, in order; `among` is not asked for. Where no index helps it goes along
// the tenant's contacts until the page is full or the deadline passed.
Result<std::vector<Uuid>> ListFiltered(postgres::Database& database, const Uuid& tenant, const filter::Filter& filter,
                                       const Owners& owners, const ContactPage& page, Deadline deadline);
// How many they are, counted to at most 1,000.
Result<int32_t> CountFiltered(postgres::Database& database, const Uuid& tenant, const filter::Filter& filter, const Owners& owners,
                              Deadline deadline);
// Of these contacts those for whom it holds.
Result<std::unordered_set<Uuid>> FilterContacts(postgres::Database& database, const Uuid& tenant, const filter::Filter& filter,
                                                const Owners& owners, const std::vector<Uuid>& ids, Deadline deadline);
// The keys of a row for the next page.
std::vector<std::string> PageKeys(const Contact& contact, const std::string& order_by);

Result<std::vector<Contact>> GetContacts(postgres::Database& database, const Uuid& tenant,
                                         const std::vector<Uuid>& ids, const std::vector<std::string>& external_ids,
                                         Deadline deadline);

struct ConsentHistory {
  bool contact_exists = false;
  std::vector<Consent> states;
  std::vector<Consent> log;  // Oldest first, at most 1,000.
  std::vector<Consent> point_states;  // Of addresses of which something was said alone.
};
Result<ConsentHistory> GetConsents(postgres::Database& database, const Uuid& tenant, const Uuid& contact,
                                   Deadline deadline);

struct RecipientRow {
  Contact contact;
  Preferences preferences;        // By the contact's own word: the pause, the limits and the quiet hours, nothing else.
  int64_t confirmable_line = 0;   // The pending line that the person can confirm at `now`; 0: there is none.
  std::string purpose_title;      // In the contact's language; empty: nobody declared it.
};
Result<std::vector<RecipientRow>> GetRecipients(postgres::Database& database, const Uuid& tenant,
                                                const std::vector<Uuid>& ids, const std::string& purpose,
                                                Channel channel, Time now, Deadline deadline);

}  // namespace vefa::contact
