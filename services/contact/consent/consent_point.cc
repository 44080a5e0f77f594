#include "services/contact/consent/consent_point.h"

#include <map>

#include "services/contact/contact_events.h"
#include "services/contact/contact_facts.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Call;
using postgres::Rows;
using postgres::Scope;
using postgres::Statement;

#define NO_POINT "'00000000-0000-0000-0000-000000000000'::uuid"
// Whether line `l` is about point `p`: about every address, about this point, or about the same address under another id.
#define IS_SAID_OF(l, p)                                                                                                              \
  "(" l ".point_id = " NO_POINT " OR " l ".point_id = " p ".id OR EXISTS (SELECT 1 FROM consent_address k WHERE k.tenant_id = $1"     \
  "   AND k.contact_id = " l ".contact_id AND k.point_id = " l ".point_id AND k.kind = " p ".kind AND k.address_hash = " p ".address_hash))"
#define KIND_OF(channel) "CASE " channel " WHEN 1 THEN 1 WHEN 2 THEN 2 WHEN 3 THEN 4 END"

const Statement kHold{"consent_point_hold", "SELECT 1 FROM contact WHERE tenant_id = $1 AND id = $2 AND erase_time IS NULL FOR UPDATE"};
const Statement kPlace{
    "consent_point_place",
    "WITH place AS (SELECT p.kind, p.is_primary, p.address_hash FROM contact_point p WHERE p.tenant_id = $1 AND p.contact_id = $2 AND p.id = $3),"
    " kept AS (INSERT INTO consent_address (tenant_id, contact_id, point_id, kind, address_hash)"
    "   SELECT $1, $2, $3, kind, address_hash FROM place"
    "   ON CONFLICT (tenant_id, contact_id, point_id) DO UPDATE SET address_hash = excluded.address_hash)"
    " SELECT kind, is_primary FROM place"};

const Statement kSettle{
    "consent_point_settle",
    "WITH about AS (SELECT DISTINCT l.contact_id, l.purpose, l.channel FROM unnest($2::uuid[]) AS i(id) CROSS JOIN LATERAL"
    "   (SELECT * FROM consent_log WHERE tenant_id = $1 AND contact_id = i.id AND point_id <> " NO_POINT " OFFSET 0) l),"
    " holds AS (SELECT a.contact_id, a.purpose, a.channel, w.state, w.source, w.occur_time, w.record_time, w.line FROM about a"
    "   LEFT JOIN contact_point p ON p.tenant_id = $1 AND p.contact_id = a.contact_id AND p.is_primary AND p.kind = " KIND_OF("a.channel")
    "   LEFT JOIN LATERAL (SELECT l.* FROM consent_log l WHERE l.tenant_id = $1 AND l.contact_id = a.contact_id AND l.purpose = a.purpose"
    "     AND l.channel = a.channel AND " IS_SAID_OF("l", "p") " ORDER BY l.occur_time DESC, l.line DESC LIMIT 1) w ON true),"
    " before AS (SELECT h.contact_id, h.purpose, h.channel, s.state FROM holds h JOIN consent_state s ON s.tenant_id = $1"
    "   AND s.contact_id = h.contact_id AND s.purpose = h.purpose AND s.channel = h.channel),"
    " kept AS (INSERT INTO consent_state AS s (tenant_id, contact_id, purpose, channel, state, source, occur_time, record_time, line)"
    "   SELECT $1, contact_id, purpose, channel, state, source, occur_time, record_time, line FROM holds WHERE line IS NOT NULL"
    "   ON CONFLICT (tenant_id, contact_id, purpose, channel) DO UPDATE SET state = excluded.state, source = excluded.source,"
    "     occur_time = excluded.occur_time, record_time = excluded.record_time, line = excluded.line"
    "   WHERE s.line IS DISTINCT FROM excluded.line),"
    // What a merge made holds on where nothing was said.
    " silent AS (UPDATE consent_state s SET state = 0, line = NULL FROM holds h WHERE h.line IS NULL AND s.tenant_id = $1"
    "   AND s.contact_id = h.contact_id AND s.purpose = h.purpose AND s.channel = h.channel AND s.merge_state IS NOT NULL),"
    " gone AS (DELETE FROM consent_state s USING holds h WHERE h.line IS NULL AND s.tenant_id = $1"
    "   AND s.contact_id = h.contact_id AND s.purpose = h.purpose AND s.channel = h.channel AND s.merge_state IS NULL)"
    " SELECT h.contact_id, h.purpose, h.channel, coalesce(h.state, 0::smallint), coalesce(h.source, ''), h.occur_time FROM holds h"
    " LEFT JOIN before b USING (contact_id, purpose, channel)"
    " WHERE coalesce(h.state, 0) <> coalesce(b.state, 0) ORDER BY h.contact_id, h.purpose, h.channel"};

const Statement kKnow{
    "consent_point_know",
    "SELECT q.ord - 1, p.id IS NOT NULL, coalesce(p.is_primary, false), coalesce(w.state, 0::smallint), w.occur_time, coalesce(w.line, 0),"
    "  coalesce(u.consent_days > 0 AND w.occur_time + make_interval(days => u.consent_days) <= $6, false), coalesce(p.recipient_type = 2, false),"
    "  x.create_time, coalesce(CASE WHEN e.address_hash = p.address_hash THEN e.registered END, 0::smallint),"
    // A merge only takes away.
    "  CASE WHEN s.merge_state <> 1 AND s.merge_time >= coalesce(w.occur_time, '-infinity') THEN s.merge_state END, s.merge_time"
    " FROM unnest($2::uuid[], $3::text[], $4::smallint[], $5::uuid[]) WITH ORDINALITY AS q(contact_id, purpose, channel, point_id, ord)"
    " LEFT JOIN contact_point p ON p.tenant_id = $1 AND p.contact_id = q.contact_id AND p.id = q.point_id AND p.kind = " KIND_OF("q.channel")
    " LEFT JOIN LATERAL (SELECT l.state, l.occur_time, l.line FROM consent_log l WHERE l.tenant_id = $1 AND l.contact_id = q.contact_id"
    "   AND l.purpose = q.purpose AND l.channel = q.channel AND " IS_SAID_OF("l", "p") " ORDER BY l.occur_time DESC, l.line DESC LIMIT 1) w ON true"
    " LEFT JOIN consent_state s ON s.tenant_id = $1 AND s.contact_id = q.contact_id AND s.purpose = q.purpose AND s.channel = q.channel"
    " LEFT JOIN purpose u ON u.tenant_id = $1 AND u.code = q.purpose"
    " LEFT JOIN LATERAL (SELECT v.create_time FROM suppression v WHERE v.tenant_id = $1 AND v.address_hash = p.address_hash"
    "   AND (v.purpose = '' OR v.purpose = q.purpose) AND v.lift_time IS NULL LIMIT 1) x ON true"
    " LEFT JOIN iys_entry e ON e.tenant_id = $1 AND e.contact_id = q.contact_id AND e.channel = q.channel"
    " WHERE q.point_id <> " NO_POINT " ORDER BY q.ord"};

const Statement kStates{
    "consent_point_states",
    "SELECT DISTINCT ON (l.purpose, l.channel, p.id) l.purpose, l.channel, CASE WHEN l.state = 1 AND u.consent_days > 0"
    "   AND l.occur_time + make_interval(days => u.consent_days) <= now() THEN 4 ELSE l.state END, l.source, l.occur_time, l.record_time, l.line, p.id"
    " FROM contact_point p JOIN consent_log l ON l.tenant_id = $1 AND l.contact_id = $2 AND p.kind = " KIND_OF("l.channel") " AND " IS_SAID_OF("l", "p")
    " LEFT JOIN purpose u ON u.tenant_id = $1 AND u.code = l.purpose"
    " WHERE p.tenant_id = $1 AND p.contact_id = $2 AND EXISTS (SELECT 1 FROM consent_address a WHERE a.tenant_id = $1 AND a.contact_id = $2"
    "   AND a.kind = p.kind AND (a.point_id = p.id OR a.address_hash = p.address_hash))"
    " ORDER BY l.purpose, l.channel, p.id, l.occur_time DESC, l.line DESC"};

const Statement kForget{"consent_address_forget", "DELETE FROM consent_address WHERE tenant_id = $1 AND contact_id = $2"};

}  // namespace

PointKind KindOf(Channel channel) {
  switch (channel) {
    case Channel::kEmail: return PointKind::kEmail;
    case Channel::kSms: return PointKind::kPhone;
    case Channel::kPush: return PointKind::kPush;
    default: return PointKind::kNone;
  }
}

Uuid PointOf(const Uuid& contact, std::string_view name) {
  const std::string prefix = ResourceName("contacts", contact) + "/";
  if (!name.starts_with(prefix)) return Uuid{};
  auto point = ParseResourceName("points", std::string(name.substr(prefix.size())));
  return point.ok() ? *point : Uuid{};
}

Status PlaceConsent(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& contact, Consent& consent) {
  // A statement of its own: the next one sees what was changed while this one waited.
  VEFA_TRY(Rows held, transaction.Execute(kHold, Bound(tenant, contact)));
  if (held.empty()) return Ok();
  VEFA_TRY(Rows rows, transaction.Execute(kPlace, Bound(tenant, contact, consent.point)));
  if (rows.empty())
    return Violations({{"consent.point", "POINT_NOT_FOUND", "This contact has no such point; give one that ListContactPoints names."}});
  if (static_cast<PointKind>(rows.Int32(0, 0)) != KindOf(consent.channel))
    return Violations({{"consent.point", "POINT_KIND", "The channel does not lead there; give an address that it uses: e-mail, telephone or device."}});
  consent.unused_point = !rows.Bool(0, 1);
  return Ok();
}

Result<std::vector<ContactVersion>> SettleAddresses(postgres::Transaction& transaction, const Uuid& tenant, const std::vector<Uuid>& contacts,
                                                    const Clock& clock) {
  VEFA_TRY(Rows rows, transaction.Execute(kSettle, Bound(tenant, contacts)));
  // Events of one contact follow each other in versions: round n holds the n-th of each.
  std::vector<std::vector<ContactFact>> rounds;
  std::map<Uuid, size_t> next;
  for (int i = 0; i < rows.size(); ++i) {
    Consent consent;
    consent.purpose = rows.String(i, 1);
    consent.channel = static_cast<Channel>(rows.Int32(i, 2));
    consent.state = static_cast<ConsentState>(rows.Int32(i, 3));
    consent.source = rows.String(i, 4);
    if (!rows.IsNull(i, 5)) consent.occur_time = rows.Timestamp(i, 5);
    const size_t round = next[rows.Id(i, 0)]++;
    if (round == rounds.size()) rounds.emplace_back();
    rounds[round].push_back({rows.Id(i, 0), AddressChangedPayload(consent)});
  }
  std::map<Uuid, int64_t> versions;
  for (const std::vector<ContactFact>& facts : rounds) {
    VEFA_TRY(auto changed, AppendFacts(transaction, tenant, kChangedType, facts, clock));
    for (const ContactVersion& each : changed) versions[each.id] = each.version;
  }
  std::vector<ContactVersion> changed;
  for (const auto& [contact, version] : versions) changed.push_back({contact, version});
  return changed;
}

Result<std::vector<PointKnowledge>> KnowPoints(postgres::Database& database, const Uuid& tenant, std::span<const ConsentQuestion> questions,
                                               Time now, Deadline deadline) {
  std::vector<PointKnowledge> known;
  std::vector<Uuid> contacts, points;
  std::vector<std::string> purposes;
  std::vector<int16_t> channels;
  bool any = false;
  for (const ConsentQuestion& question : questions) {
    any = any || !question.point.is_nil();
    contacts.push_back(question.contact);
    purposes.push_back(question.purpose);
    channels.push_back(static_cast<int16_t>(question.channel));
    points.push_back(question.point);
  }
  if (!any) return known;
  VEFA_TRY(Rows rows, database.Run(Scope::Tenant(tenant), kKnow, Bound(tenant, contacts, purposes, channels, points, now), deadline));
  for (int i = 0; i < rows.size(); ++i) {
    PointKnowledge& point = known.emplace_back();
    point.question = static_cast<size_t>(rows.Int64(i, 0));
    point.exists = rows.Bool(i, 1);
    point.used = rows.Bool(i, 2);
    point.state = static_cast<ConsentState>(rows.Int32(i, 3));
    if (!rows.IsNull(i, 4)) point.since = rows.Timestamp(i, 4);
    point.line = rows.Int64(i, 5);
    point.too_old = rows.Bool(i, 6);
    point.merchant = rows.Bool(i, 7);
    if (!rows.IsNull(i, 8)) point.suppressed_since = rows.Timestamp(i, 8);
    point.registered = static_cast<Registration>(rows.Int32(i, 9));
    if (rows.IsNull(i, 10)) continue;
    point.state = static_cast<ConsentState>(rows.Int32(i, 10));
    point.since = rows.Timestamp(i, 11);
    point.line = 0;
    point.too_old = false;
  }
  return known;
}

void AddPoint(const PointKnowledge& point, ConsentKnowledge& known) {
  known.no_such_point = !point.exists;
  if (!point.exists || point.used) return;
  known.state = point.state;
  known.since = point.since;
  known.line = point.line;
  known.too_old = point.too_old;
  known.merchant = point.merchant;
  known.suppressed_since = point.suppressed_since;
  if (known.registration != Registration::kNone && known.registration != Registration::kStale) known.registration = point.registered;
}

Call PointStatesCall(const Uuid& tenant, const Uuid& contact) { return {&kStates, Bound(tenant, contact)}; }

Call ForgetConsentAddressesCall(const Uuid& tenant, const Uuid& contact) { return {&kForget, Bound(tenant, contact)}; }

}  // namespace vefa::contact
