#include "services/contact/contact_rows.h"

#include <unordered_map>

namespace vefa::contact {
namespace {

// Contact by contact: see contact_lock_by_external_ids.
const postgres::Statement kPoints{
    "contact_points_of",
    "SELECT " CONTACT_POINT_COLUMNS " FROM unnest($2::uuid[]) AS i(id) CROSS JOIN LATERAL"
    " (SELECT * FROM contact_point q WHERE q.tenant_id = $1 AND q.contact_id = i.id OFFSET 0) p"
    " ORDER BY p.contact_id, p.kind, p.is_primary DESC, p.create_time, p.id"};

// Tags hold no comma.
std::vector<std::string> ReadTags(const std::string& text) {
  std::vector<std::string> tags;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find(',', at), text.size());
    tags.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return tags;
}

}  // namespace

Contact ReadContact(const postgres::Rows& rows, int i) {
  Contact contact;
  contact.id = rows.Id(i, 0);
  contact.external_id = rows.String(i, 1);
  contact.display_name = rows.String(i, 2);
  contact.email = rows.String(i, 3);
  contact.language = rows.String(i, 4);
  contact.source = rows.String(i, 5);
  contact.version = rows.Int64(i, 6);
  contact.create_time = rows.Timestamp(i, 7);
  contact.update_time = rows.Timestamp(i, 8);
  if (!rows.IsNull(i, 9)) contact.erase_time = rows.Timestamp(i, 9);
  contact.given_name = rows.String(i, 10);
  contact.family_name = rows.String(i, 11);
  contact.phone = rows.String(i, 12);
  contact.country = rows.String(i, 13);
  contact.time_zone = rows.String(i, 14);
  contact.tags = ReadTags(rows.String(i, 15));
  contact.attributes = AttributesFromJson(rows.String(i, 16));
  if (!rows.IsNull(i, 17)) contact.owner = rows.Id(i, 17);
  contact.lifecycle_stage = static_cast<LifecycleStage>(rows.Int64(i, 18));
  if (!rows.IsNull(i, 19)) contact.merged_into = rows.Id(i, 19);
  contact.absorbed = rows.Int32(i, 20);
  return contact;
}

ContactPoint ReadPoint(const postgres::Rows& rows, int i) {
  ContactPoint point;
  point.id = rows.Id(i, 1);
  point.kind = static_cast<PointKind>(rows.Int64(i, 2));
  point.value = rows.String(i, 3);
  point.label = rows.String(i, 4);
  point.state = static_cast<PointState>(rows.Int64(i, 5));
  point.primary = rows.Bool(i, 6);
  if (!rows.IsNull(i, 7)) point.verify_time = rows.Timestamp(i, 7);
  point.create_time = rows.Timestamp(i, 8);
  point.recipient_type = static_cast<RecipientType>(rows.Int64(i, 9));
  return point;
}

Status AddPoints(postgres::Transaction& transaction, const Uuid& tenant, std::vector<Contact>& contacts) {
  std::vector<Uuid> ids;
  std::unordered_map<Uuid, Contact*> by_id;
  for (Contact& contact : contacts) {
    ids.push_back(contact.id);
    by_id.emplace(contact.id, &contact);
  }
  VEFA_TRY(postgres::Rows rows, transaction.Execute(kPoints, postgres::Bound(tenant, ids)));
  for (int i = 0; i < rows.size(); ++i) by_id.at(rows.Id(i, 0))->points.push_back(ReadPoint(rows, i));
  return Ok();
}

}  // namespace vefa::contact
