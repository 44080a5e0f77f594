#include "services/contact/confirmation/confirmation_store.h"

#include "services/contact/purpose/purpose_store.h"

namespace vefa::contact {
namespace {

using postgres::Bound;
using postgres::Rows;
using postgres::Statement;

const Statement kHoldAsked{"confirmation_hold", "SELECT 1 FROM contact WHERE tenant_id = $1 AND id = $2 FOR UPDATE"};
const Statement kFindAsked{
    "confirmation_find",
    "SELECT l.purpose, l.channel, l.state, l.record_time, l.text_version, l.recipient_type, l.capture_source,"
    "  coalesce(s.state, 0::smallint), c.language, coalesce(" PURPOSE_TITLE("p", "c.language") ", l.purpose), coalesce(t.body, ''), l.point_id"
    " FROM consent_log l JOIN contact c ON c.tenant_id = $1 AND c.id = l.contact_id AND c.erase_time IS NULL"
    " LEFT JOIN consent_state s ON s.tenant_id = $1 AND s.contact_id = l.contact_id AND s.purpose = l.purpose AND s.channel = l.channel"
    " LEFT JOIN purpose p ON p.tenant_id = $1 AND p.code = l.purpose"
    " LEFT JOIN purpose_text t ON t.tenant_id = $1 AND t.purpose_id = p.id AND t.text_version = l.text_version"
    " WHERE l.tenant_id = $1 AND l.contact_id = $2 AND l.line = $3"};

}  // namespace

Result<std::optional<Asked>> FindAsked(postgres::Transaction& transaction, const ConfirmationLink& link, bool hold) {
  // A statement of its own: the next one sees what was said while this one waited.
  if (hold) VEFA_TRY_OK(transaction.Execute(kHoldAsked, Bound(link.tenant, link.contact)));
  VEFA_TRY(Rows rows, transaction.Execute(kFindAsked, Bound(link.tenant, link.contact, link.line)));
  if (rows.empty()) return std::optional<Asked>();
  Asked asked;
  asked.line.purpose = rows.String(0, 0);
  asked.line.channel = static_cast<Channel>(rows.Int64(0, 1));
  asked.line.state = static_cast<ConsentState>(rows.Int64(0, 2));
  asked.line.record_time = rows.Timestamp(0, 3);
  asked.line.text_version = rows.Int32(0, 4);
  asked.line.recipient_type = static_cast<int16_t>(rows.Int32(0, 5));
  asked.line.capture_source = rows.String(0, 6);
  asked.line.line = link.line;
  asked.present = static_cast<ConsentState>(rows.Int64(0, 7));
  asked.language = rows.String(0, 8);
  asked.purpose_title = rows.String(0, 9);
  asked.text = rows.String(0, 10);
  asked.line.point = rows.Id(0, 11);
  return std::optional<Asked>(std::move(asked));
}

}  // namespace vefa::contact
