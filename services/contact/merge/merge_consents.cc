// The consents of merge_store.h.
#include "services/contact/merge/consent_rule.h"
#include "services/contact/merge/merge_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

// What was said of one contact, and what holds of each that is a part of it; a NULL merge says whose word it is.
const Statement kConsentWords{
    "merge_words",
    "SELECT NULL::uuid, s.purpose, s.channel, s.state, s.occur_time FROM consent_state s"
    "  WHERE s.tenant_id = $1 AND s.contact_id = $2 AND s.state <> 0"
    " UNION ALL SELECT m.id, s.purpose, s.channel, coalesce(s.merge_state, s.state), coalesce(s.merge_time, s.record_time)"
    "  FROM contact_merge m CROSS JOIN LATERAL (SELECT * FROM consent_state c"
    "   WHERE c.tenant_id = $1 AND c.contact_id = m.merged_id OFFSET 0) s"
    "  WHERE m.tenant_id = $1 AND m.survivor_id = $2 AND m.undo_time IS NULL"
    // Of an address of theirs that they do not use, and the survivor does.
    " UNION ALL SELECT m.id, l.purpose, l.channel, l.state, l.record_time FROM contact_merge m"
    "  JOIN consent_address a ON a.tenant_id = $1 AND a.contact_id = m.merged_id"
    "  JOIN contact_point p ON p.tenant_id = $1 AND p.contact_id = $2 AND p.kind = a.kind AND p.is_primary"
    "   AND p.address_hash = a.address_hash"
    "  CROSS JOIN LATERAL (SELECT DISTINCT ON (purpose, channel) * FROM consent_log"
    "   WHERE tenant_id = $1 AND contact_id = m.merged_id AND point_id = a.point_id"
    "   ORDER BY purpose, channel, occur_time DESC, line DESC OFFSET 0) l"
    "  WHERE m.tenant_id = $1 AND m.survivor_id = $2 AND m.undo_time IS NULL"};
// Rows that only a merge made go; what was said itself stays.
const Statement kStoreRuling{
    "merge_rule",
    "WITH rule AS (SELECT * FROM unnest($3::text[], $4::smallint[], $5::smallint[], $6::timestamptz[])"
    "   AS r(purpose, channel, state, time)),"
    " gone AS (DELETE FROM consent_state s WHERE s.tenant_id = $1 AND s.contact_id = $2 AND s.state = 0"
    "   AND NOT EXISTS (SELECT 1 FROM rule r WHERE r.purpose = s.purpose AND r.channel = s.channel)),"
    " freed AS (UPDATE consent_state s SET merge_state = NULL, merge_time = NULL"
    "   WHERE s.tenant_id = $1 AND s.contact_id = $2 AND s.state <> 0 AND s.merge_state IS NOT NULL"
    "   AND NOT EXISTS (SELECT 1 FROM rule r WHERE r.purpose = s.purpose AND r.channel = s.channel))"
    " INSERT INTO consent_state AS s (tenant_id, contact_id, purpose, channel, state, source, occur_time, record_time,"
    "   merge_state, merge_time)"
    " SELECT $1, $2, purpose, channel, 0, 'merge', time, time, state, time FROM rule"
    " ON CONFLICT (tenant_id, contact_id, purpose, channel) DO UPDATE SET merge_state = excluded.merge_state,"
    "   merge_time = excluded.merge_time"};

// A survivor's words, and those of what is a part of it.
struct ConsentWords {
  std::vector<Word> own;
  std::vector<OtherWords> others;
};

Result<ConsentWords> ReadWords(postgres::Transaction& transaction, const Uuid& tenant, const Contact& record) {
  ConsentWords words;
  VEFA_TRY(Survivor survivor, LoadSurvivor(transaction, tenant, record));
  const Contact view = ViewOf(survivor.own, survivor.absorbed);
  for (const Absorbed& each : survivor.absorbed) {
    OtherWords& other = words.others.emplace_back();
    other.merge_time = each.merge.create_time;
    if (AddressOf(view, survivor.own, survivor.absorbed, PointKind::kEmail) == &each) other.used.push_back(Channel::kEmail);
    if (AddressOf(view, survivor.own, survivor.absorbed, PointKind::kPhone) == &each) other.used.push_back(Channel::kSms);
  }
  VEFA_TRY(Rows rows, transaction.Execute(kConsentWords, Bound(tenant, record.id)));
  for (int i = 0; i < rows.size(); ++i) {
    Word word{rows.String(i, 1), static_cast<Channel>(rows.Int64(i, 2)), static_cast<ConsentState>(rows.Int64(i, 3)),
              rows.Timestamp(i, 4)};
    if (rows.IsNull(i, 0)) {
      words.own.push_back(std::move(word));
      continue;
    }
    for (size_t at = 0; at < survivor.absorbed.size(); ++at)
      if (survivor.absorbed[at].merge.id == rows.Id(i, 0)) words.others[at].words.push_back(word);
  }
  return words;
}

Status StoreRuling(postgres::Transaction& transaction, const Uuid& tenant, const Uuid& survivor, const std::vector<Word>& ruling) {
  std::vector<std::string> purposes;
  std::vector<int16_t> channels, states;
  std::vector<Time> times;
  for (const Word& word : ruling) {
    purposes.push_back(word.purpose);
    channels.push_back(static_cast<int16_t>(word.channel));
    states.push_back(static_cast<int16_t>(word.state));
    times.push_back(word.time);
  }
  VEFA_TRY_OK(transaction.Execute(kStoreRuling, Bound(tenant, survivor, purposes, channels, states, times)));
  return Ok();
}

}  // namespace

Status SettleConsents(postgres::Transaction& transaction, const Uuid& tenant, Uuid survivor) {
  for (int level = 0; level < kMergeLevelsMax && !survivor.is_nil(); ++level) {
    VEFA_TRY(std::optional<Contact> record, LockContact(transaction, tenant, survivor));
    if (!record || record->erase_time) return Ok();
    VEFA_TRY(ConsentWords words, ReadWords(transaction, tenant, *record));
    VEFA_TRY_OK(StoreRuling(transaction, tenant, survivor, RuleConsents(words.own, words.others)));
    survivor = record->merged_into;
  }
  return Ok();
}

}  // namespace vefa::contact
