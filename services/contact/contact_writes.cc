// The writing of contact_store.h.
#include <algorithm>
#include <tuple>

#include "libs/events/append.h"
#include "libs/telemetry/trace.h"
#include "libs/text/fold.h"
#include "services/contact/consent/consent_point.h"
#include "services/contact/contact_events.h"
#include "services/contact/contact_rows.h"
#include "services/contact/contact_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::BindBytes;
using postgres::Rows;
using postgres::Statement;

// Records and their events, as Columns binds them. Lists and attributes come as texts; nobody and never as zeros.
#define RECORD_INPUT                                                                                                    \
  "unnest($2::int[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],"  \
  " $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::uuid[], $18::timestamptz[],"     \
  " $19::uuid[], $20::text[], $21::text[], $22::bytea[], $23::uuid[], $24::bytea[], $34::smallint[], $36::bytea[], $37::bytea[])"        \
  " AS i(ord, id, external_id,"                                                                                         \
  " display_name, email, language, source, search_text, given_name, family_name, phone, country, time_zone, tags,"      \
  " attributes, owner_id, time, event_id, event_type, traceparent, payload, key_id, wrapped_key, stage, email_hash,"     \
  " phone_hash)"
#define POINT_INPUT                                                                                                      \
  "unnest($25::uuid[], $26::uuid[], $27::smallint[], $28::text[], $29::text[], $30::smallint[], $31::boolean[],"        \
  " $32::timestamptz[], $33::timestamptz[], $35::bytea[], $38::smallint[]) AS p(contact_id, id, kind, value, label, state,"   \
  " is_primary, verify_time, create_time, address_hash, recipient_type)"
#define RECORD_OWNER "nullif(i.owner_id, '00000000-0000-0000-0000-000000000000')"
#define POINT_COLUMNS "tenant_id, contact_id, id, kind, value, label, state, is_primary, verify_time, create_time, address_hash, recipient_type"
#define POINT_VALUES                                                                                       \
  "$1, p.contact_id, p.id, p.kind, p.value, p.label, p.state, p.is_primary, nullif(p.verify_time, 'epoch')," \
  " p.create_time, nullif(p.address_hash, ''), p.recipient_type"
// What every write of a record stores beside it.
#define RECORD_KEYS_AND_EVENTS                                                                                   \
  " stored AS (INSERT INTO pii_key (tenant_id, key_id, contact_id, wrapped_key, create_time)"                    \
  "  SELECT $1, i.key_id, c.id, i.wrapped_key, i.time FROM changed c JOIN input i USING (id)),"                  \
  " logged AS ("                                                                                                 \
  "  SELECT " VEFA_APPEND_EVENTS("$1, 'contacts/' || c.id, c.version, i.event_id, i.event_type, i.time,"         \
                                 " i.traceparent, NULL, i.payload")                                              \
  "  FROM changed c JOIN input i USING (id))"

const Statement kInsert{
    "contact_insert",
    "WITH input AS (SELECT * FROM " RECORD_INPUT "),"
    // In one order, so that two batches cannot wait for each other.
    " changed AS ("
    "  INSERT INTO contact (tenant_id, id, external_id, display_name, email, language, source, search_text, given_name,"
    "    family_name, phone, country, time_zone, tags, attributes, owner_id, lifecycle_stage, email_hash, phone_hash, version,"
    "    create_time, update_time)"
    "  SELECT $1, id, external_id, display_name, email, language, source, search_text, given_name, family_name, phone, country,"
    "    time_zone, tags::text[], attributes::jsonb, " RECORD_OWNER ", stage, nullif(email_hash, ''), nullif(phone_hash, ''), 1, time, time"
    "  FROM input i"
    "  ORDER BY external_id COLLATE \"C\", ord"
    "  ON CONFLICT ON CONSTRAINT contact_external_id_key DO NOTHING RETURNING id, version, create_time),"
    " reached AS (INSERT INTO contact_point (" POINT_COLUMNS ")"
    "  SELECT " POINT_VALUES " FROM " POINT_INPUT " JOIN changed c ON c.id = p.contact_id),"
    RECORD_KEYS_AND_EVENTS
    " SELECT i.ord, c.create_time FROM changed c JOIN input i USING (id), logged"};

// Of records that are locked already.
const Statement kWrite{
    "contact_write",
    "WITH input AS (SELECT * FROM " RECORD_INPUT "), reach AS (SELECT * FROM " POINT_INPUT "),"
    " changed AS ("
    "  UPDATE contact c SET external_id = i.external_id, display_name = i.display_name, email = i.email, language = i.language,"
    "    source = i.source, search_text = i.search_text, given_name = i.given_name, family_name = i.family_name, phone = i.phone,"
    "    country = i.country, time_zone = i.time_zone, tags = i.tags::text[], attributes = i.attributes::jsonb,"
    "    owner_id = " RECORD_OWNER ", lifecycle_stage = i.stage, email_hash = nullif(i.email_hash, ''), phone_hash = nullif(i.phone_hash, ''),"
    "    version = c.version + 1, update_time = i.time"
    "  FROM input i WHERE c.tenant_id = $1 AND c.id = i.id AND c.erase_time IS NULL RETURNING c.id, c.version),"
    " gone AS (DELETE FROM contact_point p USING input i WHERE p.tenant_id = $1 AND p.contact_id = i.id"
    "    AND NOT EXISTS (SELECT 1 FROM reach r WHERE r.contact_id = p.contact_id AND r.id = p.id)),"
    " reached AS (INSERT INTO contact_point AS q (" POINT_COLUMNS ") SELECT " POINT_VALUES " FROM reach p"
    "  ON CONFLICT (tenant_id, contact_id, id) DO UPDATE SET label = excluded.label, state = excluded.state,"
    "    is_primary = excluded.is_primary, verify_time = excluded.verify_time, address_hash = excluded.address_hash,"
    "    recipient_type = excluded.recipient_type"
    "  WHERE (q.label, q.state, q.is_primary, q.verify_time, q.address_hash, q.recipient_type) IS DISTINCT FROM (excluded.label,"
    "    excluded.state, excluded.is_primary, excluded.verify_time, excluded.address_hash, excluded.recipient_type)),"
    RECORD_KEYS_AND_EVENTS
    " SELECT i.ord, c.version, EXISTS (SELECT 1 FROM consent_address a WHERE a.tenant_id = $1 AND a.contact_id = c.id)"
    " FROM changed c JOIN input i USING (id), logged"};

const Statement kLock{"contact_lock", "SELECT " CONTACT_COLUMNS
                                      " FROM contact c WHERE c.tenant_id = $1 AND c.id = $2 FOR UPDATE"};
// One by one along the index, in the order they are given, so that two imports cannot wait for each other. As one condition the
// planner takes 500 of them for more than a tenant that is not analysed yet has, and reads the tenant.
const Statement kLockByExternalIds{
    "contact_lock_by_external_ids",
    "SELECT x.* FROM unnest($2::text[]) AS i(external_id) CROSS JOIN LATERAL (SELECT " CONTACT_COLUMNS
    " FROM contact c WHERE c.tenant_id = $1 AND c.external_id = i.external_id OFFSET 0 FOR UPDATE) x"};
const Statement kLockByIds{"contact_lock_by_ids",
                           "SELECT x.* FROM unnest($2::uuid[]) AS i(id) CROSS JOIN LATERAL (SELECT " CONTACT_COLUMNS
                           " FROM contact c WHERE c.tenant_id = $1 AND c.id = i.id OFFSET 0 FOR UPDATE) x"};

std::string SearchText(const Contact& contact) {
  std::string text = contact.display_name.Reveal() + " " + contact.email.Reveal() + " " + contact.external_id;
  for (const auto* more : {&contact.given_name, &contact.family_name, &contact.phone})
    if (!more->empty()) text += " " + more->Reveal();
  return text::FoldForSearch(text);
}

// As PostgreSQL reads an array: tags hold nothing that would have to be escaped.
std::string ArrayText(const std::vector<std::string>& tags) {
  std::string text = "{";
  for (const std::string& tag : tags) text += (text.size() > 1 ? ",\"" : "\"") + tag + "\"";
  return text + "}";
}

// Records and their events, column by column, for unnest.
struct Columns {
  std::vector<int32_t> ords;
  std::vector<Uuid> ids, owners, event_ids, key_ids;
  std::vector<std::string> external_ids, names, emails, languages, sources, searches, given_names, family_names, phones,
      countries, time_zones, tags, attributes, event_types, traces, payloads, wrapped_keys;
  std::vector<Time> times;
  // Of their points.
  std::vector<Uuid> reached, point_ids;
  std::vector<int16_t> kinds, states, recipient_types;
  std::vector<std::string> values, labels;
  std::vector<bool> primaries;
  std::vector<Time> verify_times, point_times;
  // Of the records again.
  std::vector<int16_t> stages;
  // Of the points, and of the records.
  std::vector<std::string> address_hashes, email_hashes, phone_hashes;

  void Add(const Contact& contact, Time time) {
    ords.push_back(static_cast<int32_t>(ords.size()));
    ids.push_back(contact.id);
    external_ids.push_back(contact.external_id);
    names.push_back(contact.display_name.Reveal());
    emails.push_back(contact.email.Reveal());
    languages.push_back(contact.language);
    sources.push_back(contact.source);
    searches.push_back(SearchText(contact));
    given_names.push_back(contact.given_name.Reveal());
    family_names.push_back(contact.family_name.Reveal());
    phones.push_back(contact.phone.Reveal());
    countries.push_back(contact.country);
    time_zones.push_back(contact.time_zone);
    tags.push_back(ArrayText(contact.tags));
    attributes.push_back(ToJson(contact.attributes));
    owners.push_back(contact.owner);
    stages.push_back(static_cast<int16_t>(contact.lifecycle_stage));
    times.push_back(time);
    for (const ContactPoint& point : contact.points) Add(contact.id, point);
  }
  void Add(const Uuid& contact, const ContactPoint& point) {
    reached.push_back(contact);
    point_ids.push_back(point.id);
    kinds.push_back(static_cast<int16_t>(point.kind));
    values.push_back(point.value.Reveal());
    labels.push_back(point.label.Reveal());
    states.push_back(static_cast<int16_t>(point.state));
    primaries.push_back(point.primary);
    verify_times.push_back(point.verify_time.value_or(Time{}));
    point_times.push_back(point.create_time);
    recipient_types.push_back(static_cast<int16_t>(point.recipient_type));
  }
  void Add(const SealedPerson& person, const Uuid& event_id, const char* event_type, const std::string& trace,
           const std::string& payload) {
    event_ids.push_back(event_id);
    event_types.push_back(event_type);
    traces.push_back(trace);
    payloads.push_back(payload);
    key_ids.push_back(person.key_id);
    wrapped_keys.push_back(person.wrapped_key);
    address_hashes.insert(address_hashes.end(), person.address_hashes.begin(), person.address_hashes.end());
    email_hashes.push_back(person.email_hash);
    phone_hashes.push_back(person.phone_hash);
  }
  postgres::Params Bind(const Uuid& tenant) const {
    return Bound(tenant, ords, ids, external_ids, names, emails, languages, sources, searches, given_names, family_names,
                 phones, countries, time_zones, tags, attributes, owners, times, event_ids, event_types, traces, BindBytes(payloads),
                 key_ids, BindBytes(wrapped_keys), reached, point_ids, kinds, values, labels, states, primaries,
                 verify_times, point_times, stages, BindBytes(address_hashes), BindBytes(email_hashes), BindBytes(phone_hashes),
                 recipient_types);
  }
};

Error ExternalIdTaken() {
  return {Code::kAlreadyExists, "EXTERNAL_ID_TAKEN", "A contact with this external id exists; update it instead."};
}

}  // namespace

bool IsSame(const Contact& a, const Contact& b) {
  auto tie = [](const Contact& c) {
    return std::tie(c.external_id, c.display_name, c.email, c.language, c.source, c.given_name, c.family_name, c.phone,
                    c.country, c.time_zone, c.tags, c.attributes, c.owner, c.lifecycle_stage, c.points);
  };
  return tie(a) == tie(b);
}

NewContact MakeNewContact(const Sealer& sealer, const AttributeDefinitions& definitions, Contact contact,
                          const Clock& clock) {
  NewContact made;
  contact.id = NewUuidV7(clock);
  contact.version = 1;
  contact.create_time = contact.update_time = clock.Now();
  SettlePoints(contact, clock);
  made.person = sealer.Seal(contact, definitions, clock);
  made.payload = StatePayload(kCreatedType, contact, definitions, made.person.box);
  made.event_id = NewUuidV7(clock);
  made.traceparent = telemetry::CurrentTrace().traceparent();
  made.contact = std::move(contact);
  return made;
}

postgres::Call InsertContactsCall(const Uuid& tenant, std::span<const NewContact* const> contacts) {
  Columns columns;
  for (const NewContact* each : contacts) {
    columns.Add(each->contact, each->contact.create_time);
    columns.Add(each->person, each->event_id, kCreatedType, each->traceparent, each->payload);
  }
  return {&kInsert, columns.Bind(tenant)};
}

std::vector<Result<Contact>> InsertedContacts(const Rows& rows, std::span<const NewContact* const> contacts) {
  std::vector<Result<Contact>> stored(contacts.size(), ExternalIdTaken());
  for (int row = 0; row < rows.size(); ++row) {
    size_t ord = static_cast<size_t>(rows.Int32(row, 0));
    Contact contact = contacts[ord]->contact;
    contact.create_time = contact.update_time = rows.Timestamp(row, 1);
    stored[ord] = std::move(contact);
  }
  return stored;
}

Result<std::optional<Contact>> LockContact(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& id) {
  VEFA_TRY(Rows rows, transaction.Execute(kLock, Bound(tenant, id)));
  if (rows.empty()) return std::optional<Contact>();
  std::vector<Contact> contacts{ReadContact(rows, 0)};
  VEFA_TRY_OK(AddPoints(transaction, tenant, contacts));
  return std::optional<Contact>(std::move(contacts.front()));
}

namespace {

Result<std::vector<Contact>> ReadLocked(postgres::Transaction& transaction, const Uuid& tenant, const Rows& rows) {
  std::vector<Contact> contacts;
  for (int i = 0; i < rows.size(); ++i) contacts.push_back(ReadContact(rows, i));
  if (!contacts.empty()) VEFA_TRY_OK(AddPoints(transaction, tenant, contacts));
  return contacts;
}

}  // namespace

Result<std::vector<Contact>> LockContacts(postgres::Transaction& transaction, const Uuid& tenant,
                                          std::vector<std::string> external_ids) {
  std::sort(external_ids.begin(), external_ids.end());
  VEFA_TRY(Rows rows, transaction.Execute(kLockByExternalIds, Bound(tenant, external_ids)));
  return ReadLocked(transaction, tenant, rows);
}

Result<std::vector<Contact>> LockContactsById(postgres::Transaction& transaction, const Uuid& tenant, std::vector<Uuid> ids) {
  std::sort(ids.begin(), ids.end());
  VEFA_TRY(Rows rows, transaction.Execute(kLockByIds, Bound(tenant, ids)));
  return ReadLocked(transaction, tenant, rows);
}

void SettlePoints(Contact& contact, const Clock& clock) {
  Time now = clock.Now();
  SetPrimaryValue(contact.points, PointKind::kEmail, contact.email, NewUuidV7(clock), now);
  SetPrimaryValue(contact.points, PointKind::kPhone, contact.phone, NewUuidV7(clock), now);
  contact.email = PrimaryValue(contact.points, PointKind::kEmail);
  contact.phone = PrimaryValue(contact.points, PointKind::kPhone);
}

Status WriteContacts(postgres::Transaction& transaction, const Sealer& sealer, const AttributeDefinitions& definitions,
                     std::span<ContactChange> changes, const Clock& clock) {
  Columns columns;
  const std::string trace = telemetry::CurrentTrace().traceparent();
  for (ContactChange& change : changes) {
    Contact& after = change.after;
    after.update_time = clock.Now();
    columns.Add(after, after.update_time);
    SealedPerson person = sealer.Seal(after, definitions, clock);
    columns.Add(person, NewUuidV7(clock), change.event_type, trace,
                StatePayload(change.event_type, after, definitions, person.box, change.particulars));
  }
  auto rows = transaction.Execute(kWrite, columns.Bind(sealer.tenant()));
  if (!rows.ok()) {
    Error error = std::move(rows).error();
    return postgres::ConstraintOf(error) == "contact_external_id_key" ? ExternalIdTaken() : error;
  }
  std::vector<Uuid> by_address;
  for (int i = 0; i < rows->size(); ++i) {
    Contact& after = changes[static_cast<size_t>(rows->Int32(i, 0))].after;
    after.version = rows->Int64(i, 1);
    if (rows->Bool(i, 2)) by_address.push_back(after.id);
  }
  if (by_address.empty()) return Ok();
  VEFA_TRY(auto settled, SettleAddresses(transaction, sealer.tenant(), by_address, clock));
  for (ContactChange& change : changes)
    for (const ContactVersion& each : settled)
      if (each.id == change.after.id) change.after.version = each.version;
  return Ok();
}

}  // namespace vefa::contact
