#include "services/contact/consent/consent_chain.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "libs/base/text.h"
#include "vefa/contact/v1/contact.pb.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Bytes;
using postgres::Rows;
using postgres::Statement;

const Statement kHoldHead{"consent_chain_hold",
                          "SELECT sequence, hash, seal_time, anchor_sequence, anchor_digest FROM consent_chain_head"
                          " WHERE tenant_id = $1 FOR UPDATE SKIP LOCKED"};
const Statement kMakeHead{
    "consent_chain_make",
    "INSERT INTO consent_chain_head (tenant_id, sequence, hash, seal_time, anchor_sequence, anchor_digest)"
    " VALUES ($1, 0, $2, 'epoch', 0, $3) ON CONFLICT (tenant_id) DO NOTHING"};
const Statement kKeepHead{"consent_chain_keep",
                          "UPDATE consent_chain_head SET sequence = $2, hash = $3, seal_time = $4, anchor_sequence = $5,"
                          " anchor_digest = $6 WHERE tenant_id = $1"};
const Statement kUnsealed{
    "consent_unsealed_take",
    "SELECT u.line, u.contact_id, l.purpose, l.channel, l.state, l.recipient_type, l.capture_source, l.text_version,"
    "  coalesce(t.text_hash, ''), l.form_hash, l.actor, l.occur_time, l.record_time, l.source,"
    "  CASE WHEN l.point_id <> '00000000-0000-0000-0000-000000000000' THEN coalesce(a.value, '') WHEN l.channel = 1 THEN c.email"
    "   WHEN l.channel = 2 THEN c.phone ELSE '' END,"
    "  c.erase_time IS NOT NULL, s.wrapped_secret, l.origin_box, k.key_id, k.wrapped_key"
    " FROM (SELECT line, contact_id FROM consent_unsealed WHERE tenant_id = $1 ORDER BY line LIMIT $2) u"
    " JOIN consent_log l ON l.tenant_id = $1 AND l.contact_id = u.contact_id AND l.line = u.line"
    " JOIN contact c ON c.tenant_id = $1 AND c.id = u.contact_id"
    " LEFT JOIN contact_point a ON a.tenant_id = $1 AND a.contact_id = u.contact_id AND a.id = l.point_id"
    " LEFT JOIN consent_secret s ON s.tenant_id = $1 AND s.contact_id = u.contact_id"
    " LEFT JOIN purpose p ON l.text_version > 0 AND p.tenant_id = $1 AND p.code = l.purpose"
    " LEFT JOIN purpose_text t ON t.tenant_id = $1 AND t.purpose_id = p.id AND t.text_version = l.text_version"
    " LEFT JOIN pii_key k ON k.tenant_id = $1 AND k.key_id = l.origin_key_id"
    " ORDER BY u.line"};
// An erasure waits for this, or this finds the contact erased: no secret is made for whom one was destroyed. Ordinary
// writes of the contact are not held up.
const Statement kHoldContacts{"consent_contacts_hold",
                              "SELECT id, email FROM contact WHERE tenant_id = $1 AND id = ANY($2) AND erase_time IS NULL"
                              " ORDER BY id FOR KEY SHARE"};
const Statement kKeepSecrets{"consent_secret_keep",
                             "INSERT INTO consent_secret (tenant_id, contact_id, wrapped_secret)"
                             " SELECT $1, * FROM unnest($2::uuid[], $3::bytea[])"};
const Statement kAppendChain{
    "consent_chain_append",
    "WITH sealed AS (INSERT INTO consent_chain (tenant_id, sequence, contact_id, line, text_hash, commitment, digest, hash,"
    "    address_box, seal_time)"
    "  SELECT $1, sequence, contact_id, line, text_hash, commitment, digest, hash, nullif(address_box, ''), $10"
    "  FROM unnest($2::bigint[], $3::uuid[], $4::bigint[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[], $9::bytea[])"
    "    AS i(sequence, contact_id, line, text_hash, commitment, digest, hash, address_box)),"
    " named AS (INSERT INTO consent_purpose (tenant_id, code, seal_time) SELECT $1, code, $10 FROM unnest($11::text[]) AS code"
    "  ON CONFLICT (tenant_id, code) DO NOTHING)"
    " DELETE FROM consent_unsealed WHERE tenant_id = $1 AND line = ANY($4)"};
const Statement kAnchor{"consent_anchor_append",
                        "INSERT INTO consent_anchor (tenant_id, day, sequence, hash, previous, signature, create_time)"
                        " VALUES ($1, $2, $3, $4, $5, $6, $7)"};

proof::Line ReadLine(const Rows& rows, int i) {
  proof::Line line;
  line.line = rows.Int64(i, 0);
  line.contact = rows.Id(i, 1);
  line.purpose = rows.String(i, 2);
  line.channel = rows.Int32(i, 3);
  line.state = rows.Int32(i, 4);
  line.recipient_type = rows.Int32(i, 5);
  line.capture_source = rows.String(i, 6);
  line.text_version = rows.Int32(i, 7);
  line.text_hash = rows.String(i, 8);
  line.form_hash = rows.String(i, 9);
  line.actor = rows.String(i, 10);
  line.occur_time = rows.Timestamp(i, 11);
  line.record_time = rows.Timestamp(i, 12);
  return line;
}

Result<UnsealedLine> ReadUnsealed(const Rows& rows, int i, const Sealer& sealer) {
  UnsealedLine unsealed;
  unsealed.line = ReadLine(rows, i);
  unsealed.person.source = rows.String(i, 13);
  unsealed.erased = rows.Bool(i, 15);
  if (!unsealed.erased) unsealed.person.address = rows.String(i, 14);
  if (!rows.IsNull(i, 16)) {
    VEFA_TRY(ConsentSecret secret, ConsentSecret::Read(sealer, unsealed.line.contact, rows.Text(i, 16)));
    unsealed.secret = std::move(secret);
  }
  if (rows.IsNull(i, 17) || rows.IsNull(i, 18)) return unsealed;
  VEFA_TRY(pii::Key key, sealer.Unwrap(rows.Id(i, 18), rows.Text(i, 19)));
  event::v1::PiiBox box;
  v1::ConsentOrigin origin;
  if (box.ParseFromString(rows.String(i, 17))) VEFA_TRY_OK(pii::Open(key, sealer.tenant(), box, origin));
  unsealed.person.ip = origin.ip();
  unsealed.person.user_agent = origin.user_agent();
  return unsealed;
}

// Secrets for whoever has none. Those who are erased by now stay without.
Status MakeSecrets(postgres::Transaction& transaction, const Sealer& sealer, std::vector<UnsealedLine>& lines) {
  std::set<Uuid> without;
  for (const UnsealedLine& line : lines)
    if (!line.secret && !line.erased) without.insert(line.line.contact);
  if (without.empty()) return Ok();
  VEFA_TRY(Rows rows, transaction.Execute(kHoldContacts, Bound(sealer.tenant(), std::vector<Uuid>(without.begin(), without.end()))));
  std::unordered_map<Uuid, ConsentSecret> made;
  std::vector<Uuid> contacts;
  std::vector<std::string> wrapped;
  for (int i = 0; i < rows.size(); ++i) {
    const Uuid contact = rows.Id(i, 0);
    auto secret = made.emplace(contact, ConsentSecret::Make()).first;
    contacts.push_back(contact);
    wrapped.push_back(secret->second.Wrapped(sealer, contact));
  }
  for (UnsealedLine& line : lines) {
    auto secret = made.find(line.line.contact);
    if (secret != made.end()) line.secret = secret->second;
  }
  if (!contacts.empty())
    VEFA_TRY_OK(transaction.Execute(kKeepSecrets, Bound(sealer.tenant(), contacts, postgres::BindBytes(wrapped))));
  return Ok();
}

void CommitTo(UnsealedLine& line) {
  // Of an erased person nothing can be opened: the salt is nobody's.
  if (!line.secret) line.person = {};
  const std::string salt = line.secret ? line.secret->Salt(line.line.line) : crypto::RandomString(32);
  line.line.commitment = proof::Commit(salt, line.person);
  if (line.secret && !line.person.address.empty()) line.address_box = line.secret->SealAddress(line.line.line, line.person.address);
}

}  // namespace

crypto::Digest DigestFrom(std::string_view bytes) {
  crypto::Digest digest{};
  if (bytes.size() == digest.size()) std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

Result<std::optional<ChainHead>> HoldChain(postgres::Transaction& transaction, const Uuid& tenant) {
  VEFA_TRY(Rows rows, transaction.Execute(kHoldHead, Bound(tenant)));
  if (rows.empty()) {
    const crypto::Digest genesis = proof::Genesis(tenant), none{};
    VEFA_TRY_OK(transaction.Execute(kMakeHead, Bound(tenant, Bytes{crypto::Bytes(genesis)}, Bytes{crypto::Bytes(none)})));
    VEFA_TRY(rows, transaction.Execute(kHoldHead, Bound(tenant)));
  }
  if (rows.empty()) return std::optional<ChainHead>();
  return std::optional<ChainHead>({rows.Int64(0, 0), DigestFrom(rows.Text(0, 1)), rows.Timestamp(0, 2), rows.Int64(0, 3),
                                   DigestFrom(rows.Text(0, 4))});
}

Result<std::vector<UnsealedLine>> TakeUnsealed(postgres::Transaction& transaction, const Sealer& sealer, int32_t limit) {
  VEFA_TRY(Rows rows, transaction.Execute(kUnsealed, Bound(sealer.tenant(), limit)));
  std::vector<UnsealedLine> lines;
  for (int i = 0; i < rows.size(); ++i) {
    VEFA_TRY(UnsealedLine line, ReadUnsealed(rows, i, sealer));
    lines.push_back(std::move(line));
  }
  VEFA_TRY_OK(MakeSecrets(transaction, sealer, lines));
  for (UnsealedLine& line : lines) CommitTo(line);
  return lines;
}

std::vector<postgres::Call> AppendToChain(const Uuid& tenant, const std::vector<UnsealedLine>& lines, Time now, ChainHead& head) {
  std::vector<int64_t> sequences, numbers;
  std::vector<Uuid> contacts;
  std::vector<std::string> text_hashes, commitments, digests, hashes, boxes;
  std::set<std::string> purposes;
  for (const UnsealedLine& line : lines) {
    const crypto::Digest digest = proof::DigestOf(line.line);
    head.hash = proof::Link(head.hash, ++head.sequence, digest);
    sequences.push_back(head.sequence);
    contacts.push_back(line.line.contact);
    numbers.push_back(line.line.line);
    text_hashes.push_back(line.line.text_hash);
    commitments.push_back(line.line.commitment);
    digests.emplace_back(crypto::Bytes(digest));
    hashes.emplace_back(crypto::Bytes(head.hash));
    boxes.push_back(line.address_box);
    purposes.insert(line.line.purpose);
  }
  head.seal_time = now;
  using postgres::BindBytes;
  std::vector<postgres::Call> calls;
  calls.push_back({&kAppendChain, Bound(tenant, sequences, contacts, numbers, BindBytes(text_hashes), BindBytes(commitments),
                                        BindBytes(digests), BindBytes(hashes), BindBytes(boxes), now,
                                        std::vector<std::string>(purposes.begin(), purposes.end()))});
  return calls;
}

postgres::Call AnchorChain(const Uuid& tenant, const crypto::SigningKey& key, Time now, ChainHead& head) {
  const proof::Anchor anchor{tenant, DayOf(head.seal_time), head.sequence, head.hash, head.anchor_digest};
  const std::string signature = key.Sign(proof::Statement(anchor));
  head.anchor_sequence = head.sequence;
  head.anchor_digest = proof::DigestOf(anchor);
  return {&kAnchor, Bound(tenant, postgres::Day{anchor.day}, anchor.sequence, Bytes{crypto::Bytes(anchor.hash)},
                          Bytes{crypto::Bytes(anchor.previous)}, Bytes{signature}, now)};
}

postgres::Call KeepHead(const Uuid& tenant, const ChainHead& head) {
  return {&kKeepHead, Bound(tenant, head.sequence, Bytes{crypto::Bytes(head.hash)}, head.seal_time, head.anchor_sequence,
                            Bytes{crypto::Bytes(head.anchor_digest)})};
}

}  // namespace vefa::contact
