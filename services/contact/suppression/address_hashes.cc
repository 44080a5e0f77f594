#include "services/contact/suppression/address_hashes.h"

namespace vefa::contact {
namespace {

using postgres::BindBytes;
using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

constexpr int32_t kHashedAtOnce = 500;

#define WITHOUT_HASH                                                                                           \
  "SELECT contact_id, id, kind, value, is_primary FROM contact_point WHERE tenant_id = $1 AND address_hash IS NULL" \
  " AND kind IN (1, 2, 3)"
const Statement kWithoutHash{"address_without_hash", WITHOUT_HASH " ORDER BY contact_id, id LIMIT $2"};
const Statement kWithoutHashOf{"address_without_hash_of", WITHOUT_HASH " AND contact_id = $3 ORDER BY contact_id, id LIMIT $2"};
// Nobody changes the address of a point. That of a contact is another one, perhaps, since it was read.
const Statement kHashAddresses{
    "address_hash",
    "WITH input AS MATERIALIZED (SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::smallint[], $5::text[], $6::boolean[], $7::bytea[])"
    "   AS i(contact_id, id, kind, value, is_primary, hash)),"
    " held AS (SELECT c.id FROM unnest($8::uuid[]) AS u(id) CROSS JOIN LATERAL (SELECT o.id FROM contact o"
    "   WHERE o.tenant_id = $1 AND o.id = u.id OFFSET 0 FOR UPDATE) c),"
    " points AS (UPDATE contact_point p SET address_hash = i.hash FROM input i"
    "   WHERE p.tenant_id = $1 AND p.contact_id = i.contact_id AND p.id = i.id AND (SELECT count(*) FROM held) >= 0),"
    " emails AS (SELECT contact_id, value, hash FROM input WHERE kind = 1 AND is_primary),"
    " phones AS (SELECT contact_id, value, hash FROM input WHERE kind = 2 AND is_primary)"
    " UPDATE contact c SET email_hash = CASE WHEN c.email = e.value THEN e.hash ELSE c.email_hash END,"
    "   phone_hash = CASE WHEN c.phone = t.value THEN t.hash ELSE c.phone_hash END"
    " FROM held h LEFT JOIN emails e ON e.contact_id = h.id LEFT JOIN phones t ON t.contact_id = h.id"
    " WHERE c.tenant_id = $1 AND c.id = h.id"};

}  // namespace

Result<int> HashAddresses(postgres::Transaction& transaction, const Uuid& tenant, const AddressKey& key,
                          const std::optional<Uuid>& contact) {
  postgres::Params params = Bound(tenant, kHashedAtOnce);
  if (contact) params.push_back(postgres::Bind(*contact));
  VEFA_TRY(Rows rows, transaction.Execute(contact ? kWithoutHashOf : kWithoutHash, std::move(params)));
  if (rows.empty()) return 0;
  std::vector<Uuid> contacts, points, distinct;
  std::vector<int16_t> kinds;
  std::vector<std::string> values, hashes;
  std::vector<bool> primaries;
  for (int i = 0; i < rows.size(); ++i) {
    contacts.push_back(rows.Id(i, 0));
    if (distinct.empty() || distinct.back() != contacts.back()) distinct.push_back(contacts.back());
    points.push_back(rows.Id(i, 1));
    kinds.push_back(static_cast<int16_t>(rows.Int32(i, 2)));
    values.push_back(rows.String(i, 3));
    primaries.push_back(rows.Bool(i, 4));
    hashes.push_back(key.Hash(static_cast<PointKind>(kinds.back()), values.back()));
  }
  VEFA_TRY_OK(transaction.Execute(kHashAddresses, Bound(tenant, contacts, points, kinds, values, primaries, BindBytes(hashes), distinct)));
  return rows.size();
}

}  // namespace vefa::contact
