#include "services/contact/merge/merge_store.h"

#include "libs/rpc/time.h"
#include "services/contact/contact_proto.h"
#include "services/contact/contact_rows.h"
#include "vefa/contact/v1/merge.pb.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

constexpr int32_t kMergesListed = 1000;

#define MERGE_COLUMNS "m.id, m.survivor_id, m.merged_id, m.taken, m.actor, m.create_time, m.undo_actor, m.undo_time"

const Statement kActiveMerges{"merge_active", "SELECT " MERGE_COLUMNS " FROM contact_merge m"
                                        " WHERE m.tenant_id = $1 AND m.survivor_id = $2 AND m.undo_time IS NULL ORDER BY m.id"};
const Statement kMergedRecords{"merge_records",
                         "SELECT x.* FROM unnest($2::uuid[]) AS i(id) CROSS JOIN LATERAL (SELECT " CONTACT_COLUMNS
                         " FROM contact c WHERE c.tenant_id = $1 AND c.id = i.id OFFSET 0) x"};
const Statement kOwnRecord{"merge_own", "SELECT record FROM contact_own WHERE tenant_id = $1 AND contact_id = $2"};
const Statement kStoreOwnRecord{"merge_store_own",
                          "INSERT INTO contact_own AS o (tenant_id, contact_id, record) VALUES ($1, $2, $3)"
                          " ON CONFLICT (tenant_id, contact_id) DO UPDATE SET record = excluded.record"};
const Statement kForgetOwnRecord{"merge_forget_own", "DELETE FROM contact_own WHERE tenant_id = $1 AND contact_id = $2"};
const Statement kStoreTaken{"merge_store_taken",
                            "UPDATE contact_merge m SET taken = i.taken FROM unnest($2::uuid[], $3::text[]) AS i(id, taken)"
                            " WHERE m.tenant_id = $1 AND m.id = i.id AND m.taken <> i.taken"};
const Statement kInsertMerge{"merge_insert",
                        "WITH part AS (UPDATE contact SET merged_into = $3 WHERE tenant_id = $1 AND id = $4),"
                        " whole AS (UPDATE contact SET absorbed = absorbed + 1 WHERE tenant_id = $1 AND id = $3)"
                        " INSERT INTO contact_merge (tenant_id, id, survivor_id, merged_id, taken, actor, create_time)"
                        " VALUES ($1, $2, $3, $4, $5, $6, $7)"};
const Statement kUndoMerge{"merge_undo",
                      "WITH part AS (UPDATE contact SET merged_into = NULL WHERE tenant_id = $1 AND id = $4),"
                      " whole AS (UPDATE contact SET absorbed = absorbed - 1 WHERE tenant_id = $1 AND id = $3)"
                      " UPDATE contact_merge SET undo_actor = $5, undo_time = $6 WHERE tenant_id = $1 AND id = $2"};
const Statement kLockMerge{"merge_lock", "SELECT " MERGE_COLUMNS " FROM contact_merge m WHERE m.tenant_id = $1 AND m.id = $2 FOR UPDATE"};
// One row without a merge for a contact that has none.
const Statement kListMerges{
    "merge_list",
    "SELECT l.* FROM contact c LEFT JOIN LATERAL"
    " ((SELECT " MERGE_COLUMNS " FROM contact_merge m WHERE m.tenant_id = $1 AND m.survivor_id = $2 ORDER BY m.id DESC LIMIT $3)"
    "  UNION ALL (SELECT " MERGE_COLUMNS " FROM contact_merge m WHERE m.tenant_id = $1 AND m.merged_id = $2 ORDER BY m.id DESC LIMIT $3))"
    " l ON true WHERE c.tenant_id = $1 AND c.id = $2 ORDER BY l.id DESC LIMIT $3"};
const Statement kMergeParts{"merge_parts",
                            "WITH RECURSIVE " CONTACT_PARTS("$2", "$3") " SELECT id FROM part ORDER BY level DESC"};

std::string TakenLines(const Taken& taken) {
  std::string text;
  for (const std::string& name : taken) text += name + "\n";
  return text;
}
Taken ReadTakenLines(const std::string& text) {
  Taken taken;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    taken.insert(text.substr(at, end - at));
    at = end + 1;
  }
  return taken;
}

Merge ReadMerge(const Rows& rows, int i) {
  Merge merge;
  merge.id = rows.Id(i, 0);
  merge.survivor = rows.Id(i, 1);
  merge.merged = rows.Id(i, 2);
  merge.taken = ReadTakenLines(rows.String(i, 3));
  merge.actor = rows.String(i, 4);
  merge.create_time = rows.Timestamp(i, 5);
  merge.undo_actor = rows.String(i, 6);
  if (!rows.IsNull(i, 7)) merge.undo_time = rows.Timestamp(i, 7);
  return merge;
}

std::string OwnBytes(const Contact& own) {
  v1::OwnRecord record;
  *record.mutable_contact() = ToProto(own);
  for (const ContactPoint& point : own.points) *record.add_points() = ToProto(point, own.id);
  return record.SerializeAsString();
}

// What stands for the record itself (its id, version and times) is what it is now.
Result<Contact> ReadOwn(const std::string& bytes, const Contact& locked) {
  v1::OwnRecord record;
  std::vector<Violation> violations;
  if (!record.ParseFromString(bytes)) return Internal("OWN_RECORD_MALFORMED", "A survivor's own record cannot be read.");
  Contact own = FromProto(record.contact(), "", violations);
  own.id = locked.id;
  own.version = locked.version;
  own.create_time = locked.create_time;
  own.update_time = locked.update_time;
  own.merged_into = locked.merged_into;
  own.absorbed = locked.absorbed;
  own.lifecycle_stage = static_cast<LifecycleStage>(record.contact().lifecycle_stage());
  for (const v1::ContactPoint& proto : record.points()) {
    ContactPoint& point = own.points.emplace_back(FromProto(proto));
    VEFA_TRY(point.id, ParseResourceName("points", proto.name().substr(proto.name().find("/points/") + 1)));
    point.create_time = rpc::FromProto(proto.create_time());
    if (proto.has_verify_time()) point.verify_time = rpc::FromProto(proto.verify_time());
  }
  return own;
}

}  // namespace

Result<Survivor> LoadSurvivor(postgres::Transaction& transaction, const Uuid& tenant, const Contact& locked) {
  Survivor survivor{locked, {}};
  if (locked.absorbed == 0) return survivor;
  VEFA_TRY(Rows own, transaction.Execute(kOwnRecord, Bound(tenant, locked.id)));
  if (own.empty()) return Internal("OWN_RECORD_MISSING", "A survivor has no record of its own.");
  VEFA_TRY(survivor.own, ReadOwn(own.String(0, 0), locked));
  VEFA_TRY(Rows merges, transaction.Execute(kActiveMerges, Bound(tenant, locked.id)));
  std::vector<Uuid> ids;
  for (int i = 0; i < merges.size(); ++i) {
    survivor.absorbed.push_back({ReadMerge(merges, i), {}});
    ids.push_back(survivor.absorbed.back().merge.merged);
  }
  VEFA_TRY(Rows rows, transaction.Execute(kMergedRecords, Bound(tenant, ids)));
  std::vector<Contact> records;
  for (int i = 0; i < rows.size(); ++i) records.push_back(ReadContact(rows, i));
  if (!records.empty()) VEFA_TRY_OK(AddPoints(transaction, tenant, records));
  for (Absorbed& each : survivor.absorbed)
    for (Contact& record : records)
      if (record.id == each.merge.merged) each.record = record;
  return survivor;
}

Status StoreSurvivor(postgres::Transaction& transaction, const Uuid& tenant, const Survivor& survivor) {
  if (survivor.absorbed.empty()) {
    VEFA_TRY_OK(transaction.Execute(kForgetOwnRecord, Bound(tenant, survivor.own.id)));
    return Ok();
  }
  const std::string bytes = OwnBytes(survivor.own);
  VEFA_TRY_OK(transaction.Execute(kStoreOwnRecord, Bound(tenant, survivor.own.id, postgres::Bytes{bytes})));
  std::vector<Uuid> ids;
  std::vector<std::string> taken;
  for (const Absorbed& each : survivor.absorbed) {
    ids.push_back(each.merge.id);
    taken.push_back(TakenLines(each.merge.taken));
  }
  VEFA_TRY_OK(transaction.Execute(kStoreTaken, Bound(tenant, ids, taken)));
  return Ok();
}

Status KeepOwnRecord(postgres::Transaction& transaction, const Uuid& tenant, const Contact& before, Contact& after) {
  VEFA_TRY(Survivor survivor, LoadSurvivor(transaction, tenant, before));
  FollowChange(before, after, survivor.own, survivor.absorbed);
  after = ViewOf(survivor.own, survivor.absorbed);
  VEFA_TRY_OK(StoreSurvivor(transaction, tenant, survivor));
  // Another address may be used now, and then another's word rules.
  return SettleConsents(transaction, tenant, before.id);
}

Status InsertMerge(postgres::Transaction& transaction, const Uuid& tenant, const Merge& merge) {
  VEFA_TRY_OK(transaction.Execute(kInsertMerge, Bound(tenant, merge.id, merge.survivor, merge.merged, TakenLines(merge.taken), merge.actor,
                                                 merge.create_time)));
  return Ok();
}

Status UndoMerge(postgres::Transaction& transaction, const Uuid& tenant, const Merge& merge) {
  VEFA_TRY_OK(transaction.Execute(
      kUndoMerge, Bound(tenant, merge.id, merge.survivor, merge.merged, merge.undo_actor, *merge.undo_time)));
  return Ok();
}

Result<std::optional<Merge>> LockMerge(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& id) {
  VEFA_TRY(Rows rows, transaction.Execute(kLockMerge, Bound(tenant, id)));
  if (rows.empty()) return std::optional<Merge>();
  return std::optional<Merge>(ReadMerge(rows, 0));
}

Result<std::optional<std::vector<Merge>>> ListMerges(postgres::Database& database, const Uuid& tenant, const Uuid& contact,
                                                     Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kListMerges, Bound(tenant, contact, kMergesListed), deadline));
  if (rows.empty()) return std::optional<std::vector<Merge>>();
  std::vector<Merge> merges;
  for (int i = 0; i < rows.size(); ++i)
    if (!rows.IsNull(i, 0)) merges.push_back(ReadMerge(rows, i));
  return std::optional(std::move(merges));
}

Status RefreshSurvivors(postgres::Transaction& transaction, const Sealer& sealer, const AttributeDefinitions& definitions,
                        Uuid survivor, const Clock& clock, std::vector<ContactVersion>& changed) {
  for (const Uuid lowest = survivor; !survivor.is_nil();) {
    VEFA_TRY(std::optional<Contact> locked, LockContact(transaction, sealer.tenant(), survivor));
    if (!locked || locked->erase_time) return Ok();
    VEFA_TRY(Survivor whole, LoadSurvivor(transaction, sealer.tenant(), *locked));
    Contact view = ViewOf(whole.own, whole.absorbed);
    if (IsSame(*locked, view)) return Ok();
    ContactChange change{std::move(view), kUpdatedType};
    VEFA_TRY_OK(WriteContacts(transaction, sealer, definitions, {&change, 1}, clock));
    changed.push_back({survivor, change.after.version});
    // Another address may be in use now.
    if (survivor == lowest) VEFA_TRY_OK(SettleConsents(transaction, sealer.tenant(), survivor));
    survivor = locked->merged_into;
  }
  return Ok();
}

Result<std::vector<Uuid>> PartsOf(postgres::Database& database, const Uuid& tenant, const Uuid& contact, Deadline deadline) {
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kMergeParts, Bound(tenant, contact, int32_t{kMergeLevelsMax}), deadline));
  std::vector<Uuid> parts;
  for (int i = 0; i < rows.size(); ++i) parts.push_back(rows.Id(i, 0));
  return parts;
}

postgres::Call ForgetOwnCall(const Uuid& tenant, const Uuid& contact) { return {&kForgetOwnRecord, Bound(tenant, contact)}; }

}  // namespace vefa::contact
