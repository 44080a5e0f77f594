#include "services/contact/contact_store.h"

#include <algorithm>

#include "libs/events/append.h"
#include "libs/telemetry/trace.h"
#include "libs/text/fold.h"
#include "services/contact/contact_events.h"

namespace vefa::contact {
namespace {

using postgres::Bind;
using postgres::BindBytes;
using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

const Statement kUpsert{
    "contact_upsert",
    "WITH input AS (SELECT * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],"
    "    $8::text[], $9::uuid[], $10::bytea[], $11::bytea[], $14::uuid[], $15::bytea[]) AS i(id, external_id,"
    "    display_name, email, language, source, search_text, event_id, created, updated, key_id, wrapped_key)),"
    " changed AS ("
    "  INSERT INTO contact AS c (tenant_id, id, external_id, display_name, email, language, source, search_text,"
    "    version, create_time, update_time)"
    "  SELECT $1, id, external_id, display_name, email, language, source, search_text, 1, $12, $12 FROM input"
    "  ORDER BY external_id COLLATE \"C\""
    "  ON CONFLICT ON CONSTRAINT contact_external_id_key DO UPDATE SET display_name = excluded.display_name,"
    "    email = excluded.email, language = excluded.language, source = excluded.source,"
    "    search_text = excluded.search_text, version = c.version + 1, update_time = $12"
    "  WHERE c.erase_time IS NULL AND (c.display_name, c.email, c.language, c.source)"
    "    IS DISTINCT FROM (excluded.display_name, excluded.email, excluded.language, excluded.source)"
    "  RETURNING c.id, c.external_id, c.version),"
    // Only what changed has a box that travels, and only then is it known whose it is.
    " stored AS (INSERT INTO pii_key (tenant_id, key_id, contact_id, wrapped_key, create_time)"
    "  SELECT $1, i.key_id, c.id, i.wrapped_key, $12 FROM changed c JOIN input i USING (external_id)),"
    " logged AS ("
    "  SELECT " VEFA_APPEND_EVENTS("$1, 'contacts/' || c.id, c.version, i.event_id,"
    "    CASE WHEN c.version = 1 THEN 'contact.created' ELSE 'contact.updated' END, $12, $13, NULL,"
    "    CASE WHEN c.version = 1 THEN i.created ELSE i.updated END")
    "  FROM changed c JOIN input i USING (external_id))"
    " SELECT external_id, id, version FROM changed, logged"};

const Statement kInsert{
    "contact_insert",
    "WITH input AS (SELECT * FROM unnest($2::int[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],"
    "    $9::text[], $10::timestamptz[], $11::uuid[], $12::text[], $13::bytea[], $14::uuid[], $15::bytea[])"
    "  AS i(ord, id, external_id, display_name, email, language, source, search_text, time, event_id, traceparent, payload,"
    "    key_id, wrapped_key)),"
    // In one order, so that two batches cannot wait for each other.
    " changed AS ("
    "  INSERT INTO contact (tenant_id, id, external_id, display_name, email, language, source, search_text,"
    "    version, create_time, update_time)"
    "  SELECT $1, id, external_id, display_name, email, language, source, search_text, 1, time, time FROM input"
    "  ORDER BY external_id COLLATE \"C\", ord"
    "  ON CONFLICT ON CONSTRAINT contact_external_id_key DO NOTHING RETURNING id, version, create_time),"
    " stored AS (INSERT INTO pii_key (tenant_id, key_id, contact_id, wrapped_key, create_time)"
    "  SELECT $1, i.key_id, c.id, i.wrapped_key, i.time FROM changed c JOIN input i USING (id)),"
    " logged AS ("
    "  SELECT " VEFA_APPEND_EVENTS("$1, 'contacts/' || c.id, c.version, i.event_id, 'contact.created', i.time, i.traceparent,"
                                   " NULL, i.payload")
    "  FROM changed c JOIN input i USING (id))"
    " SELECT i.ord, c.create_time FROM changed c JOIN input i USING (id), logged"};

const Statement kRecordConsents{
    "consent_record",
    "WITH input AS (SELECT * FROM unnest($2::int[], $3::uuid[], $4::text[], $5::text[], $6::smallint[], $7::smallint[],"
    "    $8::text[], $9::timestamptz[], $10::uuid[], $11::text[], $12::bytea[], $14::text[], $15::uuid[])"
    "  AS i(ord, contact_id, external_id, purpose, channel, state, source, occur_time, event_id, event_type, payload,"
    "    traceparent, causation_id)),"
    " target AS (SELECT i.*, c.id, c.erase_time IS NOT NULL AS erased FROM input i JOIN contact c ON c.tenant_id = $1"
    "    AND (c.id = i.contact_id OR c.external_id = i.external_id)),"
    " fresh AS (SELECT * FROM target t WHERE NOT t.erased AND NOT EXISTS (SELECT 1 FROM consent_log l WHERE l.tenant_id = $1"
    "    AND l.contact_id = t.id AND l.purpose = t.purpose AND l.channel = t.channel AND l.state = t.state"
    "    AND l.occur_time = t.occur_time)),"
    " changed AS (UPDATE contact c SET version = c.version + 1 FROM fresh f"
    "    WHERE c.tenant_id = $1 AND c.id = f.id AND c.erase_time IS NULL RETURNING c.id, c.version),"
    " line AS (INSERT INTO consent_log (tenant_id, contact_id, purpose, channel, state, source, occur_time, record_time)"
    "    SELECT $1, f.id, f.purpose, f.channel, f.state, f.source, f.occur_time, $13 FROM changed c JOIN fresh f USING (id)),"
    " present AS (INSERT INTO consent_state AS s (tenant_id, contact_id, purpose, channel, state, source, occur_time, record_time)"
    "    SELECT $1, f.id, f.purpose, f.channel, f.state, f.source, f.occur_time, $13 FROM changed c JOIN fresh f USING (id)"
    "    ON CONFLICT (tenant_id, contact_id, purpose, channel) DO UPDATE SET state = excluded.state,"
    "      source = excluded.source, occur_time = excluded.occur_time, record_time = excluded.record_time"
    "    WHERE s.occur_time <= excluded.occur_time),"
    " logged AS (SELECT " VEFA_APPEND_EVENTS(
        "$1, 'contacts/' || c.id, c.version, f.event_id, f.event_type, f.occur_time, f.traceparent,"
        " nullif(f.causation_id, '00000000-0000-0000-0000-000000000000'), f.payload")
    "    FROM changed c JOIN fresh f USING (id))"
    " SELECT t.ord, t.id, t.erased, c.version FROM target t LEFT JOIN changed c USING (id), logged"};

std::string SearchText(const Contact& contact) {
  return text::FoldForSearch(contact.display_name.Reveal() + " " + contact.email.Reveal() + " " + contact.external_id);
}

// What a contact is, column by column, for unnest.
struct Columns {
  std::vector<std::string> external_ids, names, emails, languages, sources, searches;

  void Add(const Contact& contact) {
    external_ids.push_back(contact.external_id);
    names.push_back(contact.display_name.Reveal());
    emails.push_back(contact.email.Reveal());
    languages.push_back(contact.language);
    sources.push_back(contact.source);
    searches.push_back(SearchText(contact));
  }
};

}  // namespace

Result<std::vector<Upserted>> UpsertContacts(postgres::Transaction& transaction, const Sealer& sealer,
                                             const std::vector<Contact>& contacts, const Clock& clock) {
  std::vector<Uuid> ids, event_ids, key_ids;
  Columns columns;
  std::vector<std::string> created, updated, wrapped_keys;
  for (const Contact& contact : contacts) {
    ids.push_back(NewUuidV7(clock));
    event_ids.push_back(NewUuidV7(clock));
    columns.Add(contact);
    SealedPerson person = sealer.Seal(contact, clock);
    created.push_back(CreatedPayload(contact, person.box));
    updated.push_back(UpdatedPayload(contact, person.box));
    key_ids.push_back(person.key_id);
    wrapped_keys.push_back(std::move(person.wrapped_key));
  }
  VEFA_TRY(Rows rows, transaction.Execute(
                          kUpsert, Bound(sealer.tenant(), ids, columns.external_ids, columns.names, columns.emails,
                                         columns.languages, columns.sources, columns.searches, event_ids,
                                         BindBytes(created), BindBytes(updated), clock.Now(),
                                         telemetry::CurrentTrace().traceparent(), key_ids, BindBytes(wrapped_keys))));
  std::vector<Upserted> done;
  for (int i = 0; i < rows.size(); ++i) done.push_back({rows.String(i, 0), rows.Id(i, 1), rows.Int64(i, 2)});
  return done;
}

NewContact MakeNewContact(const Sealer& sealer, Contact contact, const Clock& clock) {
  NewContact made;
  made.person = sealer.Seal(contact, clock);
  made.payload = CreatedPayload(contact, made.person.box);
  made.event_id = NewUuidV7(clock);
  made.traceparent = telemetry::CurrentTrace().traceparent();
  contact.id = NewUuidV7(clock);
  contact.version = 1;
  contact.create_time = contact.update_time = clock.Now();
  made.contact = std::move(contact);
  return made;
}

postgres::Call InsertContactsCall(const Uuid& tenant, std::span<const NewContact* const> contacts) {
  std::vector<int32_t> ords;
  std::vector<Uuid> ids, event_ids, key_ids;
  Columns columns;
  std::vector<std::string> traces, payloads, wrapped_keys;
  std::vector<Time> times;
  for (const NewContact* each : contacts) {
    const Contact& contact = each->contact;
    ords.push_back(static_cast<int32_t>(ords.size()));
    ids.push_back(contact.id);
    columns.Add(contact);
    times.push_back(contact.create_time);
    event_ids.push_back(each->event_id);
    traces.push_back(each->traceparent);
    payloads.push_back(each->payload);
    key_ids.push_back(each->person.key_id);
    wrapped_keys.push_back(each->person.wrapped_key);
  }
  return {&kInsert, Bound(tenant, ords, ids, columns.external_ids, columns.names, columns.emails, columns.languages,
                          columns.sources, columns.searches, times, event_ids, traces, BindBytes(payloads), key_ids, BindBytes(wrapped_keys))};
}

std::vector<Result<Contact>> InsertedContacts(const Rows& rows, std::span<const NewContact* const> contacts) {
  std::vector<Result<Contact>> stored(
      contacts.size(),
      Error{Code::kAlreadyExists, "EXTERNAL_ID_TAKEN", "A contact with this external id exists; update it instead."});
  for (int row = 0; row < rows.size(); ++row) {
    size_t ord = static_cast<size_t>(rows.Int32(row, 0));
    Contact contact = contacts[ord]->contact;
    contact.create_time = contact.update_time = rows.Timestamp(row, 1);
    stored[ord] = std::move(contact);
  }
  return stored;
}

Result<std::vector<RecordedConsent>> RecordConsents(postgres::Transaction& transaction, const Uuid& tenant,
                                                    const std::vector<ConsentOf>& consents, const Clock& clock) {
  std::vector<int32_t> ords;
  std::vector<Uuid> contacts, event_ids, causes;
  std::vector<std::string> external_ids, purposes, sources, types, payloads, traces;
  const std::string trace = telemetry::CurrentTrace().traceparent();
  std::vector<int16_t> channels, states;
  std::vector<Time> times;
  for (const ConsentOf& of : consents) {
    ords.push_back(static_cast<int32_t>(ords.size()));
    contacts.push_back(of.contact);
    external_ids.push_back(of.contact.is_nil() ? of.external_id : "");
    purposes.push_back(of.consent.purpose);
    channels.push_back(static_cast<int16_t>(of.consent.channel));
    states.push_back(static_cast<int16_t>(of.consent.state));
    sources.push_back(of.consent.source);
    times.push_back(of.consent.occur_time);
    event_ids.push_back(NewUuidV7(clock));
    types.push_back(ConsentType(of.consent));
    payloads.push_back(ConsentPayload(of.consent));
    traces.push_back(of.causation_id.is_nil() ? trace : of.traceparent);
    causes.push_back(of.causation_id);
  }
  auto rows = transaction.Execute(
      kRecordConsents, Bound(tenant, ords, contacts, external_ids, purposes, channels, states, sources, times,
                             event_ids, types, BindBytes(payloads), clock.Now(), traces, causes));
  if (!rows.ok()) {
    Error error = std::move(rows).error();
    // A twin recorded the same line in between: read it again.
    if (postgres::ConstraintOf(error) == "consent_log_once")
      return Error{Code::kAborted, "TRANSACTION_CONFLICT", "The same consent is being recorded; try again."};
    return error;
  }
  std::vector<RecordedConsent> all(consents.size());
  for (int i = 0; i < rows->size(); ++i) {
    RecordedConsent& one = all[static_cast<size_t>(rows->Int32(i, 0))];
    one.outcome = !rows->IsNull(i, 3) ? Recorded::kNew : rows->Bool(i, 2) ? Recorded::kErased : Recorded::kRepeated;
    if (one.outcome == Recorded::kNew) one.contact = {rows->Id(i, 1), rows->Int64(i, 3)};
  }
  return all;
}

}  // namespace vefa::contact
