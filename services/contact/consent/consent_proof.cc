#include "services/contact/consent/consent_proof.h"

#include "services/contact/consent/consent_chain.h"
#include "vefa/contact/v1/contact.pb.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

// The anchors first: the head that is read after them reaches at least as far.
const Statement kAnchors{"consent_anchors", "SELECT day, sequence, hash, previous, signature FROM consent_anchor"
                                            " WHERE tenant_id = $1 ORDER BY sequence"};
const Statement kHead{"consent_chain_head", "SELECT sequence, hash FROM consent_chain_head WHERE tenant_id = $1"};

// A line that is gone from the log leaves an entry of its place, which whoever checks finds changed.
#define ENTRY_COLUMNS                                                                                                     \
  "SELECT e.line, e.contact_id, l.purpose, l.channel, l.state, l.recipient_type, l.capture_source, l.text_version,"       \
  " e.text_hash, l.form_hash, l.actor, l.occur_time, l.record_time, l.source, e.sequence, e.hash, e.commitment,"          \
  " s.wrapped_secret, e.address_box, l.origin_box, k.key_id, k.wrapped_key FROM ("
#define ENTRY_JOINS                                                                                                       \
  ") e LEFT JOIN consent_log l ON l.tenant_id = $1 AND l.contact_id = e.contact_id AND l.line = e.line"                        \
  " LEFT JOIN consent_secret s ON s.tenant_id = $1 AND s.contact_id = e.contact_id"                                       \
  " LEFT JOIN pii_key k ON k.tenant_id = $1 AND k.key_id = l.origin_key_id ORDER BY e.sequence"

const Statement kEntries{"consent_entries",
                         ENTRY_COLUMNS "SELECT * FROM consent_chain WHERE tenant_id = $1 AND sequence > $2 AND sequence <= $3"
                                       " ORDER BY sequence LIMIT $4" ENTRY_JOINS};
const Statement kEntriesOf{"consent_entries_of",
                           ENTRY_COLUMNS "SELECT * FROM consent_chain WHERE tenant_id = $1 AND contact_id = $5 AND sequence > $2"
                                         " AND sequence <= $3 ORDER BY sequence LIMIT $4" ENTRY_JOINS};
const Statement kPlaces{"consent_places", "SELECT sequence, digest, hash FROM consent_chain WHERE tenant_id = $1"
                                          " AND sequence BETWEEN $2 AND $3 ORDER BY sequence"};
const Statement kKnown{"consent_contact_known", "SELECT EXISTS (SELECT 1 FROM contact WHERE tenant_id = $1 AND id = $2)"};

// What opens the commitment, where it can still be opened.
Status ReadOpening(const Rows& rows, int i, const Sealer& sealer, proof::Entry& entry) {
  if (rows.IsNull(i, 17)) return Ok();
  VEFA_TRY(ConsentSecret secret, ConsentSecret::Read(sealer, entry.line.contact, rows.Text(i, 17)));
  entry.salt = secret.Salt(entry.line.line);
  entry.person.source = rows.String(i, 13);
  if (!rows.IsNull(i, 18)) {
    VEFA_TRY(entry.person.address, secret.OpenAddress(entry.line.line, rows.Text(i, 18)));
  }
  if (rows.IsNull(i, 19) || rows.IsNull(i, 20)) return Ok();
  VEFA_TRY(pii::Key key, sealer.Unwrap(rows.Id(i, 20), rows.Text(i, 21)));
  event::v1::PiiBox box;
  v1::ConsentOrigin origin;
  if (box.ParseFromString(rows.String(i, 19))) VEFA_TRY_OK(pii::Open(key, sealer.tenant(), box, origin));
  entry.person.ip = origin.ip();
  entry.person.user_agent = origin.user_agent();
  return Ok();
}

Result<std::vector<proof::Entry>> EntriesFrom(const Rows& rows, const Sealer& sealer) {
  std::vector<proof::Entry> entries;
  for (int i = 0; i < rows.size(); ++i) {
    proof::Entry entry;
    proof::Line& line = entry.line;
    line.line = rows.Int64(i, 0);
    line.contact = rows.Id(i, 1);
    line.text_hash = rows.String(i, 8);
    line.commitment = rows.String(i, 16);
    entry.sequence = rows.Int64(i, 14);
    entry.hash = DigestFrom(rows.Text(i, 15));
    if (rows.IsNull(i, 2)) {
      entries.push_back(std::move(entry));
      continue;
    }
    line.purpose = rows.String(i, 2);
    line.channel = rows.Int32(i, 3);
    line.state = rows.Int32(i, 4);
    line.recipient_type = rows.Int32(i, 5);
    line.capture_source = rows.String(i, 6);
    line.text_version = rows.Int32(i, 7);
    line.form_hash = rows.String(i, 9);
    line.actor = rows.String(i, 10);
    line.occur_time = rows.Timestamp(i, 11);
    line.record_time = rows.Timestamp(i, 12);
    VEFA_TRY_OK(ReadOpening(rows, i, sealer, entry));
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace

Result<ChainView> ReadChainView(postgres::Database& database, const Uuid& tenant, Deadline deadline) {
  std::vector<postgres::Call> calls;
  calls.push_back({&kAnchors, Bound(tenant)});
  calls.push_back({&kHead, Bound(tenant)});
  VEFA_TRY(std::vector<Rows> rows, database.Run(Scope::Tenant(tenant), std::move(calls), deadline));
  ChainView view;
  const Rows& anchors = rows[0];
  for (int i = 0; i < anchors.size(); ++i)
    view.anchors.push_back({{tenant, anchors.Date(i, 0), anchors.Int64(i, 1), DigestFrom(anchors.Text(i, 2)), DigestFrom(anchors.Text(i, 3))},
                            anchors.String(i, 4)});
  view.hash = proof::Genesis(tenant);
  if (!rows[1].empty()) {
    view.sequence = rows[1].Int64(0, 0);
    view.hash = DigestFrom(rows[1].Text(0, 1));
  }
  return view;
}

Result<std::vector<proof::Entry>> ReadEntries(postgres::Database& database, const Sealer& sealer, int64_t after, int64_t last,
                                              int32_t limit, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(sealer.tenant()), kEntries, Bound(sealer.tenant(), after, last, limit), deadline));
  return EntriesFrom(rows, sealer);
}

Result<std::vector<proof::Entry>> ReadEntriesOf(postgres::Database& database, const Sealer& sealer, const Uuid& contact, int64_t after,
                                                int64_t last, int32_t limit, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(sealer.tenant()), kEntriesOf, Bound(sealer.tenant(), after, last, limit, contact), deadline));
  return EntriesFrom(rows, sealer);
}

Result<std::vector<Place>> ReadPlaces(postgres::Database& database, const Uuid& tenant, int64_t first, int64_t last, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kPlaces, Bound(tenant, first, last), deadline));
  std::vector<Place> places;
  for (int i = 0; i < rows.size(); ++i)
    places.push_back({rows.Int64(i, 0), DigestFrom(rows.Text(i, 1)), DigestFrom(rows.Text(i, 2))});
  return places;
}

Result<bool> ContactIsKnown(postgres::Database& database, const Uuid& tenant, const Uuid& contact, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kKnown, Bound(tenant, contact), deadline));
  return rows.Bool(0, 0);
}

}  // namespace vefa::contact
